"""What people did that is no decision, for the log."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.review_tables import Event


def note_event(
    session: Session,
    kind: str,
    *,
    moderator_id: str | None,
    at: datetime,
    subject: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line to the log, in the transaction of what it tells."""
    session.add(
        Event(kind=kind, moderator_id=moderator_id, subject=subject[:255], detail=detail or {}, created_at=at)
    )
