"""Call backs on their way: whose turn it is, and what each call came to.

The unit that is claimed is the endpoint, not the call: so an endpoint is called by one thread of one
process at a time, in the order of events, and one that hangs or fails holds up nobody but itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core.ids import new_id
from core.vocabulary import EventKind
from store.client_events import WITH_PAYLOAD, Told, add_events, find_or_make_endpoints
from store.marketplace_tables import Callback, CallbackAttempt, CallbackState, ClientEvent, Endpoint
from store.tables import Client

GONE, FAILING = "gone", "failing"


class EndpointLostError(Exception):
    """The lease ran out and somebody else took over; nothing was written."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to call one endpoint until the lease ends."""

    claim_id: str
    endpoint_id: str
    client_id: str
    url: str
    failures: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call and what it came to: a status, or a failure in words; `seconds` is how long it took."""

    status: int | None
    failure: str | None
    answer: str
    seconds: float


def claim_endpoint(session: Session, *, lease: timedelta, at: datetime) -> Turn | None:
    """Claim the endpoint that has waited longest among those that are due; None where there is none."""
    is_due = _is_due(at)
    for endpoint_id in session.scalars(select(Endpoint.id).where(*is_due).order_by(Endpoint.due_at).limit(5)):
        claim_id = new_id()
        row = session.execute(
            update(Endpoint)
            .where(Endpoint.id == endpoint_id, *is_due)
            .values(claim_id=claim_id, claimed_until=at + lease)
            .returning(Endpoint.client_id, Endpoint.url, Endpoint.failures)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is not None:
            return Turn(claim_id, endpoint_id, row.client_id, row.url, row.failures)
    return None


def has_due_endpoint(session: Session, at: datetime) -> bool:
    """Tell, at the least cost, whether a claim is worth trying."""
    return session.scalar(select(Endpoint.id).where(*_is_due(at)).limit(1)) is not None


def next_callback(session: Session, turn: Turn, at: datetime) -> Callback | None:
    """Give the first call in order that is due, with all that it tells."""
    return session.scalar(
        select(Callback)
        .where(
            Callback.endpoint_id == turn.endpoint_id,
            Callback.state == CallbackState.WAITING,
            Callback.due_at <= at,
        )
        .options(joinedload(Callback.event).options(*WITH_PAYLOAD))
        .order_by(Callback.position)
        .limit(1)
    )


def succeed(
    session: Session, turn: Turn, callback: Callback, attempt: Attempt, *, lease: timedelta, at: datetime
) -> None:
    """Note that a call arrived; the endpoint is well. Errors: EndpointLostError."""
    _hold(
        session,
        turn,
        failures=0,
        failing_since=None,
        paused_until=None,
        succeeded_at=at,
        claimed_until=at + lease,
    )
    _note(session, callback, attempt, at=at, state=CallbackState.DELIVERED, delivered_at=at)


def fail(
    session: Session,
    turn: Turn,
    callback: Callback,
    attempt: Attempt,
    *,
    due_at: datetime | None,
    paused_until: datetime | None,
    is_gone: bool,
    lease: timedelta,
    at: datetime,
) -> str | None:
    """Note that a call failed; without `due_at` it had its last try. Give why the endpoint was disabled.

    An endpoint that said it is gone is disabled at once; one that had nothing get through since a
    call was first tried, until that call had all its tries, after that. Errors: EndpointLostError.
    """
    since = _hold(
        session,
        turn,
        failures=Endpoint.failures + 1,
        failing_since=func.coalesce(Endpoint.failing_since, at),
        paused_until=paused_until,
        claimed_until=at + lease,
    )
    state = CallbackState.WAITING if due_at is not None else CallbackState.EXHAUSTED
    _note(session, callback, attempt, at=at, state=state, due_at=due_at or at)
    began = callback.first_tried_at
    if is_gone:
        reason = GONE
    elif due_at is None and began is not None and since is not None and since <= began:
        reason = FAILING
    else:
        return None
    _hold(session, turn, disabled_at=at, disabled_reason=reason)
    return reason


def put_off(session: Session, turn: Turn, *, until: datetime) -> None:
    """Leave an endpoint alone for a while without a try being counted. Errors: EndpointLostError."""
    _hold(session, turn, paused_until=until)


def end_turn(session: Session, turn: Turn, at: datetime) -> None:
    """Give an endpoint back; it is due again when its next call is. Errors: EndpointLostError.

    The endpoint's row is locked first: a call that is added at this moment either is seen here, or
    sets the due time after us.
    """
    _hold(session, turn, claim_id=None, claimed_until=None)
    due_at = session.scalar(
        select(func.min(Callback.due_at)).where(
            Callback.endpoint_id == turn.endpoint_id, Callback.state == CallbackState.WAITING
        )
    )
    # Never in the past: with more endpoints than threads, who has just had a turn stands last.
    session.execute(
        update(Endpoint)
        .where(Endpoint.id == turn.endpoint_id)
        .values(due_at=max(due_at, at) if due_at is not None else None)
        .execution_options(synchronize_session=False)
    )


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
    """Send a call again, from its first try on; tell whether there is such a call."""
    endpoint_id = session.scalar(select(Callback.endpoint_id).where(Callback.event_id == event_id))
    if endpoint_id is None:
        return False
    _make_due(session, [endpoint_id], at)
    _start_anew(session, Callback.event_id == event_id, at)
    return True


def replay_exhausted(session: Session, endpoint_id: str, at: datetime) -> int:
    """Send every call again that had all its tries; give how many."""
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
    """Tell a client of nothing, to try its endpoint; give the event's id."""
    (event_id,) = add_events(session, EventKind.ENDPOINT_TEST, [Told(client_id, None)], at=at)
    return event_id


def forget_events(session: Session, submission_ids: Sequence[str]) -> None:
    """Delete the events of submissions that are purged, with all calls and attempts."""
    events = select(ClientEvent.id).where(ClientEvent.submission_id.in_(submission_ids))
    session.execute(delete(CallbackAttempt).where(CallbackAttempt.event_id.in_(events)))
    session.execute(delete(Callback).where(Callback.event_id.in_(events)))
    session.execute(delete(ClientEvent).where(ClientEvent.submission_id.in_(submission_ids)))


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


def _is_due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Endpoint.due_at <= at,
        Endpoint.disabled_at.is_(None),
        or_(Endpoint.paused_until.is_(None), Endpoint.paused_until <= at),
        or_(Endpoint.claimed_until.is_(None), Endpoint.claimed_until < at),
    )


def _hold(session: Session, turn: Turn, **values: object) -> datetime | None:
    """Change an endpoint while it is ours; give since when it has been failing."""
    row = session.execute(
        update(Endpoint)
        .where(Endpoint.id == turn.endpoint_id, Endpoint.claim_id == turn.claim_id)
        .values(**values)
        .returning(Endpoint.failing_since)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise EndpointLostError
    found: datetime | None = row.failing_since
    return found


def _note(session: Session, callback: Callback, attempt: Attempt, *, at: datetime, **values: object) -> None:
    session.execute(
        update(Callback)
        .where(Callback.event_id == callback.event_id)
        .values(tries=Callback.tries + 1, first_tried_at=func.coalesce(Callback.first_tried_at, at), **values)
        .execution_options(synchronize_session=False)
    )
    session.add(
        CallbackAttempt(
            event_id=callback.event_id,
            created_at=at,
            status=attempt.status,
            failure=attempt.failure and attempt.failure[:500],
            answer=attempt.answer[:1000],
            seconds=attempt.seconds,
        )
    )
