"""What clients send and are answered about readers' reports."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.answers import Answer
from api.schemas.examples import READER_REPORT, READER_REPORT_ANSWER, READER_REPORT_BY_ID
from api.schemas.problems import ProblemCode
from api.schemas.texts import NO_CONTROLS, IdText, ImageUrl, UrlText

ReportReason = Annotated[str, Field(max_length=500, pattern=NO_CONTROLS)]


ONE_NAME: list[JsonValue] = [
    {"required": [name], "properties": {name: {"type": "string"}, other: {"type": "null"}}}
    for name, other in (("submission_id", "image_url"), ("image_url", "submission_id"))
]


class NewReport(BaseModel):
    """A reader's report of one picture: name it by `submission_id` or by `image_url`."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [READER_REPORT, READER_REPORT_BY_ID], "oneOf": ONE_NAME},
    )

    submission_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = Field(
        None, description="One of your submissions, if you have submitted the picture before."
    )
    image_url: ImageUrl | None = Field(
        None, description="Where the picture is, otherwise. Kantei examines it as a submission of yours."
    )
    reader: IdText = Field(
        description="Your own id for the reader: the same for each of their reports, and not their name. "
        "Kantei stores a pseudonym of it."
    )
    reason: ReportReason = Field("", description="What the reader wrote, if anything. Moderators read it.")
    page_url: UrlText | None = Field(None, description="URL of the page that shows the picture.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.submission_id is None) == (self.image_url is None):
            raise PydanticCustomError(
                ProblemCode.INVALID_REQUEST.value, "give either submission_id or image_url"
            )
        return self


class ReportAnswer(Answer):
    """A report that was received. What becomes of the picture is told as for its submission."""

    model_config = ConfigDict(json_schema_extra={"examples": [READER_REPORT_ANSWER]})

    id: str
    submission_id: str
    created_at: datetime
