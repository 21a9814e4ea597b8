"""Decisions leave the desk: clients, artists and near copies learn of one when it can no longer be undone.

`Image.decision_id` is what moderators see, `Image.reported_id` what everyone else does. A decision or an
undo sets the time at which the second follows the first; whatever shows, exports or sends decisions
outside the desk reads `reported_id` alone.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from core.market.strike_rules import StrikeRules
from core.vocabulary import EventKind, Outcome
from store.appeals.appeal_resolution import report_answers
from store.base.database import Database
from store.known.alike import keep_looks
from store.known.known_images import note_changes
from store.market.strikes import settle_strikes
from store.outbox.client_events import note_decisions
from store.queues.assignments import end_assignments
from store.reports.reader_reports import settle_reports
from store.tables.case_tables import Decision, Image

STEP = 200  # images in one transaction
PAUSE = timedelta(minutes=10)  # until a decision is tried again that cannot be reported
# What says nothing of the decisions: the database is not there, or others have what is wanted.
_PASSING = (OperationalError, InterfaceError, PoolTimeoutError)

log = logging.getLogger(__name__)


def has_due_reports(session: Session, at: datetime) -> bool:
    """True if a decision can no longer be undone and was not reported yet."""
    return session.scalar(select(Image.sha256).where(Image.report_due_at <= at).limit(1)) is not None


def report_due(database: Database, at: datetime, strikes: StrikeRules) -> int:
    """Report a step of due decisions; returns how many.

    Where one of them cannot be reported, each is by itself, and that one later: it holds up no others.
    Errors: SQLAlchemyError where the database cannot be asked.
    """
    try:
        with database.writing() as session:
            return report_decisions(session, at, strikes)
    except _PASSING:
        raise
    except Exception:
        log.exception("failed to report decisions together")
    with database.reading() as session:
        due = select(Image.sha256).where(Image.report_due_at <= at)
        sha256s = session.scalars(due.order_by(Image.report_due_at, Image.sha256).limit(STEP)).all()
    return sum(_report_alone(database, sha256, at, strikes) for sha256 in sha256s)


def _report_alone(database: Database, sha256: str, at: datetime, strikes: StrikeRules) -> int:
    try:
        with database.writing() as session:
            return report_decisions(session, at, strikes, only=sha256)
    except _PASSING:
        raise
    except Exception:
        log.exception("failed to report the decision on image %s", sha256)
    with database.writing() as session:
        session.execute(
            update(Image)
            .where(Image.sha256 == sha256, Image.report_due_at <= at)
            .values(report_due_at=at + PAUSE)
            .execution_options(synchronize_session=False)
        )
    return 0


def report_decisions(session: Session, at: datetime, strikes: StrikeRules, *, only: str | None = None) -> int:
    """Report 200 images' decisions that are due: events, strikes, appeals, near copies; returns how many.

    The images are locked first, so that an undo at this moment is either done already, and nothing is
    reported, or comes too late. Those that someone else has locked are left for the next time.
    """
    rows = session.execute(
        select(Image.sha256, Image.decision_id, Image.reported_id)
        .where(Image.report_due_at <= at, *([] if only is None else [Image.sha256 == only]))
        .order_by(Image.report_due_at, Image.sha256)
        .limit(STEP)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    session.execute(
        update(Image)
        .where(Image.sha256.in_([row.sha256 for row in rows]))
        .values(reported_id=Image.decision_id, report_due_at=None)
        .execution_options(synchronize_session=False)
    )
    outcomes = _outcomes(session, {row.decision_id for row in rows} | {row.reported_id for row in rows})
    sellers = settle_strikes(session, {row.sha256: row.decision_id for row in rows}, strikes, at=at)
    told: dict[EventKind, dict[str, str | None]] = {
        EventKind.DECISION_WITHDRAWN: {},
        EventKind.DECISION_MADE: {},
    }
    for row in rows:
        kind = _kind(outcomes.get(row.reported_id), outcomes.get(row.decision_id))
        told[kind][row.sha256] = row.decision_id
    for kind, decisions in told.items():
        note_decisions(session, kind, decisions, sellers, at=at)
    settle_reports(session, {row.sha256: row.decision_id for row in rows})
    note_changes(session, [row.sha256 for row in rows], at)
    keep_looks(session, [row.sha256 for row in rows], at)
    end_assignments(session, [row.sha256 for row in rows])
    report_answers(session, {row.sha256: row.decision_id for row in rows}, sellers, at=at)
    return len(rows)


def _kind(before: Outcome | None, after: Outcome | None) -> EventKind:
    """A ruling that a client may have acted on is withdrawn where no other ruling takes its place."""
    if before not in {None, Outcome.ESCALATE} and after in {None, Outcome.ESCALATE}:
        return EventKind.DECISION_WITHDRAWN
    return EventKind.DECISION_MADE


def _outcomes(session: Session, ids: set[str | None]) -> dict[str | None, Outcome]:
    rows = session.execute(select(Decision.id, Decision.outcome).where(Decision.id.in_(ids - {None})))
    return {row.id: row.outcome for row in rows}
