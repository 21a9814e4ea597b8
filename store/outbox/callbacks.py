"""Callbacks in progress: whose turn it is, and the result of each.

The unit that is claimed is the endpoint, not the call: so an endpoint is called by one thread of one
process at a time, in the order of events, and one that hangs or fails holds up no one but itself.
Turns go round the clients, however many endpoints each has.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core.ids import new_id
from core.sayings.saying import Saying
from core.sayings.stored import saying_json
from store.base.columns import UtcDateTime
from store.outbox.client_events import WITH_PAYLOAD
from store.tables.marketplace_tables import Callback, CallbackAttempt, CallbackState, Endpoint

GONE, FAILING = "gone", "failing"


class EndpointLostError(Exception):
    """The lease ran out and someone else took over; nothing was written."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to call one endpoint until the lease ends."""

    claim_id: str
    endpoint_id: str
    client_id: str
    url: str
    failures: int


@dataclass(frozen=True, slots=True)
class CallResult:
    """One call and what it came to: a status, or a failure; `seconds` is how long it took."""

    status: int | None
    failure: Saying | None
    answer: str
    seconds: float


def next_in_turn(session: Session, at: datetime, *, limit: int) -> list[str]:
    """The endpoints whose turn is next.

    Each client has one turn before another has its second. The client that has waited longest since its
    last turn comes first, and of its endpoints the one that has been due longest.
    """
    return list(session.scalars(_turns(), {"at": at, "limit": limit}))


def claim_endpoint(session: Session, endpoint_id: str, *, lease: timedelta, at: datetime) -> Turn | None:
    """Claim an endpoint that is due; None if another notifier was quicker.

    To be a transaction by itself: who locks several endpoints may meet who places events.
    """
    claim_id = new_id()
    row = session.execute(
        update(Endpoint)
        .where(Endpoint.id == endpoint_id, *_is_due(at))
        .values(claim_id=claim_id, claimed_until=at + lease, turn_at=at)
        .returning(Endpoint.client_id, Endpoint.url, Endpoint.failures)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Turn(claim_id, endpoint_id, row.client_id, row.url, row.failures) if row is not None else None


def next_callback(session: Session, turn: Turn, at: datetime) -> Callback | None:
    """The first callback in order that is due, with its event."""
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
    session: Session,
    turn: Turn,
    callback: Callback,
    attempt: CallResult,
    *,
    lease: timedelta,
    at: datetime,
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
    attempt: CallResult,
    *,
    due_at: datetime | None,
    paused_until: datetime | None,
    is_gone: bool,
    lease: timedelta,
    at: datetime,
) -> str | None:
    """Note that a call failed; without `due_at` it had its last try. Returns why the endpoint was disabled.

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
    """Release an endpoint; it is due again when its next callback is. Errors: `EndpointLostError`.

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


@lru_cache  # putting it together takes longer than running it
def _turns() -> Select[str]:
    """The endpoints that are due, in the order of their turns; `at` and `limit` are its parameters."""
    round_ = func.row_number().over(partition_by=Endpoint.client_id, order_by=Endpoint.due_at)
    due = (
        select(Endpoint.id, Endpoint.client_id, Endpoint.due_at, round_.label("round"))
        .where(*_is_due(bindparam("at", type_=UtcDateTime)))
        .cte("due")
    )
    clients = select(due.c.client_id).distinct().subquery()
    last_turn = (
        select(func.max(Endpoint.turn_at)).where(Endpoint.client_id == clients.c.client_id).scalar_subquery()
    )
    last = select(clients.c.client_id, last_turn.label("turn_at")).subquery()
    return (
        select(due.c.id)
        .join(last, last.c.client_id == due.c.client_id)
        .order_by(due.c.round, last.c.turn_at.nulls_first(), due.c.due_at)
        .limit(bindparam("limit", type_=Integer))
    )


def _is_due(at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return (
        Endpoint.due_at <= at,
        Endpoint.disabled_at.is_(None),
        or_(Endpoint.paused_until.is_(None), Endpoint.paused_until <= at),
        or_(Endpoint.claimed_until.is_(None), Endpoint.claimed_until < at),
    )


def _hold(session: Session, turn: Turn, **values: object) -> datetime | None:
    """Change an endpoint while it is ours; returns since when it has been failing."""
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


def _note(
    session: Session, callback: Callback, attempt: CallResult, *, at: datetime, **values: object
) -> None:
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
            **({} if attempt.failure is None else {"failure_reason": saying_json(attempt.failure)}),
            answer=attempt.answer[:1000],
            seconds=attempt.seconds,
        )
    )
