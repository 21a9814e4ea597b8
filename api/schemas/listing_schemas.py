"""What is answered about a listing."""

from datetime import datetime

from pydantic import Field

from api.schemas.answers import Answer, SubmissionAnswer
from core.vocabulary import Finding


class ListingImageAnswer(Answer):
    """An image that a listing shows, or has shown; `problem` says why it is not examined."""

    id: str | None = Field(description="Your own id of the image.")
    url: str | None
    removed_at: datetime | None
    problem: str | None
    finding: Finding | None = Field(description="What stands: a decision goes before the verdict.")
    submission: SubmissionAnswer | None


class ListingSummaryAnswer(Answer):
    """The listing in one look; images that were removed do not count."""

    finding: Finding | None = Field(description="The worst that stands; null while nothing is examined.")
    images: int
    waiting: int
    examined: int
    failed: int


class ListingLinks(Answer):
    """Paths on this server."""

    self: str
    submissions: str


class ListingAnswer(Answer):
    """A listing with all its images; `id` is your own."""

    id: str
    title: str | None
    url: str | None
    seller: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    summary: ListingSummaryAnswer
    images: list[ListingImageAnswer]
    links: ListingLinks
