"""What moderators and artists write to each other about an appeal."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.tables.appeal_tables import Appeal, AppealFile, AppealMessage

MOST_SENT = 200  # messages and files of an artist in one appeal, which may begin with a hundred files


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


def has_room(session: Session, appeal_id: str, more: int) -> bool:
    """True if an appeal takes so many more messages and files of the artist.

    The holder of a link may send again and again, and whoever opens the case reads all of it.
    """
    messages = select(func.count()).where(
        AppealMessage.appeal_id == appeal_id, AppealMessage.moderator_id.is_(None)
    )
    files = select(func.count()).where(AppealFile.appeal_id == appeal_id)
    sent = session.scalar(select(messages.scalar_subquery() + files.scalar_subquery())) or 0
    return sent + more <= MOST_SENT


def find_open_appeal(session: Session, appeal_id: str) -> Appeal | None:
    """Find an appeal that is not resolved, locked so that it is not resolved meanwhile."""
    query = select(Appeal).where(Appeal.id == appeal_id, Appeal.resolved_at.is_(None))
    return session.scalar(query.with_for_update())
