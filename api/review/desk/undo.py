"""Undo a decision just made."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.desk.queue_address import asked_address
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found
from core.clock import now
from core.ids import is_id
from core.vocabulary import Outcome
from store.appeals.appeal_resolution import reopen_appeals
from store.desk.batches import standing, undone_by
from store.desk.decisions import OFFERED, UNDOABLE, StaleCaseError, find_decision, last_undoable, undo
from store.desk.grounds import list_grounds
from store.quality.checks import reopen_check
from store.tables.case_tables import Image
from store.tables.ground_tables import Ground
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class Undoable:
    """What the one who decided may still take back, for so many seconds: a decision, or a whole batch."""

    decision_id: str
    batch_id: str | None
    sha256: str
    title: str | None
    outcome: Outcome
    count: int
    seconds: int
    ground: str | None
    grounds: list[Ground]


@dataclass(frozen=True, slots=True)
class Undone:
    """What was just undone: one image, or the number of cases of a batch."""

    sha256: str | None
    count: int
    is_waiting: bool


def undoable(session: Session, done: str | None, *, grounds: list[Ground] | None = None) -> Undoable | None:
    """Find the decision, or the batch, that was just made, while it can be taken back."""
    if not done or not is_id(done):
        return None
    one = find_decision(session, done)
    found = [one] if one else standing(session, done, me().id)
    if not found or found[0].moderator_id != me().id:
        return None
    decision = found[0]
    left = decision.created_at + OFFERED - now()
    if left <= timedelta():
        return None
    stands, title = _standing_and_title(session, decision.image_sha256)
    if one and stands != one.id:
        return None
    return Undoable(
        decision_id=decision.id,
        batch_id=None if one else done,
        sha256=decision.image_sha256,
        title=title,
        outcome=decision.outcome,
        count=len(found),
        seconds=int(left.total_seconds()),
        ground=decision.ground if len({each.ground for each in found}) == 1 else None,
        grounds=list_grounds(session) if grounds is None else grounds,
    )


def _standing_and_title(session: Session, sha256: str) -> tuple[str | None, str | None]:
    """The id of the decision that stands on a picture, and what its newest submission calls it."""
    newest = select(Submission.title).where(Submission.image_sha256 == sha256).order_by(Submission.id.desc())
    query = select(Image.decision_id, newest.limit(1).scalar_subquery()).where(Image.sha256 == sha256)
    stands, title = session.execute(query).one()
    return stands, title


def undone(session: Session) -> tuple[Undone | None, Undoable | None]:
    """What the address says was just undone by this moderator, and what they may undo next."""
    given = request.args.get("undone", "")
    found = undone_by(session, given, me().id) if is_id(given) else []
    if not found:
        return None, None
    image = session.get_one(Image, found[0].image_sha256)
    before = last_undoable(session, me().id, now())
    return (
        Undone(
            sha256=image.sha256 if len(found) == 1 else None,
            count=len(found),
            is_waiting=image.decision_id is None and image.review is ReviewState.OPEN,
        ),
        undoable(session, (before.batch_id or before.id) if before is not None else None),
    )


@review.post("/review/decisions/<decision_id>/undo")
def undo_decision(decision_id: str) -> AnyResponse:
    at = now()
    with parts().database.writing() as session:
        decision = find_decision(session, decision_id)
        if decision is None or decision.moderator_id != me().id:
            raise not_found(_("This decision was not found, or is not yours."))
        if at > decision.created_at + UNDOABLE:
            raise PageError(
                HTTPStatus.CONFLICT,
                _("Too late to undo"),
                _("Open the case and decide it again instead."),
            )
        try:
            sha256 = undo(session, decision_id, moderator_id=me().id, at=at)
            reopen_appeals(session, decision_id)
            reopen_check(session, decision_id)
        except StaleCaseError:
            raise PageError(
                HTTPStatus.CONFLICT,
                _("Nothing to undo"),
                _("This decision no longer stands. It was undone, or replaced by a later one."),
            ) from None
    address = asked_address() | {"undone": decision_id}
    return redirect(url_for("review.case", sha256=sha256, **address))
