"""Messages to the workers: which submissions have none, or only an old one."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from core.vocabulary import Priority, State
from store.intake.claims import FARTHEST, is_due
from store.tables.submission_tables import Submission


def overdue(
    session: Session, priority: Priority, *, at: datetime, sent_before: datetime, limit: int
) -> list[str]:
    """List submissions that are due and for which no message, or only an old one, was sent; oldest first."""
    return list(
        session.scalars(
            select(Submission.id)
            .where(
                Submission.state == State.QUEUED,
                is_due(at),
                Submission.priority == priority,
                is_unsent(at, sent_before),
            )
            .order_by(Submission.due_at)
            .limit(limit)
        )
    )


def mark_sent(session: Session, submission_ids: list[str], at: datetime) -> None:
    """Note that messages were sent, so that they are not sent again at once."""
    session.execute(
        update(Submission)
        .where(Submission.id.in_(submission_ids), Submission.state == State.QUEUED)
        .values(sent_at=at)
        .execution_options(synchronize_session=False)
    )


def is_unsent(at: datetime, sent_before: datetime) -> ColumnElement[bool]:
    """Match what has no message, or one that was sent long ago or by a clock that has been set back."""
    return or_(
        Submission.sent_at.is_(None), Submission.sent_at < sent_before, Submission.sent_at > at + FARTHEST
    )
