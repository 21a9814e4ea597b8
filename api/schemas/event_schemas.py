"""Responses about events and endpoints."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.answers import Answer, SubmissionAnswer
from api.schemas.examples import ENDPOINTS, EVENT, EVENT_PAGE
from core.vocabulary import EventKind

MOST = 100
# A `sequence` or an `id`; a number of up to 18 digits cannot be taken for the other.
AFTER = "^([0-9]{1,18}|[0-9a-f]{32})?$"


class EventQuery(BaseModel):
    """Which events to list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: str = Field(
        "",
        pattern=AFTER,
        description="The `sequence` or `id` of the last event you have. Leave empty to start from the first.",
    )
    limit: int = Field(50, ge=1, le=MOST, description="Maximum number of events.")


class NothingAnswer(Answer):
    """Sent by the test command or button. It has no data."""


class EventAnswer(Answer):
    """The body of a callback. `id` equals `webhook-id`; `sequence` counts your events without gaps."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT]})

    id: str
    type: EventKind
    timestamp: datetime
    sequence: int
    data: SubmissionAnswer | NothingAnswer


class EventPageAnswer(Answer):
    """Events in order. If `has_more` is true, ask again after the last one."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT_PAGE]})

    events: list[EventAnswer]
    has_more: bool


class EndpointAnswer(Answer):
    """An endpoint that receives your callbacks, and its state."""

    url: str
    state: Literal["well", "failing", "disabled"]
    waiting: int = Field(description="Callbacks not delivered yet.")
    failures: int = Field(description="Consecutive failures.")
    failing_since: datetime | None
    next_call_at: datetime | None
    last_success_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: Literal["gone", "failing"] | None = Field(
        description="It returned 410, or every attempt of a callback failed and no other got through."
    )


class EndpointsAnswer(Answer):
    """Your endpoints, oldest first, at most 100."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENDPOINTS]})

    endpoints: list[EndpointAnswer]
