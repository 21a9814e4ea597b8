"""Turns between clients: 100,000 pictures of one client must not delay another client's single one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.vocabulary import Priority, State
from store.intake.claims import is_due
from store.intake.unsent import is_unsent
from store.tables.client_tables import Client
from store.tables.submission_tables import Submission


def next_in_turn(
    session: Session, priority: Priority, *, at: datetime, sent_before: datetime, limit: int
) -> list[str]:
    """List submissions that are due and have no message, or only an old one, in turns of the clients.

    A client's own come oldest first; a client of weight 2 has two turns where others have one.
    """
    if limit <= 0:
        return []
    is_wanted: tuple[ColumnElement[bool], ...] = (
        Submission.state == State.QUEUED,
        Submission.priority == priority,
        is_due(at),
        is_unsent(at, sent_before),
    )
    waits = select(Submission.id).where(Submission.client_id == Client.id, *is_wanted).exists()
    clients = session.execute(select(Client.id, Client.weight).where(waits).order_by(Client.id)).all()
    queues = {
        client_id: list(
            session.scalars(
                select(Submission.id)
                .where(Submission.client_id == client_id, *is_wanted)
                .order_by(Submission.due_at)
                .limit(limit)
            )
        )
        for client_id, _ in clients
    }
    return take_turns(queues, {client_id: weight for client_id, weight in clients}, limit)  # noqa: C416 - rows


def take_turns(queues: Mapping[str, Sequence[str]], weights: Mapping[str, int], limit: int) -> list[str]:
    """Merge queues: in each round, every client has as many turns as its weight says."""
    waiting = {client_id: iter(queue) for client_id, queue in queues.items()}
    taken: list[str] = []
    while waiting:
        for client_id in list(waiting):
            for _ in range(max(1, weights[client_id])):
                one = next(waiting[client_id], None)
                if one is None:
                    del waiting[client_id]
                    break
                taken.append(one)
                if len(taken) == limit:
                    return taken
    return taken
