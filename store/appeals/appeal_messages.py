"""What moderators and artists write to each other about an appeal."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables.appeal_tables import Appeal, AppealMessage


def add_message(
    session: Session, appeal_id: str, text: str, *, at: datetime, moderator_id: str | None = None
) -> None:
    """Add what a moderator or, without one, the artist wrote; it can be read at once."""
    session.add(AppealMessage(appeal_id=appeal_id, text=text, moderator_id=moderator_id, created_at=at))


def reply_with(session: Session, decision_id: str, text: str, *, moderator_id: str, at: datetime) -> None:
    """Add a reply to each appeal that a decision answers; it is told when the decision is."""
    session.add_all(
        AppealMessage(
            appeal_id=appeal_id,
            text=text,
            moderator_id=moderator_id,
            decision_id=decision_id,
            created_at=at,
        )
        for appeal_id in session.scalars(select(Appeal.id).where(Appeal.decision_id == decision_id))
    )


def find_open_appeal(session: Session, appeal_id: str) -> Appeal | None:
    """Find an appeal that is not resolved, locked so that it is not resolved meanwhile."""
    query = select(Appeal).where(Appeal.id == appeal_id, Appeal.resolved_at.is_(None))
    return session.scalar(query.with_for_update())
