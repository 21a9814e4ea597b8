"""Quotas in use: counted on a row for each period, in the transaction that stores the submissions."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.clients.quota import Quota, QuotaState
from core.ids import first_id
from store.base.insertion import insert_once
from store.tables.client_tables import Client, QuotaUse
from store.tables.marketplace_tables import HookDelivery, HookOutcome
from store.tables.submission_tables import Submission

KEPT = timedelta(days=400)


def take_quota(session: Session, client_id: str, quota: Quota | None, wanted: int, at: datetime) -> int:
    """Take so many images from a client's quota; returns how many it had left for them.

    The row stays locked until the commit, so that two requests at once never take the same one.
    """
    if quota is None or wanted == 0:
        return wanted
    _begin_period(session, client_id, quota, at)
    row = session.get_one(QuotaUse, (client_id, quota.key(at)), with_for_update=True)
    granted = max(0, min(wanted, quota.limit - row.used))
    row.used += granted
    session.flush()
    return granted


def read_quota(session: Session, client_id: str, quota: Quota, at: datetime) -> QuotaState:
    """What is left of a client's quota."""
    row = session.get(QuotaUse, (client_id, quota.key(at)))
    used = row.used if row is not None else _count(session, client_id, quota, at)
    return QuotaState(quota, used, quota.ends(at))


def read_quotas(session: Session, at: datetime) -> Mapping[str, QuotaState]:
    """What is left of every client's quota, by client; clients without one are left out."""
    clients = [client for client in session.scalars(select(Client)) if client.quota is not None]
    used = {
        (row.client_id, row.period): row.used
        for row in session.scalars(
            select(QuotaUse).where(
                QuotaUse.period.in_({client.quota.key(at) for client in clients if client.quota})
            )
        )
    }
    return {
        client.id: QuotaState(quota, used.get((client.id, quota.key(at)), 0), quota.ends(at))
        for client in clients
        if (quota := client.quota) is not None
    }


def set_quota(session: Session, client: Client, quota: Quota | None, at: datetime) -> None:
    """Set or remove a client's quota; deliveries that waited for the old one become due."""
    client.quota = quota
    session.execute(
        update(HookDelivery)
        .where(
            HookDelivery.client_id == client.id,
            HookDelivery.outcome == HookOutcome.PENDING,
            HookDelivery.due_at > at,
        )
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def forget_quota_uses(session: Session, at: datetime) -> None:
    """Delete the counts of periods long past."""
    session.execute(delete(QuotaUse).where(QuotaUse.period < (at - KEPT).strftime("%Y-%m-%d")))


def _begin_period(session: Session, client_id: str, quota: Quota, at: datetime) -> None:
    """Make the period's row where there is none; what was submitted before there was a quota counts."""
    key = {"client_id": client_id, "period": quota.key(at)}
    if session.get(QuotaUse, tuple(key.values())) is not None:
        return
    insert_once(session, QuotaUse, {**key, "used": _count(session, client_id, quota, at)})


def _count(session: Session, client_id: str, quota: Quota, at: datetime) -> int:
    query = select(func.count()).select_from(Submission)
    begins = first_id(quota.begins(at))
    return session.scalar(query.where(Submission.client_id == client_id, Submission.id >= begins)) or 0
