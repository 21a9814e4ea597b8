"""What the inbox answers."""

from typing import Literal

from pydantic import Field

from api.schemas.answers import Answer


class HookAnswer(Answer):
    """What became of a delivery; it is kept, whatever it is, and need not be sent again."""

    outcome: Literal["accepted", "duplicate", "ignored", "unreadable", "kept", "ping"]
    detail: str
    listing_id: str | None
    submissions: int = Field(description="How many images are new and wait for a worker.")
