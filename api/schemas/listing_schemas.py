"""Responses about a listing."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.schemas.answers import Answer, SubmissionAnswer
from api.schemas.examples import LISTING
from core.declarations import Declared
from core.vocabulary import Finding


class ListingImageAnswer(Answer):
    """An image that the listing shows or has shown. `problem` says why it was not examined."""

    id: str | None = Field(description="Your own id for the image.")
    url: str | None
    removed_at: datetime | None
    problem: str | None
    finding: Finding | None = Field(
        description="The current result: the decision if there is one, otherwise the finding."
    )
    submission: SubmissionAnswer | None


class ListingSummaryAnswer(Answer):
    """Summary of the listing. Removed images do not count."""

    finding: Finding | None = Field(
        description="The most serious current result, or null if nothing has been examined."
    )
    images: int
    waiting: int
    examined: int
    failed: int


class ListingLinks(Answer):
    """Paths on this server."""

    self: str
    submissions: str


class ListingAnswer(Answer):
    """A listing with all its images. `id` is your own."""

    model_config = ConfigDict(json_schema_extra={"examples": [LISTING]})

    id: str
    title: str | None
    url: str | None
    seller: str | None
    declared: Declared = Field(description="What the listing says of how its images were made.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    summary: ListingSummaryAnswer
    images: list[ListingImageAnswer]
    links: ListingLinks
