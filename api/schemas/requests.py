"""What clients send. Unknown fields are refused: a misspelt `callback_url` would never be called."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.texts import CallbackUrl, IdText, ReasonText, TitleText, UrlText
from core.clients.quota import MOST_CALLBACK_URLS
from core.vocabulary import Priority, State

BATCH_LIMIT = 1000
PAGE_LIMIT = 100
# What `api.v1.intake.cursors` writes and reads; a wrong one is refused there, with a code of its own.
CURSOR = "^(A[Q-Za-f][A-Za-z0-9_-]{20}[AEIMQUYcgkosw048])?$"
WAIT_LIMIT = 30


class SubmissionFields(BaseModel):
    """Optional facts about an image, for JSON and uploads."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    page_url: UrlText | None = Field(None, description="URL of the page that shows the image.")
    title: TitleText | None = Field(None, description="The title of the image or its listing.")
    listing_id: IdText | None = Field(None, description="Your own id for the listing that shows the image.")
    external_id: IdText | None = Field(None, description="Your own id for the image.")
    callback_url: CallbackUrl | None = Field(
        None,
        description="Called instead of the client's own callback URL. "
        f"Submissions may name up to {MOST_CALLBACK_URLS} callback URLs per client.",
    )
    priority: Annotated[
        Priority | None,
        Field(strict=False, description="If null: normal, or high for keys of an extension."),
    ] = None


class NewSubmission(SubmissionFields):
    """An image to examine, by URL."""

    image_url: UrlText = Field(description="URL of the image (http or https).")


class NewUpload(SubmissionFields):
    """Fields that accompany uploaded bytes."""

    image_url: UrlText | None = Field(
        None, description="Where the bytes came from. Kantei does not fetch it."
    )


class NewAppeal(BaseModel):
    """Why the image should be reviewed again."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reason: ReasonText = Field(description="In your own words; moderators read it.")
    evidence_url: UrlText | None = Field(
        None, description="URL that shows work in progress. Kantei does not fetch it."
    )
    evidence_urls: list[UrlText] = Field([], max_length=10, description="Further URLs of this kind.")

    @property
    def addresses(self) -> list[str]:
        """Give every address, the first one first."""
        return [*([self.evidence_url] if self.evidence_url else []), *self.evidence_urls]


class NewAppealForm(NewAppeal):
    """The same, with files beside it that show how the picture was made."""


class NewBatch(BaseModel):
    """Up to 1,000 images. Each is accepted or refused separately."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    # Entries are checked one by one, after this: one bad entry must not refuse the others.
    submissions: list[Any] = Field(min_length=1, max_length=BATCH_LIMIT)


class SubmissionQuery(BaseModel):
    """How one submission is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wait: float = Field(
        0,
        ge=0,
        le=WAIT_LIMIT,
        allow_inf_nan=False,
        description="Wait up to this many seconds for the submission to be examined or failed.",
    )


class ListQuery(BaseModel):
    """Which submissions are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: State | None = Field(None, description="Return only submissions in this state.")
    listing_id: IdText | None = Field(None, description="Return only submissions of this listing.")
    cursor: str = Field(
        "",
        description="The `next_cursor` of the previous page. Leave empty for the first page.",
        json_schema_extra={"pattern": CURSOR},
    )
    limit: int = Field(50, ge=1, le=PAGE_LIMIT, description="Maximum number of results per page.")
