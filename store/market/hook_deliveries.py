"""Deliveries from marketplaces as they came: each stored once, repeats counted."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, defer, joinedload

from core.ids import new_id
from store.base.insertion import insert_once
from store.tables.marketplace_tables import HookDelivery, HookOutcome

KEPT = timedelta(days=30)  # longer than any marketplace tries again


def keep_delivery(
    session: Session,
    client_id: str,
    identity: str,
    *,
    topic: str,
    headers: Mapping[str, str],
    body: bytes,
    outcome: HookOutcome,
    detail: str = "",
    listing_id: str | None = None,
    at: datetime,
) -> str | None:
    """Keep a delivery and give its id; None where it is kept already, which is counted.

    Of the same delivery twenty times at once, one is kept: the others wait for its transaction.
    """
    delivery_id = new_id()
    row = {
        "id": delivery_id,
        "client_id": client_id,
        "identity": identity,
        "topic": topic,
        "headers": dict(headers),
        "body": body,
        "outcome": outcome,
        "detail": detail[:500],
        "listing_id": listing_id,
        "created_at": at,
        "due_at": at,
        "repeats": 0,
    }
    if insert_once(session, HookDelivery, row):
        return delivery_id
    session.execute(
        update(HookDelivery)
        .where(HookDelivery.client_id == client_id, HookDelivery.identity == identity)
        .values(repeats=HookDelivery.repeats + 1, repeated_at=at)
        .execution_options(synchronize_session=False)
    )
    return None


def end_delivery(
    session: Session, delivery_id: str, outcome: HookOutcome, detail: str = "", listing_id: str | None = None
) -> None:
    """Note what became of a delivery."""
    session.execute(
        update(HookDelivery)
        .where(HookDelivery.id == delivery_id)
        .values(outcome=outcome, detail=detail[:500], listing_id=listing_id)
        .execution_options(synchronize_session=False)
    )


def hold_delivery(session: Session, delivery_id: str, detail: str, listing_id: str, until: datetime) -> None:
    """Keep the rest of a delivery for later: its client's quota is used up until then."""
    session.execute(
        update(HookDelivery)
        .where(HookDelivery.id == delivery_id)
        .values(outcome=HookOutcome.PENDING, detail=detail[:500], listing_id=listing_id, due_at=until)
        .execution_options(synchronize_session=False)
    )


def put_off_delivery(session: Session, delivery_id: str, until: datetime) -> None:
    """Leave a delivery that waits for later, as it is."""
    session.execute(
        update(HookDelivery)
        .where(HookDelivery.id == delivery_id)
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )


def find_delivery(session: Session, delivery_id: str) -> HookDelivery | None:
    """Find one delivery."""
    return session.get(HookDelivery, delivery_id)


def take_pending(session: Session, limit: int, at: datetime) -> list[HookDelivery]:
    """Lock deliveries that wait and are due, oldest first; others' are left to them."""
    return list(
        session.scalars(
            select(HookDelivery)
            .where(HookDelivery.outcome == HookOutcome.PENDING, HookDelivery.due_at <= at)
            .order_by(HookDelivery.due_at, HookDelivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def replay_delivery(session: Session, delivery_id: str, at: datetime) -> bool:
    """Have a kept delivery taken in once more, as it came; returns whether there is such a one."""
    found = session.scalar(
        update(HookDelivery)
        .where(HookDelivery.id == delivery_id)
        .values(outcome=HookOutcome.PENDING, detail="", due_at=at)
        .returning(HookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


def list_deliveries(
    session: Session, client_id: str | None = None, *, before_id: str | None = None, limit: int = 100
) -> list[HookDelivery]:
    """List deliveries, newest first."""
    query = select(HookDelivery).options(joinedload(HookDelivery.client), defer(HookDelivery.body))
    if client_id is not None:
        query = query.where(HookDelivery.client_id == client_id)
    if before_id is not None:
        query = query.where(HookDelivery.id < before_id)
    return list(session.scalars(query.order_by(HookDelivery.id.desc()).limit(limit)))


def forget_deliveries(session: Session, at: datetime) -> None:
    """Delete what was kept long enough."""
    session.execute(delete(HookDelivery).where(HookDelivery.created_at < at - KEPT))
