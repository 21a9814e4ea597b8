"""The responses of the webhook inbox."""

from typing import Literal

from pydantic import ConfigDict, Field

from api.schemas.answers import Answer
from api.schemas.examples import HOOK


class HookAnswer(Answer):
    """What happened to a delivery. It is stored in every case and need not be sent again."""

    model_config = ConfigDict(json_schema_extra={"examples": [HOOK]})

    outcome: Literal["accepted", "duplicate", "ignored", "unreadable", "kept", "ping"]
    detail: str
    listing_id: str | None
    submissions: int = Field(description="Number of new images waiting for a worker.")
