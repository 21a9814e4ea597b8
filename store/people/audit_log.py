"""The audit log, newest first: a union over the records that each act already leaves.

Nothing is written twice for it: a decision is its own record, and so are an undo, an appeal and the
answer to a check; everything else is an event.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision
from store.tables.client_tables import Client
from store.tables.people_tables import Moderator
from store.tables.quality_tables import Check
from store.tables.review_tables import Event, Undo

Acts = Select[*tuple[Any, ...]]
DECISION, UNDO, APPEAL, RESOLVED, CHECK = "decision", "undo", "appeal", "appeal_resolved", "check"


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts are wanted; None means any. `until` is the first moment left out.

    `hidden` are images of which nothing is told.
    """

    kind: str | None = None
    moderator_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act: when, what, by whom where that is known, about what, and the rest in words."""

    at: datetime
    id: str
    kind: str
    who: str | None
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[datetime, str]:
        """The position in the log."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where one kind of act is read from: its time, its actor, and how a row becomes a line."""

    query: Acts
    at: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[str]
    actor: InstrumentedAttribute[Any] | None
    image: InstrumentedAttribute[Any] | None
    write: Callable[[Any], ActLine]


def list_acts(
    session: Session, wanted: ActFilter, *, before: tuple[datetime, str] | None = None, limit: int = 50
) -> list[ActLine]:
    """List acts older than a place in the log: as many of each origin at most, then the newest of all."""
    found = [_read(session, origin, wanted, before, limit) for origin in _origins(wanted.kind)]
    return list(islice(heapq.merge(*found, key=lambda line: line.place, reverse=True), limit))


def every_act(session: Session, wanted: ActFilter) -> Iterator[ActLine]:
    """All acts, read page by page."""
    before = None
    while lines := list_acts(session, wanted, before=before, limit=500):
        yield from lines
        before = lines[-1].place
        session.expunge_all()


def _read(
    session: Session,
    origin: _Origin,
    wanted: ActFilter,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[ActLine]:
    return [origin.write(row) for row in session.execute(_narrowed(origin, wanted, before).limit(limit))]


def _narrowed(origin: _Origin, wanted: ActFilter, before: tuple[datetime, str] | None) -> Acts:
    query, at = origin.query.where(origin.at.is_not(None)), origin.at
    if before is not None:
        older: ColumnElement[bool] = (at < before[0]) | ((at == before[0]) & (origin.id < before[1]))
        query = query.where(at <= before[0], older)
    if wanted.since is not None:
        query = query.where(at >= wanted.since)
    if wanted.until is not None:
        query = query.where(at < wanted.until)
    if wanted.moderator_id is not None:
        # An act without a moderator has no name.
        query = query.where(origin.actor == wanted.moderator_id if origin.actor is not None else at.is_(None))
    if wanted.hidden and origin.image is not None:
        query = query.where(origin.image.not_in(wanted.hidden))
    return query.order_by(at.desc(), origin.id.desc())


def _origins(kind: str | None) -> list[_Origin]:
    made = {
        DECISION: _decisions,
        UNDO: _undos,
        APPEAL: _appeals,
        RESOLVED: _resolutions,
        CHECK: _checks,
    }
    if kind in made:
        return [made[kind]()]
    return [_events(kind)] if kind is not None else [_events(None), *(make() for make in made.values())]


def _events(kind: str | None) -> _Origin:
    query = select(Event, Moderator.email).outerjoin(Moderator, Moderator.id == Event.moderator_id)
    if kind is not None:
        query = query.where(Event.kind == kind)

    def write(row: Any) -> ActLine:
        event = row.Event
        return ActLine(event.created_at, event.id, event.kind, row.email, event.subject, event.detail)

    return _Origin(query, Event.created_at, Event.id, Event.moderator_id, None, write)


def _decisions() -> _Origin:
    query = select(Decision, Moderator.email).join(Moderator, Moderator.id == Decision.moderator_id)

    def write(row: Any) -> ActLine:
        made = row.Decision
        detail = {"outcome": made.outcome.value, "ground": made.ground, "decision": made.id} | (
            {"batch": made.batch_id} if made.batch_id else {}
        )
        return ActLine(made.created_at, made.id, DECISION, row.email, made.image_sha256, detail)

    return _Origin(
        query, Decision.created_at, Decision.id, Decision.moderator_id, Decision.image_sha256, write
    )


def _undos() -> _Origin:
    query = (
        select(Undo, Moderator.email, Decision.image_sha256)
        .join(Moderator, Moderator.id == Undo.moderator_id)
        .join(Decision, Decision.id == Undo.decision_id)
    )

    def write(row: Any) -> ActLine:
        detail = {"decision": row.Undo.decision_id}
        return ActLine(row.Undo.created_at, row.Undo.id, UNDO, row.email, row.image_sha256, detail)

    return _Origin(query, Undo.created_at, Undo.id, Undo.moderator_id, Decision.image_sha256, write)


def _appeals() -> _Origin:
    query = select(Appeal, Client.name).join(Client, Client.id == Appeal.client_id)

    def write(row: Any) -> ActLine:
        detail = {"client": row.name, "submission": row.Appeal.submission_id}
        return ActLine(row.Appeal.created_at, row.Appeal.id, APPEAL, None, row.Appeal.image_sha256, detail)

    return _Origin(query, Appeal.created_at, Appeal.id, None, Appeal.image_sha256, write)


def _resolutions() -> _Origin:
    query = select(Appeal, Moderator.email).join(Moderator, Moderator.id == Appeal.resolved_by)

    def write(row: Any) -> ActLine:
        appeal = row.Appeal
        outcome = appeal.outcome.value if appeal.outcome else ""
        detail = {"outcome": outcome, "decision": appeal.decision_id, "appeal": appeal.id}
        return ActLine(appeal.resolved_at, appeal.id, RESOLVED, row.email, appeal.image_sha256, detail)

    return _Origin(query, Appeal.resolved_at, Appeal.id, Appeal.resolved_by, Appeal.image_sha256, write)


def _checks() -> _Origin:
    query = select(Check, Moderator.email).join(Moderator, Moderator.id == Check.moderator_id)

    def write(row: Any) -> ActLine:
        check = row.Check
        outcome = check.outcome.value if check.outcome else ""
        detail = {"check": check.kind.value, "outcome": outcome, "expected": check.expected.value}
        return ActLine(check.answered_at, check.id, CHECK, row.email, check.image_sha256, detail)

    return _Origin(query, Check.answered_at, Check.id, Check.moderator_id, Check.image_sha256, write)
