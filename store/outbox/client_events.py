"""Events for clients, in the order in which they happened.

An event is written in the transaction of what it tells of, without a number: numbers given before the
commit would become visible out of order, and who reads "all after 7" would miss an 8 that commits
after 9. So events get their place afterwards (`place_events`), one client at a time under a lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ScalarSelect, delete, insert, or_, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session, joinedload

from core.clock import now
from core.ids import new_id
from core.urls import url_digest
from core.vocabulary import EventKind, State
from store.outbox.submission_json import submission_json, time_json
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Callback, CallbackAttempt, CallbackState, ClientEvent, Endpoint
from store.tables.submission_tables import Submission

STEP = 500  # events placed in one transaction
WITH_PAYLOAD = (
    joinedload(ClientEvent.submission).joinedload(Submission.verdict),
    joinedload(ClientEvent.submission).joinedload(Submission.image),
    joinedload(ClientEvent.decision),
    joinedload(ClientEvent.verdict),
    joinedload(ClientEvent.appeal).selectinload(Appeal.messages),
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event to be; `client_id` is whom it is told."""

    client_id: str
    submission_id: str | None
    decision_id: str | None = None
    appeal_id: str | None = None
    seller: dict[str, Any] | None = None


def add_events(session: Session, kind: EventKind, events: Sequence[NewEvent], *, at: datetime) -> list[str]:
    """Write events, without their place in order yet; returns their ids."""
    ids = [new_id() for _ in events]
    if events:
        session.execute(
            insert(cast(SqlTable, ClientEvent.__table__)),  # past the mapper: a third of its time
            [
                {
                    "id": event_id,
                    "client_id": one.client_id,
                    "kind": kind,
                    "submission_id": one.submission_id,
                    "decision_id": one.decision_id,
                    "appeal_id": one.appeal_id,
                    "seller": one.seller,
                    "created_at": at,
                }
                for event_id, one in zip(ids, events, strict=True)
            ],
        )
    return ids


def note_decisions(
    session: Session,
    kind: EventKind,
    decisions: Mapping[str, str | None],
    sellers: Mapping[str, dict[str, Any]],
    *,
    at: datetime,
) -> None:
    """Add an event for every examined submission of these images.

    `decisions` are theirs by SHA-256, `sellers` the standings of sellers by submission id.
    """
    rows = session.execute(
        select(Submission.client_id, Submission.id, Submission.image_sha256)
        .where(Submission.image_sha256.in_(decisions), Submission.state == State.EXAMINED)
        .order_by(Submission.id)
    )
    events = [
        NewEvent(client_id, id_, decisions[sha256], seller=sellers.get(id_))
        for client_id, id_, sha256 in rows
        if sha256
    ]
    add_events(session, kind, events, at=at)


def note_examined(session: Session, client_id: str, submission_id: str, sha256: str, *, at: datetime) -> None:
    """Add the event of a verdict, and of the decision reported on the image, if there is one.

    The image is locked: a decision reported at this moment either is seen here or sees this submission.
    """
    decision_id = session.scalar(
        select(Image.reported_id).where(Image.sha256 == sha256).with_for_update(read=True)
    )
    events = [NewEvent(client_id, submission_id, decision_id)]
    add_events(session, EventKind.SUBMISSION_EXAMINED, events, at=at)


def unplaced_clients(session: Session, *, called: bool = False) -> list[str]:
    """List the clients that have events without a place; `called` where someone is to be called for one."""
    query = select(ClientEvent.client_id).where(_IS_UNPLACED).distinct()
    if called:
        query = (
            query.join(Client, Client.id == ClientEvent.client_id)
            .outerjoin(Submission, Submission.id == ClientEvent.submission_id)
            .where(or_(Client.callback_url.is_not(None), Submission.callback_url.is_not(None)))
        )
    return list(session.scalars(query))


def called_at() -> ScalarSelect[str | None]:
    """SQL expression: the callback URL for a submission, its own or its client's, if any."""
    return (
        select(Client.callback_url)
        .where(Client.id == Submission.client_id)
        .correlate(Submission)
        .scalar_subquery()
    )


def has_unplaced(session: Session, client_id: str) -> bool:
    """True if a client has events without a position."""
    query = select(ClientEvent.id).where(ClientEvent.client_id == client_id, _IS_UNPLACED).limit(1)
    return session.scalar(query) is not None


