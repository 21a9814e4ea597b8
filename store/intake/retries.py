"""Failures that are tried again: the submission stays failed, with its reason, until one try succeeds.

`retry_at` is when the next try is due, and None where no more are; `failing_since` when the first one
failed. Whoever is told of a failure is told once, when no more tries follow.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from core.sayings.codes import FailureDetail
from core.vocabulary import Priority, State
from store.tables.submission_tables import Submission

# No pause of ours reaches farther; a later moment was written before a clock was set back.
FARTHEST_RETRY = timedelta(hours=1)
_MOST_AT_ONCE = 500  # in one transaction; the next that gets the picture takes the next


@dataclass(frozen=True, slots=True)
class Retry:
    """A failed submission whose next try is due."""

    submission_id: str
    priority: Priority


def is_retry_due(at: datetime) -> ColumnElement[bool]:
    """Match failures whose next try may be made now, and which nobody is trying."""
    late = Submission.retry_at > at + FARTHEST_RETRY
    return Submission.claim_id.is_(None) & or_(Submission.retry_at <= at, late)


def due_retries(session: Session, *, at: datetime, sent_before: datetime, limit: int) -> list[Retry]:
    """List failures that are due for a try and have no message, or only an old one; longest due first."""
    rows = session.execute(
        select(Submission.id, Submission.priority)
        .where(
            Submission.retry_at.is_not(None),
            is_retry_due(at),
            or_(Submission.sent_at.is_(None), Submission.sent_at < sent_before, Submission.sent_at > at),
        )
        .order_by(Submission.retry_at)
        .limit(limit)
    )
    return [Retry(*row) for row in rows]


def mark_retries_sent(session: Session, submission_ids: Collection[str], at: datetime) -> None:
    """Note that messages were sent, so that they are not sent again at once."""
    session.execute(
        update(Submission)
        .where(Submission.id.in_(submission_ids), Submission.retry_at.is_not(None))
        .values(sent_at=at)
        .execution_options(synchronize_session=False)
    )


def retry_now(
    session: Session, submission_ids: Collection[str], *, at: datetime, permanent: bool = False
) -> list[str]:
    """Try failed submissions again at once; returns the ids of those that will be.

    Where the last try was made, another hour begins. With `permanent`, failures that are held to be final
    are tried, too. What was cancelled with its listing, and what is being tried, is left alone.
    """
    wanted: list[ColumnElement[bool]] = [
        Submission.id.in_(submission_ids),
        Submission.state == State.FAILED,
        Submission.claim_id.is_(None),
        or_(
            Submission.failure_reason.is_(None),
            Submission.failure_reason["code"].as_string() != FailureDetail.LISTING_DELETED.value,
        ),
    ]
    if not permanent:
        wanted.append(Submission.failure_permanent.is_(False))
    return list(
        session.scalars(
            update(Submission)
            .where(*wanted)
            .values(
                failing_since=case((Submission.retry_at.is_(None), at), else_=Submission.failing_since),
                retry_at=at,
                sent_at=None,
                tries=0,
            )
            .returning(Submission.id)
            .execution_options(synchronize_session=False)
        )
    )


def retry_same_picture(session: Session, client_id: str, image_url: str, *, at: datetime) -> None:
    """Try at once what still waits for a picture of this client that another submission has just got.

    Whoever named the picture again need not wait for the pauses of the submission that failed first.
    """
    waiting = session.scalars(
        select(Submission.id)
        .where(
            Submission.retry_at > at,  # else each of ten thousand would be put off to now ten thousand times
            Submission.claim_id.is_(None),
            # Not by the client's index, which holds all that it ever submitted: few wait for one address.
            func.coalesce(Submission.client_id, "") == client_id,
            Submission.image_url == image_url,
        )
        .limit(_MOST_AT_ONCE)
        .with_for_update(skip_locked=True)  # of two that got it, one is enough
    ).all()
    if waiting:
        retry_now(session, waiting, at=at)
