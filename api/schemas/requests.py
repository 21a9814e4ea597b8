"""What clients send. Unknown fields are refused: a misspelt `callback_url` would never be called."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from api.schemas.examples import APPEAL, APPEAL_FORM, BATCH, SUBMITTED, UPLOADED
from api.schemas.texts import CallbackUrl, IdText, ImageUrl, ReasonText, TitleText, UrlText
from core.clients.quota import MOST_CALLBACK_URLS
from core.declarations import Declared
from core.vocabulary import Priority, State

BATCH_LIMIT = 1000
PAGE_LIMIT = 100
# What `api.v1.intake.cursors` writes and reads; a wrong one is refused there, with a code of its own.
CURSOR = "^(A[Q-Za-f][A-Za-z0-9_-]{20}[AEIMQUYcgkosw048])?$"
WAIT_LIMIT = 30
MOST_FILES = 10  # of one appeal, where the server is not set to take others


FILE = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without null, for parameters and form fields, which are left out instead."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{name: schema[name] for name in ("description",) if name in schema}}


def _make_form(schema: dict[str, Any]) -> None:
    """Change the schema of a model to that of a form with the same fields."""
    schema["properties"] = {name: without_null(field) for name, field in schema["properties"].items()}


def _add_image(schema: dict[str, Any]) -> None:
    _make_form(schema)
    schema["properties"]["image"] = {**FILE, "minLength": 1, "description": "The bytes."}
    schema["required"] = ["image"]
    schema["examples"] = [UPLOADED]


def _add_files(schema: dict[str, Any]) -> None:
    _make_form(schema)
    schema["properties"]["files"] = {
        "type": "array",
        "items": FILE,
        "maxItems": MOST_FILES,
        "description": "Files that show how the picture was made: layers, time lapses, sketches. "
        "The server sets the limit.",
    }
    schema["examples"] = [APPEAL_FORM]


class SubmissionFields(BaseModel):
    """Optional facts about an image, for JSON and uploads."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    page_url: UrlText | None = Field(None, description="URL of the page that shows the image.")
    title: TitleText | None = Field(None, description="The title of the image or its listing.")
    listing_id: IdText | None = Field(None, description="Your own id for the listing that shows the image.")
    external_id: IdText | None = Field(None, description="Your own id for the image.")
    callback_url: CallbackUrl | None = Field(
        None,
        description="Used instead of the client's own callback URL. "
        f"Submissions may name up to {MOST_CALLBACK_URLS} callback URLs per client.",
    )
    priority: Annotated[
        Priority | None,
        Field(strict=False, description="If null: normal, or high for keys of an extension."),
    ] = None
    declared: Annotated[
        Declared | None,
        Field(
            strict=False,
            description="What the uploader says of how the image was made. It never moves the score.",
        ),
    ] = None


class NewSubmission(SubmissionFields):
    """An image to examine, by URL."""

    model_config = ConfigDict(json_schema_extra={"examples": [SUBMITTED]})

    image_url: ImageUrl = Field(description="URL of the image (http or https).")


class NewUpload(SubmissionFields):
    """Fields that accompany uploaded bytes."""

    model_config = ConfigDict(json_schema_extra=_add_image)

    image_url: ImageUrl | None = Field(
        None, description="Where the bytes came from. Kantei does not fetch it."
    )


class NewAppeal(BaseModel):
    """Why the image should be reviewed again."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [APPEAL]}
    )

    reason: ReasonText = Field(description="Your reason, in your own words. Moderators read it.")
    evidence_url: UrlText | None = Field(
        None, description="URL that shows work in progress. Kantei does not fetch it."
    )
    evidence_urls: list[UrlText] = Field([], max_length=10, description="Further URLs of this kind.")

    @property
    def addresses(self) -> list[str]:
        """Every URL, the first one first."""
        return [*([self.evidence_url] if self.evidence_url else []), *self.evidence_urls]


class NewAppealForm(NewAppeal):
    """An appeal as a form, with files that show how the picture was made."""

    model_config = ConfigDict(json_schema_extra=_add_files)


class NewBatch(BaseModel):
    """Up to 1,000 images. Each is accepted or refused separately."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [BATCH]}
    )

    # Entries are checked one by one, after this: one bad entry must not refuse the others.
    submissions: list[SkipValidation[NewSubmission | Any]] = Field(min_length=1, max_length=BATCH_LIMIT)


class SubmissionQuery(BaseModel):
    """How to read one submission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wait: float = Field(
        0,
        ge=0,
        le=WAIT_LIMIT,
        allow_inf_nan=False,
        description="Wait up to this many seconds for the submission to be examined or failed.",
    )


class ListQuery(BaseModel):
    """Which submissions to list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: State | None = Field(None, description="Return only submissions in this state.")
    listing_id: IdText | None = Field(None, description="Return only submissions of this listing.")
    cursor: str = Field(
        "",
        description="The `next_cursor` of the previous page. Leave empty for the first page.",
        json_schema_extra={"pattern": CURSOR},
    )
    limit: int = Field(50, ge=1, le=PAGE_LIMIT, description="Maximum number of results per page.")
