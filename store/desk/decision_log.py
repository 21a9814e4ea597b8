"""The log of decisions, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from core.vocabulary import Finding, Outcome
from store.desk.decisions import UNDOABLE
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.people_tables import Moderator
from store.tables.review_tables import Undo


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which decisions are wanted; None and False mean any. `until` is the first moment left out."""

    moderator_id: str | None = None
    outcome: Outcome | None = None
    finding: Finding | None = None
    image_sha256: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    overturned: bool = False
    hidden: frozenset[str] = frozenset()  # images of which nothing is told
    at: datetime | None = None  # leaves out what can be undone at this moment


@dataclass(frozen=True, slots=True)
class LogLine:
    """One decision with who made it, the verdict it rests on, and who took it back."""

    decision: Decision
    undo: Undo | None
    undone_by: str | None


def list_decisions(
    session: Session, wanted: LogFilter, *, before_id: str | None = None, limit: int = 50
) -> list[LogLine]:
    """List decisions older than `before_id`."""
    query = _query(wanted)
    if before_id is not None:
        query = query.where(Decision.id < before_id)
    rows = session.execute(query.order_by(Decision.id.desc()).limit(limit))
    return [LogLine(decision, undo, undone_by) for decision, undo, undone_by in rows]


def reported_decisions(session: Session, image: Image, *, limit: int = 50) -> list[Decision]:
    """List the decisions on an image that clients and artists were told of, the newest first."""
    if image.reported_id is None:
        return []
    query = (
        select(Decision)
        .outerjoin(Undo, Undo.decision_id == Decision.id)
        .where(Decision.image_sha256 == image.sha256, Decision.id <= image.reported_id, Undo.id.is_(None))
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def every_decision(session: Session, wanted: LogFilter) -> Iterator[LogLine]:
    """All decisions, read page by page, so that a long log needs little memory."""
    before_id = None
    while lines := list_decisions(session, wanted, before_id=before_id, limit=500):
        yield from lines
        before_id = lines[-1].decision.id
        session.expunge_all()


def _query(wanted: LogFilter) -> Select[Decision, Undo, str]:
    undoer = aliased(Moderator)
    query = (
        select(Decision, Undo, undoer.email)
        .outerjoin(Undo, Undo.decision_id == Decision.id)
        .outerjoin(undoer, undoer.id == Undo.moderator_id)
        .options(joinedload(Decision.moderator), joinedload(Decision.verdict))
    )
    if wanted.moderator_id is not None:
        query = query.where(Decision.moderator_id == wanted.moderator_id)
    if wanted.outcome is not None:
        query = query.where(Decision.outcome == wanted.outcome)
    if wanted.image_sha256 is not None:
        query = query.where(Decision.image_sha256 == wanted.image_sha256)
    if wanted.hidden:
        query = query.where(Decision.image_sha256.not_in(wanted.hidden))
    if wanted.at is not None:
        query = query.where(Decision.created_at <= wanted.at - UNDOABLE)
    if wanted.since is not None:
        query = query.where(Decision.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Decision.created_at < wanted.until)
    if wanted.finding is not None or wanted.overturned:
        query = query.join(Verdict, Verdict.id == Decision.verdict_id)
    if wanted.finding is not None:
        query = query.where(Verdict.finding == wanted.finding)
    if wanted.overturned:
        # The machine accused and a person cleared: the error that costs most.
        query = query.where(
            Verdict.finding == Finding.FLAGGED,
            Decision.outcome == Outcome.HUMAN,
            Undo.id.is_(None),
        )
    return query
