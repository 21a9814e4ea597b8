"""What became of a proposed change of policy."""

from enum import StrEnum


class ChangeState(StrEnum):
    """Say how a proposal stands: it waits, or was approved, refused, or withdrawn."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
