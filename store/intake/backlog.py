"""The backlog: what waits, and since when; it shows whether there are enough workers.

Each is asked of rows that wait alone, through an index that holds no others, so that it costs the same
however much has been examined.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.vocabulary import Priority, State
from store.tables.marketplace_tables import Endpoint, HookDelivery, HookOutcome
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many submissions of one priority wait, and since when the oldest is due."""

    count: int
    oldest_due: datetime


def waiting(session: Session) -> dict[Priority, Waiting]:
    """What waits for a worker, by priority; empty priorities are left out."""
    rows = session.execute(
        select(Submission.priority, func.count(), func.min(Submission.due_at))
        .where(Submission.state == State.QUEUED)
        .group_by(Submission.priority)
    )
    return {priority: Waiting(count, oldest) for priority, count, oldest in rows}


def oldest_call(session: Session) -> datetime | None:
    """Since when the longest-waiting endpoint has been due; disabled endpoints do not count."""
    return session.scalar(
        select(func.min(Endpoint.due_at)).where(Endpoint.due_at.is_not(None), Endpoint.disabled_at.is_(None))
    )


def count_kept_deliveries(session: Session) -> int:
    """Count the marketplaces' deliveries that were kept and not yet taken in."""
    return (
        session.scalar(
            select(func.count()).select_from(HookDelivery).where(HookDelivery.outcome == HookOutcome.PENDING)
        )
        or 0
    )
