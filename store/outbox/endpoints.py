"""Endpoints for people: where callbacks go, what waits, the results, and resending."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session, joinedload

from core.vocabulary import EventKind
from store.outbox.client_events import NewEvent, add_events, find_or_make_endpoints
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Callback, CallbackAttempt, CallbackState, Endpoint


def enable_endpoint(session: Session, endpoint_id: str, at: datetime) -> None:
    """Call an endpoint again, from the first call that waits: all of them now, whatever their pauses."""
    session.execute(
        update(Endpoint)
        .where(Endpoint.id == endpoint_id)
        .values(
            disabled_at=None,
            disabled_reason=None,
            failures=0,
            failing_since=None,
            paused_until=None,
            due_at=at,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Callback)
        .where(
            Callback.endpoint_id == endpoint_id,
            Callback.state == CallbackState.WAITING,
            Callback.due_at > at,
        )
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def move_endpoint(session: Session, client: Client, url: str, at: datetime) -> None:
    """Call a client at another address; what waits for the old one goes there too.

    The client's row is locked first, as for giving events their place.
    """
    session.execute(
        update(Client)
        .where(Client.id == client.id)
        .values(callback_url=url)
        .execution_options(synchronize_session=False)
    )
    if client.callback_url:
        urls = {client.callback_url, url}
        found = find_or_make_endpoints(session, client.id, urls)
        old, new = found[client.callback_url], found[url]
        _make_due(session, [old, new], at)
        session.execute(
            update(Callback)
            .where(Callback.endpoint_id == old, Callback.state == CallbackState.WAITING)
            .values(endpoint_id=new, due_at=at)
            .execution_options(synchronize_session=False)
        )
        enable_endpoint(session, new, at)
    client.callback_url = url


def replay(session: Session, event_id: str, at: datetime) -> bool:
    """Send a call again, from its first try on; returns whether there is such a call."""
    endpoint_id = session.scalar(select(Callback.endpoint_id).where(Callback.event_id == event_id))
    if endpoint_id is None:
        return False
    _make_due(session, [endpoint_id], at)
    _start_anew(session, Callback.event_id == event_id, at)
    return True


def replay_exhausted(session: Session, endpoint_id: str, at: datetime) -> int:
    """Send every call again that had all its tries; returns how many."""
    _make_due(session, [endpoint_id], at)
    is_spent = and_(Callback.endpoint_id == endpoint_id, Callback.state == CallbackState.EXHAUSTED)
    return _start_anew(session, is_spent, at)


def _make_due(session: Session, endpoint_ids: Sequence[str], at: datetime) -> None:
    """Make endpoints due; always before their calls are changed, in the order in which turns lock them."""
    session.execute(
        update(Endpoint)
        .where(Endpoint.id.in_(endpoint_ids))
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def _start_anew(session: Session, which: ColumnElement[bool], at: datetime) -> int:
    ids = session.scalars(
        update(Callback)
        .where(which)
        .values(state=CallbackState.WAITING, tries=0, first_tried_at=None, due_at=at)
        .returning(Callback.event_id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(ids)


def send_test(session: Session, client_id: str, at: datetime) -> str:
    """Add a test event for a client's endpoints, and return its id."""
    (event_id,) = add_events(session, EventKind.ENDPOINT_TEST, [NewEvent(client_id, None)], at=at)
    return event_id


def list_endpoints(session: Session, client_id: str) -> list[Endpoint]:
    """List a client's endpoints, oldest first."""
    return list(
        session.scalars(
            select(Endpoint).where(Endpoint.client_id == client_id).order_by(Endpoint.id).limit(100)
        )
    )


def count_waiting(session: Session, endpoint_ids: list[str]) -> dict[str, int]:
    """Count the calls that wait, by endpoint."""
    rows = session.execute(
        select(Callback.endpoint_id, func.count())
        .where(Callback.endpoint_id.in_(endpoint_ids), Callback.state == CallbackState.WAITING)
        .group_by(Callback.endpoint_id)
    )
    return {endpoint_id: count for endpoint_id, count in rows}  # noqa: C416 - mypy knows rows, not pairs


def list_callbacks(
    session: Session, client_id: str | None = None, *, before_id: str | None = None, limit: int = 100
) -> list[Callback]:
    """List calls, newest first, with their events and endpoints."""
    query = select(Callback).options(
        joinedload(Callback.event), joinedload(Callback.endpoint).joinedload(Endpoint.client)
    )
    if client_id is not None:
        query = query.join(Callback.endpoint).where(Endpoint.client_id == client_id)
    if before_id is not None:
        query = query.where(Callback.event_id < before_id)
    return list(session.scalars(query.order_by(Callback.event_id.desc()).limit(limit)))


def list_attempts(session: Session, event_id: str) -> list[CallbackAttempt]:
    """List what an event's calls came to, oldest first."""
    return list(
        session.scalars(
            select(CallbackAttempt).where(CallbackAttempt.event_id == event_id).order_by(CallbackAttempt.id)
        )
    )
