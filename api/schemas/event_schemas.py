"""What is answered about events and the addresses that they are sent to."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.answers import Answer, SubmissionAnswer
from core.vocabulary import EventKind

MOST = 100
# A `sequence` or an `id`; a number of up to 18 digits cannot be taken for the other.
AFTER = "^([0-9]{1,18}|[0-9a-f]{32})?$"


class EventQuery(BaseModel):
    """Which events are pulled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: str = Field(
        "",
        pattern=AFTER,
        description="The `sequence` or the `id` of the last event that you have; empty for the first.",
    )
    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")


class NothingAnswer(Answer):
    """No data: the event of the test button."""


class EventAnswer(Answer):
    """What a call back sends; `id` is its `webhook-id`, `sequence` counts your events without a gap."""

    id: str
    type: EventKind
    timestamp: datetime
    sequence: int
    data: SubmissionAnswer | NothingAnswer


class EventPageAnswer(Answer):
    """Events in their order; where `has_more`, ask again after the last one."""

    events: list[EventAnswer]
    has_more: bool


class EndpointAnswer(Answer):
    """An address that your call backs go to, and how it is doing."""

    url: str
    state: Literal["well", "failing", "disabled"]
    waiting: int = Field(description="Calls that have not arrived yet.")
    failures: int = Field(description="Failures in a row.")
    failing_since: datetime | None
    next_call_at: datetime | None
    last_success_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: Literal["gone", "failing"] | None = Field(
        description="It answered 410, or nothing got through until a call had had all its tries."
    )


class EndpointsAnswer(Answer):
    """Your endpoints, oldest first, at most a hundred."""

    endpoints: list[EndpointAnswer]
