"""Whom a lead can assign cases to."""

from sqlalchemy.orm import Session

from api.review.frame.guard import me
from api.review.frame.permissions import Act, may
from store.people.moderators import list_moderators
from store.tables.people_tables import Moderator


def assignees(session: Session) -> list[Moderator]:
    """List the active moderators for who may assign cases; nobody for others, without asking."""
    if not may(me(), Act.ASSIGN_CASES):
        return []
    return [one for one in list_moderators(session) if one.disabled_at is None]
