"""What the inbox answers."""

from typing import Literal

from pydantic import Field

from api.schemas.answers import Answer


class HookAnswer(Answer):
    """What happened to a delivery. It is stored in every case and need not be sent again."""

    outcome: Literal["accepted", "duplicate", "ignored", "unreadable", "kept", "ping"]
    detail: str
    listing_id: str | None
    submissions: int = Field(description="Number of new images waiting for a worker.")
