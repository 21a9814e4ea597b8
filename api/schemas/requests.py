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
    """What may be told about an image, however it is sent."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    page_url: UrlText | None = Field(None, description="The page that shows the image.")
    title: TitleText | None = Field(None, description="The title of the image or its listing.")
    listing_id: IdText | None = Field(None, description="Your own id of the listing that shows the image.")
    external_id: IdText | None = Field(None, description="Your own id of the image.")
    callback_url: CallbackUrl | None = Field(
        None,
        description="Called instead of the client's own callback URL. "
        f"Submissions may name up to {MOST_CALLBACK_URLS} callback URLs per client.",
    )
    priority: Annotated[
        Priority | None,
        Field(strict=False, description="Null means normal; for the keys of an extension, high."),
    ] = None


class NewSubmission(SubmissionFields):
    """One image to look at, by its address."""

    image_url: UrlText = Field(description="The address of the image, http or https.")


class NewUpload(SubmissionFields):
    """What stands beside the bytes of an upload."""

    image_url: UrlText | None = Field(None, description="Where the bytes were found; it is not fetched.")


class NewAppeal(BaseModel):
    """Why a person should look again."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reason: ReasonText = Field(description="In your own words; moderators read it.")
    evidence_url: UrlText | None = Field(None, description="Where work in progress can be seen; not fetched.")
    evidence_urls: list[UrlText] = Field([], max_length=10, description="More such addresses.")

    @property
    def addresses(self) -> list[str]:
        """Give every address, the first one first."""
        return [*([self.evidence_url] if self.evidence_url else []), *self.evidence_urls]


class NewAppealForm(NewAppeal):
    """The same, with files beside it that show how the picture was made."""


class NewBatch(BaseModel):
    """Up to 1,000 images to look at; each entry is accepted or refused on its own."""

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
        description="Hold the answer so many seconds at most, until the submission is examined or failed.",
    )


class ListQuery(BaseModel):
    """Which submissions are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: State | None = Field(None, description="Only those in this state.")
    listing_id: IdText | None = Field(None, description="Only those of this listing.")
    cursor: str = Field(
        "",
        description="The `next_cursor` of the page before; empty for the first.",
        json_schema_extra={"pattern": CURSOR},
    )
    limit: int = Field(50, ge=1, le=PAGE_LIMIT, description="How many on a page.")
