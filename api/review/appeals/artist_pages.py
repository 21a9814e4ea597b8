"""The artist's page: the holder of a signed link can appeal without logging in.

The link is the only key. A forged, an old and a purged one look alike from outside, and so nothing
can be found by trying.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.appeal_tokens import read_appeal_token
from api.http.parts import parts
from api.http.request_limits import rate_limits, refuse_too_many
from api.review.appeals.artist_form import (
    MOST_LINKS,
    REASON_LENGTH,
    AppealDraft,
    ArtistForm,
    describe_fault,
    file_sentence,
    find_room,
    read_artist_form,
)
from api.review.desk.pictures import find_thumbnail
from api.review.frame.blueprint import IMAGE_POLICY, review
from api.review.frame.cookies import read_token
from api.review.frame.forgery import refuse_forgery
from api.review.frame.languages import language
from api.review.frame.page_error import PageError
from api.v1.appeals.sent_files import drop_files, keep_files
from core.clock import now
from core.ids import is_id
from core.vocabulary import Outcome, State
from store.appeals.appeal_files import NewFile, add_files
from store.appeals.appeal_messages import add_message, find_open_appeal, has_room
from store.appeals.appeals import AppealOpenError, NothingToAppealError, add_appeal, appeals_of
from store.desk.decision_log import reported_decisions
from store.intake.submissions import find_submission
from store.outbox.statements import find_statement
from store.tables.appeal_tables import Appeal, AppealFile
from store.tables.case_tables import Decision
from store.tables.submission_tables import Submission

LOOKS_A_MINUTE = 120  # for each address; a page with its thumbnail is two
APPEALS_A_MINUTE = 6


@dataclass(frozen=True, slots=True)
class Step:
    """What happened: examined, decided, appealed, answered; or waiting, without a time."""

    what: str
    at: datetime | None
    outcome: Outcome | None = None
    files: int = 0
    is_own: bool = False
    ground: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ArtistView:
    """What a link shows: the submission, its appeals and the decisions that were reported, newest first."""

    submission: Submission
    appeals: Sequence[Appeal]
    decisions: Sequence[Decision]
    until: datetime

    @property
    def appeal(self) -> Appeal | None:
        """The newest appeal."""
        return self.appeals[0] if self.appeals else None

    @property
    def is_answering(self) -> bool:
        """True while the newest appeal waits for a moderator, who can be told more."""
        return self.appeal is not None and self.appeal.resolved_at is None

    @property
    def is_settled(self) -> bool:
        """True once a moderator has decided that a person drew the picture: nothing is left to appeal.

        Not while an appeal waits, which was opened before the decision was reported.
        """
        if self.appeal is not None and self.appeal.reported_at is None:
            return False
        image = self.submission.image
        return image is not None and image.reported is not None and image.reported.outcome is Outcome.HUMAN

    @property
    def files(self) -> list[AppealFile]:
        """All files that were sent, in order."""
        return [file for appeal in reversed(self.appeals) for file in appeal.files]

    @property
    def course(self) -> list[Step]:
        """What happened, the oldest first, as far as it may be told."""
        verdict = self.submission.verdict
        steps = [Step("examined", verdict.created_at)] if verdict is not None else []
        steps += [
            Step("decided", one.created_at, one.outcome, ground=one.ground_texts) for one in self.decisions
        ]
        for one in self.appeals:
            files = len(one.files)
            steps.append(Step("appealed", one.created_at, files=files, is_own=one.from_artist))
            if one.reported_at is not None:
                steps.append(Step("answered", one.resolved_at, one.outcome))
        steps.sort(key=lambda step: step.at or self.until)
        if self.appeal is not None and self.appeal.reported_at is None:
            steps.append(Step("waiting", None))
        return steps


@review.get("/appeal/<token>")
@access(public=True)
def artist(token: str) -> Response:
    refuse_too_many(rate_limits().hit("artist page", request.remote_addr or "", LOOKS_A_MINUTE))
    return _show(token, AppealDraft())


@review.get("/appeal/<token>/thumbnail")
@access(public=True)
def artist_thumbnail(token: str) -> Response:
    refuse_too_many(rate_limits().hit("artist page", request.remote_addr or "", LOOKS_A_MINUTE))
    submission = _find(token).submission
    found = find_thumbnail(parts().blobs, submission.image_sha256 or "")
    if found is None:
        raise _not_valid()
    response = Response(found, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    return response


@review.post("/appeal/<token>")
@access(public=True, refuses_forgery=True)
def send_artist_appeal(token: str) -> AnyResponse:
    """Open an appeal, or add to the one that is open."""
    refuse_too_many(rate_limits().hit("artist appeal", request.remote_addr or "", APPEALS_A_MINUTE))
    form = read_artist_form()  # before anything else reads it, with limits of its own
    refuse_forgery(request, parts().secret_key, read_token(request, secure=parts().secure_cookies))
    view = _find(token)
    if view.is_settled:  # decided while the artist was writing
        return _show(token, AppealDraft(form.reason, form.links, None), HTTPStatus.CONFLICT)
    fault = describe_fault(form, is_answer=view.is_answering)
    if fault is None:
        with parts().database.reading() as session:
            room = find_room(session, view.submission.id, form.files)
        fault = file_sentence(room, "") if room else None
    if fault is not None:
        draft = AppealDraft(form.reason, form.links, fault)
        return _show(token, draft, HTTPStatus.UNPROCESSABLE_ENTITY)
    files = keep_files(form.files, parts().blobs)  # bytes before rows, like everywhere
    try:
        _store(view, form, files)
    except (AppealOpenError, NothingToAppealError, _AppealFullError) as error:
        drop_files(files, parts().database, parts().blobs)
        is_full = isinstance(error, _AppealFullError)
        fault = _("This appeal cannot take more messages or files. Nothing was sent. Wait for the answer.")
        draft = AppealDraft(form.reason, form.links, fault if is_full else None)
        return _show(token, draft, HTTPStatus.UNPROCESSABLE_ENTITY if is_full else HTTPStatus.CONFLICT)
    return redirect(url_for("review.artist", token=token), HTTPStatus.SEE_OTHER)


class _AppealFullError(Exception):
    """So much was sent with an appeal already that no one would read more."""


def _store(view: ArtistView, form: ArtistForm, files: Sequence[NewFile]) -> None:
    """Write what was sent.

    Errors: `AppealOpenError` where a moderator has just answered, `NothingToAppealError` where one has just
    decided for the artist, `_AppealFullError`.
    """
    with parts().database.writing() as session:
        submission = find_submission(session, view.submission.id)
        if submission is None:
            raise _not_valid()
        appeal = view.appeal
        if appeal is None or not view.is_answering:
            add_appeal(
                session,
                submission,
                reason=form.text,
                evidence_urls=form.addresses,
                files=files,
                from_artist=True,
                language=language(),
            )
            return
        if find_open_appeal(session, appeal.id) is None:
            raise AppealOpenError
        text = "\n".join([form.text, *form.addresses]).strip()
        if not has_room(session, appeal.id, bool(text) + len(files)):
            raise _AppealFullError
        if text:
            add_message(session, appeal.id, text, at=now())
        add_files(session, appeal.id, files)


def _show(token: str, words: AppealDraft, status: HTTPStatus = HTTPStatus.OK) -> Response:
    view = _find(token)
    image = view.submission.image
    decision = image.reported if image is not None else None
    page = render_template(
        "review/artist.html",
        token=token,
        view=view,
        image=image,
        verdict=view.submission.verdict,
        decision=decision,
        statement=find_statement(view.submission),
        written=words,
        limits=parts().file_limits,
        reason_length=REASON_LENGTH,
        most_links=MOST_LINKS,
    )
    return make_response(page, status)


def _find(token: str) -> ArtistView:
    known = read_appeal_token(parts().secret_key, token)
    if known is None or not is_id(known[0]):
        raise _not_valid()
    submission_id, until = known
    with parts().database.reading() as session:
        submission = find_submission(session, submission_id, with_reasons=True)
        if submission is None or submission.state is not State.EXAMINED or submission.image is None:
            raise _not_valid()
        appeals = appeals_of(session, submission_id)
        decisions = reported_decisions(session, submission.image)
    return ArtistView(submission, appeals, decisions, until)


def _not_valid() -> PageError:
    return PageError(
        HTTPStatus.NOT_FOUND,
        _("This link does not work"),
        _(
            "The link is incomplete or has expired, or the picture's record was deleted. "
            "Ask the person who sent it for a new one."
        ),
    )
