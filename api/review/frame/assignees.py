"""Whom a lead can assign cases to."""

from sqlalchemy.orm import Session

from api.review.frame.guard import me
from api.review.frame.permissions import Act, may
from store.people.moderators import list_moderators
from store.tables.people_tables import Moderator


def assignees(session: Session, *, are_escalated: bool = False) -> list[Moderator]:
    """List the active moderators who may decide such cases, for those who may assign; nobody for others."""
    if not may(me(), Act.ASSIGN_CASES):
        return []
    needed = Act.DECIDE_ESCALATED if are_escalated else Act.REVIEW
    return [one for one in list_moderators(session) if one.disabled_at is None and may(one, needed)]
