"""The artist's page: the holder of a signed link can appeal without logging in.

The link is the only key. A forged, an old and a purged one look alike from outside, and so nothing
can be found by trying.
"""

import re
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
from api.review.desk.pictures import find_thumbnail
from api.review.frame.blueprint import IMAGE_POLICY, review
from api.review.frame.page_error import PageError
from core.ids import is_id
from core.urls import UrlError, parse_web_url
from core.vocabulary import Outcome, State
from store.appeals.appeals import AppealOpenError, add_appeal, find_last_appeal
from store.intake.submissions import find_submission
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Submission

LOOKS_A_MINUTE = 120  # for each address; a page with its thumbnail is two
APPEALS_A_MINUTE = 6
REASON_LENGTH = 2000  # as the API takes it
MOST_LINKS = 5
# What no person types; lines and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class AppealDraft:
    """What the artist wrote, as it was written, and what is wrong with it."""

    reason: str = ""
    links: str = ""
    fault: str | None = None


@review.get("/appeal/<token>")
@access(public=True)
def artist(token: str) -> Response:
    refuse_too_many(rate_limits().hit("artist page", request.remote_addr or "", LOOKS_A_MINUTE))
    return _show(token, AppealDraft())


@review.get("/appeal/<token>/thumbnail")
@access(public=True)
def artist_thumbnail(token: str) -> Response:
    refuse_too_many(rate_limits().hit("artist page", request.remote_addr or "", LOOKS_A_MINUTE))
    submission = _find(token)[0]
    found = find_thumbnail(parts().blobs, submission.image_sha256 or "")
    if found is None:
        raise _not_valid()
    response = Response(found.data, mimetype=found.content_type)
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    return response


@review.post("/appeal/<token>")
@access(public=True)
def send_artist_appeal(token: str) -> AnyResponse:
    refuse_too_many(rate_limits().hit("artist appeal", request.remote_addr or "", APPEALS_A_MINUTE))
    words = AppealDraft(request.form.get("reason", ""), request.form.get("links", ""))
    reason = _CONTROLS.sub("", words.reason.replace("\r\n", "\n")).strip()
    links = [line.strip() for line in words.links.splitlines() if line.strip()]
    fault = _fault(reason, links)
    if fault is not None:
        return _show(token, AppealDraft(words.reason, words.links, fault), HTTPStatus.UNPROCESSABLE_ENTITY)
    submission = _find(token)[0]
    with parts().database.writing() as session:
        found = find_submission(session, submission.id)
        if found is None:
            raise _not_valid()
        try:
            add_appeal(
                session,
                found,
                reason=reason,
                evidence_urls=links,
                from_artist=True,
            )
        except AppealOpenError:
            return _show(token, words, HTTPStatus.CONFLICT)
    return redirect(url_for("review.artist", token=token), HTTPStatus.SEE_OTHER)


def _show(token: str, words: AppealDraft, status: HTTPStatus = HTTPStatus.OK) -> Response:
    submission, appeal, until = _find(token)
    image = submission.image
    decision = image.reported if image is not None else None
    page = render_template(
        "review/artist.html",
        token=token,
        until=until,
        image=image,
        verdict=submission.verdict,
        decision=decision,
        appeal=appeal,
        is_settled=decision is not None and decision.outcome is Outcome.HUMAN,
        written=words,
        reason_length=REASON_LENGTH,
        most_links=MOST_LINKS,
    )
    return make_response(page, status)


def _find(token: str) -> tuple[Submission, Appeal | None, datetime]:
    known = read_appeal_token(parts().secret_key, token)
    if known is None or not is_id(known[0]):
        raise _not_valid()
    submission_id, until = known
    with parts().database.reading() as session:
        submission = find_submission(session, submission_id)
        appeal = find_last_appeal(session, submission_id)
    if submission is None or submission.state is not State.EXAMINED:
        raise _not_valid()
    return submission, appeal, until


def _fault(reason: str, links: list[str]) -> str | None:
    wrong = next((link for link in links if not _is_web_address(link)), None)
    fault: str | None = None
    if not reason:
        fault = _("Explain how the picture was made. Moderators need this to review it.")
    elif len(reason) > REASON_LENGTH:
        fault = _(
            "Your text has %(count)s characters. The limit is %(most)s.",
            count=len(reason),
            most=REASON_LENGTH,
        )
    elif len(links) > MOST_LINKS:
        fault = _("Enter up to %(most)s links, one per line.", most=MOST_LINKS)
    elif wrong is not None:
        fault = _(
            "“%(text)s” is not a web address. Start each link with http:// or https://.", text=wrong[:80]
        )
    return fault


def _is_web_address(text: str) -> bool:
    try:
        parse_web_url(text)
    except UrlError:
        return False
    return True


def _not_valid() -> PageError:
    return PageError(
        HTTPStatus.NOT_FOUND,
        _("This link does not work"),
        _(
            "The link is incomplete or has expired, or the picture's record was deleted. "
            "Ask the person who sent it for a new one."
        ),
    )
