"""Acts for the audit log that leave no other record."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.tables.review_tables import Event


def note_event(
    session: Session,
    kind: str,
    *,
    moderator_id: str | None,
    at: datetime,
    subject: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line to the log, in the transaction of what it tells.

    An act without a moderator was done on the command line, or by an unknown person.
    """
    session.add(
        Event(kind=kind, moderator_id=moderator_id, subject=subject[:255], detail=detail or {}, created_at=at)
    )


def note_command(session: Session, kind: str, *, at: datetime, subject: str, **detail: Any) -> None:
    """Add a line about what was done on the command line, where no one is logged in."""
    note_event(
        session, kind, moderator_id=None, at=at, subject=subject, detail={"by": "command line", **detail}
    )
