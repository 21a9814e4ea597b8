"""Decisions of moderators; they are only ever added.

Who decides names what they saw: the verdict and the standing decision. If either has changed
meanwhile nothing is written, so that two people never overrule each other unknowingly.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, case, select, update
from sqlalchemy.orm import Session

from core.ids import new_id
from core.vocabulary import Finding, Outcome
from store.clients.own_submissions import is_own, own_among
from store.desk.grounds import list_grounds, usual_of
from store.reports.reader_reports import came_by_report
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.ground_tables import Ground
from store.tables.review_states import ReviewState
from store.tables.review_tables import CaseClaim, Undo
from store.verdicts.images import is_asked_for

OFFERED = timedelta(seconds=30)  # how long undo is offered
GRACE = timedelta(seconds=5)  # a click at the last moment still counts when it arrives
UNDOABLE = OFFERED + GRACE


class OwnSubmissionError(Exception):
    """A client of the moderator's own submitted the image; nothing was written."""


class StaleCaseError(Exception):
    """The case is no longer what the moderator saw; nothing was written."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a moderator had before their eyes when they decided."""

    sha256: str
    verdict_id: str
    decision_id: str | None


def decide(
    session: Session,
    seen: Seen,
    *,
    moderator_id: str,
    outcome: Outcome,
    note: str,
    at: datetime,
    batch_id: str | None = None,
    ground: Ground | None = None,
) -> str:
    """Add a decision, make it the standing one, and return its id; without a ground it has the usual one.

    Errors: StaleCaseError; OwnSubmissionError for what the moderator submitted.
    """
    decision_id = new_id()
    try:
        _move(
            session,
            seen,
            ~is_own(moderator_id),
            to=decision_id,
            review=state_after(outcome),
            report_due_at=at + UNDOABLE,
        )
    except StaleCaseError:
        if own_among(session, [seen.sha256], moderator_id):
            raise OwnSubmissionError from None
        raise
    ground = ground or _usual_ground(session, seen, outcome)
    session.add(
        Decision(
            id=decision_id,
            image_sha256=seen.sha256,
            verdict_id=seen.verdict_id,
            moderator_id=moderator_id,
            outcome=outcome,
            ground=ground.code,
            ground_texts=ground.texts,
            policy=select(Verdict.policy).where(Verdict.id == seen.verdict_id).scalar_subquery(),
            from_report=came_by_report(seen.sha256),
            note=note,
            previous_id=seen.decision_id,
            batch_id=batch_id,
            opened_at=_opened(seen.sha256, moderator_id, at) if batch_id is None else None,
            created_at=at,
        )
    )
    session.flush()
    return decision_id


def _usual_ground(session: Session, seen: Seen, outcome: Outcome) -> Ground:
    appealed = select(Appeal.id).where(Appeal.image_sha256 == seen.sha256, Appeal.resolved_at.is_(None))
    evidence, is_appealed = session.execute(
        select(Verdict.evidence, appealed.exists()).where(Verdict.id == seen.verdict_id)
    ).one()
    return usual_of(list_grounds(session), outcome, evidence, is_appealed=bool(is_appealed))


def _opened(sha256: str, moderator_id: str, at: datetime) -> ScalarSelect[datetime | None]:
    """SQL expression: since when this moderator has had the case open, by their claim on it."""
    return (
        select(CaseClaim.opened_at)
        .where(CaseClaim.image_sha256 == sha256, CaseClaim.moderator_id == moderator_id, CaseClaim.until > at)
        .scalar_subquery()
    )


def undo(session: Session, decision_id: str, *, moderator_id: str, at: datetime) -> str:
    """Take back a standing decision: the one before it stands again. Returns the image's SHA-256.

    What was reported cannot be taken back: this and `report_decisions` change the same row, and
    whichever comes second finds what the first one did.
    Errors: StaleCaseError where it stands no more or was reported, LookupError where there is none.
    """
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise LookupError(decision_id)
    # Locked, so that what a reader reports at this moment is seen below, or finds the case as it is then.
    image = session.get_one(
        Image, decision.image_sha256, with_for_update={"key_share": True}, populate_existing=True
    )
    if image.verdict_id is None:
        raise StaleCaseError
    seen = Seen(image.sha256, image.verdict_id, decision_id)
    before = session.get_one(Decision, decision.previous_id) if decision.previous_id is not None else None
    _move(
        session,
        seen,
        Image.reported_id.is_distinct_from(decision_id),
        to=decision.previous_id,
        review=_state_before(session, before, image.verdict_id),
        report_due_at=_report_again(before) if before is not None else None,
    )
    session.add(Undo(decision_id=decision_id, moderator_id=moderator_id, created_at=at))
    session.flush()
    return image.sha256


def _report_again(decision: Decision) -> ColumnElement[datetime | None]:
    """SQL expression: when a decision that stands again is reported; none if it is already."""
    return case((Image.reported_id == decision.id, None), else_=decision.created_at + UNDOABLE)


def state_after(outcome: Outcome) -> ReviewState:
    """The state of a case after a decision."""
    return ReviewState.ESCALATED if outcome is Outcome.ESCALATE else ReviewState.CLOSED


def _state_before(session: Session, before: Decision | None, verdict_id: str) -> ReviewState:
    if before is not None:
        return state_after(before.outcome)
    verdict = session.get_one(Verdict, verdict_id)
    if verdict.finding is Finding.CLEAR and not is_asked_for(session, verdict.image_sha256):
        return ReviewState.NONE
    return ReviewState.OPEN


def _move(
    session: Session,
    seen: Seen,
    *also: ColumnElement[bool],
    to: str | None,
    review: ReviewState,
    report_due_at: datetime | ColumnElement[datetime | None] | None,
) -> None:
    moved = session.scalar(
        update(Image)
        .where(
            Image.sha256 == seen.sha256,
            Image.verdict_id == seen.verdict_id,
            Image.decision_id.is_not_distinct_from(seen.decision_id),
            *also,
        )
        .values(decision_id=to, review=review, report_due_at=report_due_at)
        .returning(Image.sha256)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise StaleCaseError


def last_undoable(session: Session, moderator_id: str, at: datetime) -> Decision | None:
    """The newest decision that this moderator may still undo."""
    return session.scalar(
        select(Decision)
        .join(Image, Image.decision_id == Decision.id)
        .where(
            Decision.moderator_id == moderator_id,
            Decision.created_at > at - OFFERED,
            Image.reported_id.is_distinct_from(Decision.id),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )


def find_decision(session: Session, decision_id: str) -> Decision | None:
    """Find one decision."""
    return session.scalar(select(Decision).where(Decision.id == decision_id))
