"""The page of a case."""

from http import HTTPStatus

from flask import (
    Response,
    get_template_attribute,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.desk.case_forms import (
    NOTE_LENGTH,
    read_ground,
    read_note,
    read_outcome,
    read_said,
    read_seen,
)
from api.review.desk.case_view import CasePage, is_animated, view_case
from api.review.desk.claim_pages import refuse_claimed
from api.review.desk.next_case import give_next
from api.review.desk.queue_address import asked_address, write_wanted
from api.review.desk.reply_forms import REPLY_LENGTH, read_reply, reply_templates
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError
from api.review.frame.permissions import may_decide
from core.clock import now
from core.vocabulary import Outcome
from store.appeals.appeal_messages import reply_with
from store.appeals.appeal_resolution import OwnDecisionError, UnseenAppealError, resolve_appeals
from store.desk.case_claims import release_case
from store.desk.decisions import OFFERED, OwnSubmissionError, Seen, StaleCaseError, decide
from store.desk.queue_filter import Viewer
from store.desk.review_queue import COUNT_LIMIT
from store.quality.check_giving import sample_decisions
from store.quality.checks import answer_check, check_result, open_check
from store.quality.quality import rates
from store.tables.case_tables import Image
from store.tables.review_states import ReviewState


@review.get("/review/cases/<sha256>")
def case(sha256: str) -> Response:
    """Show a case. Nothing is written, so that a page may be fetched before anyone looks at it."""
    return _show(view_case(sha256))


@review.post("/review/cases/<sha256>/decision")
def decide_case(sha256: str) -> AnyResponse:
    """Decide a case and go on to the next."""
    outcome, seen, note, reply = read_outcome(), read_seen(sha256), read_note(), read_reply()
    wanted, viewer = asked_filter(), Viewer(me().id, now())
    try:
        with parts().database.writing() as session:
            refuse_claimed(session, sha256, viewer)
            image = session.get(Image, sha256)
            if image is None:
                raise StaleCaseError
            done = _decide(session, image, seen, viewer, outcome=outcome, note=note, reply=reply)
            release_case(session, sha256, viewer.moderator_id)
    except (StaleCaseError, OwnDecisionError, OwnSubmissionError, UnseenAppealError):
        return _show(view_case(sha256, is_conflict=True, note=note, reply=reply))
    if "sheet" in request.args:
        return _answer_sheet(done, viewer)
    following = give_next(parts().database, wanted, viewer, image)
    address = write_wanted(wanted) | {"done": done}
    target = (
        url_for("review.case", sha256=following, **address)
        if following
        else url_for("review.queue", **address)
    )
    if request.accept_mimetypes.best == "application/json":
        return jsonify(decision=done, next=target)
    return redirect(target, HTTPStatus.SEE_OTHER)


def _answer_sheet(done: str, viewer: Viewer) -> AnyResponse:
    """Name the decision that can be undone; if the case was a check, say so as its page would."""
    with parts().database.reading() as session:
        checked = check_result(session, done, viewer, within=OFFERED)
    if request.accept_mimetypes.best != "application/json":
        target = url_for("review.triage", **asked_address(), done=done if checked else None)
        return redirect(target, HTTPStatus.SEE_OTHER)
    if checked is None:
        return jsonify(decision=done, message="")
    words = get_template_attribute("review/checks.html", "check_words")(checked)
    return jsonify(decision=checked.escalation_id, message=f"{words.striptags()} {checked.lesson}".strip())


def _show(page: CasePage) -> Response:
    # No session is held: the page takes longer to draw than to gather.
    drawn = render_template(
        "review/case.html",
        page=page,
        thresholds=page.thresholds,
        is_moving=is_animated(parts().blobs, page.case.image),
        note_length=NOTE_LENGTH,
        count_limit=COUNT_LIMIT,
        reply_length=REPLY_LENGTH,
        reply_templates=reply_templates,
    )
    return make_response(drawn, HTTPStatus.CONFLICT if page.is_conflict else HTTPStatus.OK)


def _decide(
    session: Session, image: Image, seen: Seen, viewer: Viewer, *, outcome: Outcome, note: str, reply: str
) -> str:
    """Decide a case, or answer the check that it is for this moderator; returns the id of what was done.

    Who saw that the case was decided overrules that decision: no check looks like that.
    """
    may_be_check = seen.decision_id is None and image.review is ReviewState.CLOSED
    check = open_check(session, seen.sha256, viewer) if may_be_check else None
    if check is not None:
        answer_check(session, check, seen, viewer, outcome=outcome, note=note)
        return check.id
    refuse_escalated(image)
    if reply and outcome is Outcome.ESCALATE:
        # Nothing is answered, and nothing is lost.
        draft = _("Draft of a reply:")
        note = f"{note}\n\n{draft}\n{reply}".strip()
    decision_id = decide(
        session,
        seen,
        moderator_id=viewer.moderator_id,
        outcome=outcome,
        note=note,
        at=viewer.at,
        ground=read_ground(session),
    )
    answered = resolve_appeals(
        session,
        seen.sha256,
        seen=read_said(),
        decision_id=decision_id,
        outcome=outcome,
        moderator_id=viewer.moderator_id,
        at=viewer.at,
    )
    if answered and reply:
        reply_with(session, decision_id, reply, moderator_id=viewer.moderator_id, at=viewer.at)
    if not answered:
        # An appeal was itself a second look, by someone else.
        sample_decisions(session, [decision_id], rates(session).second)
    return decision_id


def refuse_escalated(image: Image) -> None:
    """Leave an escalated case to a lead. Errors: `PageError`."""
    if not may_decide(me(), image):
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("Decision not saved"),
            _("This case was escalated and needs a lead. No decision was saved."),
        )
