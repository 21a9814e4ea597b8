"""What people did that is no decision, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.review_tables import Event
from store.tables import Moderator


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None means any. `until` is the first moment left out."""

    kind: str | None = None
    moderator_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event with who caused it, where that is known."""

    event: Event
    email: str | None


def list_events(
    session: Session, wanted: EventFilter, *, before_id: str | None = None, limit: int = 50
) -> list[EventLine]:
    """List events older than `before_id`."""
    query = select(Event, Moderator.email).outerjoin(Moderator, Moderator.id == Event.moderator_id)
    if wanted.kind is not None:
        query = query.where(Event.kind == wanted.kind)
    if wanted.moderator_id is not None:
        query = query.where(Event.moderator_id == wanted.moderator_id)
    if wanted.since is not None:
        query = query.where(Event.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Event.created_at < wanted.until)
    if before_id is not None:
        query = query.where(Event.id < before_id)
    rows = session.execute(query.order_by(Event.id.desc()).limit(limit))
    return [EventLine(event, email) for event, email in rows]


def every_event(session: Session, wanted: EventFilter) -> Iterator[EventLine]:
    """Give all events page by page."""
    before_id = None
    while lines := list_events(session, wanted, before_id=before_id, limit=500):
        yield from lines
        before_id = lines[-1].event.id
        session.expunge_all()
