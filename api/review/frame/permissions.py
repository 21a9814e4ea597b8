"""Permissions: one matrix, read by the guard, printed in the docs and checked cell by cell by the tests."""

from enum import StrEnum

from core.vocabulary import Role
from store.tables.case_tables import Image
from store.tables.people_tables import Moderator
from store.tables.review_states import ReviewState


class Act(StrEnum):
    """Acts that a role may allow."""

    REVIEW = "review"
    ASK_OUTSIDE = "ask_outside"
    DECIDE_ESCALATED = "decide_escalated"
    SEE_PEOPLE = "see_people"
    SEE_LOG = "see_log"
    MANAGE_POLICY = "manage_policy"
    MANAGE_QUALITY = "manage_quality"
    MANAGE_KNOWN = "manage_known"
    MANAGE_READERS = "manage_readers"
    MANAGE_QUEUES = "manage_queues"
    ASSIGN_CASES = "assign_cases"
    RESET_FACTORS = "reset_factors"
    MANAGE_MODERATORS = "manage_moderators"
    MANAGE_CLIENTS = "manage_clients"


# The least role for each act; whoever has a higher one may do it too.
MATRIX = {
    Act.REVIEW: Role.MODERATOR,
    Act.ASK_OUTSIDE: Role.MODERATOR,
    Act.DECIDE_ESCALATED: Role.LEAD,
    Act.SEE_PEOPLE: Role.LEAD,
    Act.SEE_LOG: Role.LEAD,
    Act.MANAGE_POLICY: Role.LEAD,
    Act.MANAGE_QUALITY: Role.LEAD,
    Act.MANAGE_KNOWN: Role.LEAD,
    Act.MANAGE_READERS: Role.LEAD,
    Act.MANAGE_QUEUES: Role.LEAD,
    Act.ASSIGN_CASES: Role.LEAD,
    Act.RESET_FACTORS: Role.LEAD,
    Act.MANAGE_MODERATORS: Role.ADMIN,
    Act.MANAGE_CLIENTS: Role.ADMIN,
}
RANKS = {Role.MODERATOR: 1, Role.LEAD: 2, Role.ADMIN: 3}


def may(moderator: Moderator, act: Act) -> bool:
    """True if a moderator's role allows this act."""
    return RANKS[moderator.role] >= RANKS[MATRIX[act]]


def queues_of(moderator: Moderator) -> str | None:
    """Whose queues one may open: None means anyone's, for who manages them; else one's own."""
    return None if may(moderator, Act.MANAGE_QUEUES) else moderator.id


def may_reset_factor(moderator: Moderator, person: Moderator) -> bool:
    """True if one may reset the other's second factor: an admin anyone else's, a lead a moderator's."""
    if moderator.id == person.id or not may(moderator, Act.RESET_FACTORS):
        return False
    return moderator.role is Role.ADMIN or RANKS[person.role] < RANKS[moderator.role]


def may_decide(moderator: Moderator, image: Image) -> bool:
    """True if a moderator may decide a case; an escalated one needs a lead."""
    return image.review is not ReviewState.ESCALATED or may(moderator, Act.DECIDE_ESCALATED)
