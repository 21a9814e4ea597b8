"""Where an image stands in review."""

from enum import StrEnum


class ReviewState(StrEnum):
    """Say whether a person is wanted: nobody, somebody, somebody senior, or it is decided."""

    NONE = "none"
    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"
