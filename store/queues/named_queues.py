"""Named queues: rules that leads keep under a name, and who works on them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.ids import new_id
from store.tables.people_tables import Moderator
from store.tables.queue_tables import NamedQueue, QueueMember

MOST_QUEUES = 50


class QueueNameError(Exception):
    """Another queue has this name, or there are too many; nothing was changed."""


@dataclass(frozen=True, slots=True)
class QueueTeam:
    """A queue with its members."""

    queue: NamedQueue
    members: list[Moderator]


def list_queues(session: Session, *, member_id: str | None) -> list[NamedQueue]:
    """List the queues of a member by name; with None, all."""
    query = select(NamedQueue).order_by(func.lower(NamedQueue.name), NamedQueue.id)
    return list(session.scalars(query if member_id is None else query.where(_has_member(member_id))))


def find_queue(session: Session, queue_id: str, *, member_id: str | None) -> NamedQueue | None:
    """Find a queue; with a member's id, only if they are one."""
    query = select(NamedQueue).where(NamedQueue.id == queue_id)
    return session.scalar(query if member_id is None else query.where(_has_member(member_id)))


def lock_queue(session: Session, queue_id: str) -> NamedQueue | None:
    """Find a queue; nobody else changes or deletes it, or its members, until this transaction ends."""
    return session.scalar(select(NamedQueue).where(NamedQueue.id == queue_id).with_for_update())


def find_team(session: Session, queue_id: str) -> QueueTeam | None:
    """Find a queue with its members."""
    queue = find_queue(session, queue_id, member_id=None)
    return QueueTeam(queue, _members(session, [queue_id])[queue_id]) if queue is not None else None


def list_teams(session: Session) -> list[QueueTeam]:
    """List all queues with their members, in two queries."""
    queues = list_queues(session, member_id=None)
    members = _members(session, [queue.id for queue in queues])
    return [QueueTeam(queue, members[queue.id]) for queue in queues]


def _members(session: Session, queue_ids: list[str]) -> dict[str, list[Moderator]]:
    rows = session.execute(
        select(QueueMember.queue_id, Moderator)
        .join(Moderator, Moderator.id == QueueMember.moderator_id)
        .where(QueueMember.queue_id.in_(queue_ids))
        .order_by(Moderator.email)
    )
    members = defaultdict(list)
    for queue_id, moderator in rows:
        members[queue_id].append(moderator)
    return members


def add_queue(session: Session, name: str, rule: Mapping[str, str], *, at: datetime) -> str:
    """Add a queue without members; returns its id. Errors: QueueNameError."""
    if (session.scalar(select(func.count()).select_from(NamedQueue)) or 0) >= MOST_QUEUES:
        raise QueueNameError
    queue_id = new_id()
    values = {"id": queue_id, "name": name, "rule": dict(rule), "created_at": at}
    try:
        session.execute(insert(NamedQueue).values(values))
    except IntegrityError:
        raise QueueNameError from None
    return queue_id


def change_queue(session: Session, queue_id: str, name: str, rule: Mapping[str, str]) -> None:
    """Rename a queue and replace its rule. Errors: QueueNameError."""
    try:
        session.execute(
            update(NamedQueue).where(NamedQueue.id == queue_id).values(name=name, rule=dict(rule))
        )
    except IntegrityError:
        raise QueueNameError from None


def delete_queue(session: Session, queue_id: str) -> None:
    """Delete a queue: a name and a rule. Its cases stay where they are."""
    session.execute(delete(QueueMember).where(QueueMember.queue_id == queue_id))
    session.execute(delete(NamedQueue).where(NamedQueue.id == queue_id))


def set_members(session: Session, queue_id: str, wanted: Collection[str]) -> tuple[set[str], set[str]]:
    """Replace the members of a queue; returns who came and who went. Unknown people are left out."""
    known = set(session.scalars(select(Moderator.id).where(Moderator.id.in_(wanted))))
    before = set(session.scalars(select(QueueMember.moderator_id).where(QueueMember.queue_id == queue_id)))
    came, went = known - before, before - known
    if came:
        rows = [{"queue_id": queue_id, "moderator_id": one} for one in sorted(came)]
        session.execute(insert(QueueMember), rows)
    session.execute(
        delete(QueueMember).where(QueueMember.queue_id == queue_id, QueueMember.moderator_id.in_(went))
    )
    return came, went


def _has_member(moderator_id: str) -> ColumnElement[bool]:
    return NamedQueue.id.in_(select(QueueMember.queue_id).where(QueueMember.moderator_id == moderator_id))