def place_events(session: Session, client_id: str) -> int:
    """Number a client's new events and make their callbacks due; return how many.

    The client's row is locked first, so that whoever comes second sees what the first one placed.
    """
    last, own_url = session.execute(
        update(Client)
        .where(Client.id == client_id)
        .values(events_placed=Client.events_placed)
        .returning(Client.events_placed, Client.callback_url)
        .execution_options(synchronize_session=False)
    ).one()
    rows = session.execute(
        select(ClientEvent.id, Submission.callback_url)
        .outerjoin(Submission, Submission.id == ClientEvent.submission_id)
        .where(ClientEvent.client_id == client_id, _IS_UNPLACED)
        .order_by(ClientEvent.id)
        .limit(STEP)
    ).all()
    if not rows:
        return 0
    numbered = [(row.id, last + 1 + index, row.callback_url or own_url) for index, row in enumerate(rows)]
    session.execute(update(ClientEvent), [{"id": id_, "position": place} for id_, place, _ in numbered])
    session.execute(update(Client).where(Client.id == client_id).values(events_placed=last + len(rows)))
    _send_on(session, client_id, numbered)
    return len(rows)


def _send_on(session: Session, client_id: str, numbered: Sequence[tuple[str, int, str | None]]) -> None:
    urls = {url for _, _, url in numbered if url}
    if not urls:
        return
    endpoints = find_or_make_endpoints(session, client_id, urls)
    at = now()
    session.execute(
        insert(Callback),
        [
            {
                "event_id": event_id,
                "endpoint_id": endpoints[url],
                "position": place,
                "state": CallbackState.WAITING,
                "tries": 0,
                "due_at": at,
            }
            for event_id, place, url in numbered
            if url
        ],
    )
    session.execute(
        update(Endpoint)
        .where(Endpoint.id.in_(endpoints.values()), or_(Endpoint.due_at.is_(None), Endpoint.due_at > at))
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def find_or_make_endpoints(session: Session, client_id: str, urls: set[str]) -> dict[str, str]:
    """Find or make the endpoints of these URLs: only who holds the client's lock comes here."""
    keys = {url_digest(url): url for url in urls}
    found = {
        keys[digest]: endpoint_id
        for endpoint_id, digest in session.execute(
            select(Endpoint.id, Endpoint.url_sha256).where(
                Endpoint.client_id == client_id, Endpoint.url_sha256.in_(keys)
            )
        )
    }
    for digest, url in keys.items():
        if url not in found:
            made = Endpoint(id=new_id(), client_id=client_id, url=url, url_sha256=digest)
            session.add(made)
            found[url] = made.id
    session.flush()
    return found


def find_event(session: Session, event_id: str, client_id: str | None = None) -> ClientEvent | None:
    """Find an event with all that it tells; a client sees only its own."""
    query = select(ClientEvent).where(ClientEvent.id == event_id).options(*WITH_PAYLOAD)
    if client_id is not None:
        query = query.where(ClientEvent.client_id == client_id)
    return session.scalar(query)


def list_events(session: Session, client_id: str, *, after: int, limit: int) -> list[ClientEvent]:
    """List a client's events in order, those behind a place."""
    return list(
        session.scalars(
            select(ClientEvent)
            .where(ClientEvent.client_id == client_id, ClientEvent.position > after)
            .options(*WITH_PAYLOAD)
            .order_by(ClientEvent.position)
            .limit(limit)
        )
    )


def event_json(event: ClientEvent) -> dict[str, Any]:
    """Write an event as it is sent and as it is pulled; the same event always gives the same."""
    return {
        "id": event.id,
        "type": event.kind.value,
        "timestamp": time_json(event.created_at),
        "sequence": event.position,
        "data": _data(event),
    }


def _data(event: ClientEvent) -> dict[str, Any]:
    row = event.submission
    if row is None:
        return {}
    return submission_json(
        row,
        event.decision,
        event.verdict,
        declared=event.declared,
        answered=event.appeal,
        seller=event.seller,
    )


def forget_events(session: Session, submission_ids: Sequence[str]) -> None:
    """Delete the events of submissions that are purged, with all calls and attempts."""
    events = select(ClientEvent.id).where(ClientEvent.submission_id.in_(submission_ids))
    session.execute(delete(CallbackAttempt).where(CallbackAttempt.event_id.in_(events)))
    session.execute(delete(Callback).where(Callback.event_id.in_(events)))
    session.execute(delete(ClientEvent).where(ClientEvent.submission_id.in_(submission_ids)))


_IS_UNPLACED = ClientEvent.position.is_(None)
