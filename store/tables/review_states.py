"""States that rows pass through."""

from enum import StrEnum


class ReviewState(StrEnum):
    """Whether a case needs a moderator: no, yes, a senior one, or it is decided."""

    NONE = "none"
    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"


WAITING = frozenset({ReviewState.OPEN, ReviewState.ESCALATED})


class ChangeState(StrEnum):
    """The state of a proposal: open, approved, rejected or withdrawn."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PolicyFault(StrEnum):
    """Why a change cannot be made."""

    THRESHOLDS = "thresholds"
    UNKNOWN = "unknown"
    SAME = "same"
    NOT_YOURS = "not_yours"
    YOURS = "yours"
    OWN_APPROVAL = "own_approval"
    STALE = "stale"
    RACE = "race"
    SETTLED = "settled"


class SecondFactor(StrEnum):
    """What showed, beside a password, that a login is its owner's.

    `provider` is the word of an OpenID provider that it asked for more than a password.
    """

    APP = "app"
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    PROVIDER = "provider"
