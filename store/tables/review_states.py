"""States that rows pass through."""

from enum import StrEnum


class ReviewState(StrEnum):
    """Say whether a person is wanted: nobody, somebody, somebody senior, or it is decided."""

    NONE = "none"
    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"


class ChangeState(StrEnum):
    """Say how a proposal stands: it waits, or was approved, refused, or withdrawn."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PolicyFault(StrEnum):
    """Say why a change cannot be made."""

    LINES = "lines"
    UNKNOWN = "unknown"
    SAME = "same"
    NOT_YOURS = "not_yours"
    YOURS = "yours"
    OWN_APPROVAL = "own_approval"
    STALE = "stale"
    RACE = "race"
    SETTLED = "settled"
