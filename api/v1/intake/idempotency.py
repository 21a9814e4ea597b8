"""The header `Idempotency-Key`: repeating a request with the same key returns the same submission."""

import hashlib
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

LONGEST = 255


def _check_key(key: str) -> str:
    if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise PydanticCustomError("idempotency_key", f"must have 1 to {LONGEST} printable ASCII characters")
    return key


Key = Annotated[
    str,
    AfterValidator(_check_key),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"}),
]


class RepeatHeaders(BaseModel):
    """Headers of requests that can be repeated."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    idempotency_key: Key | None = Field(
        None,
        alias="Idempotency-Key",
        description="Repeating a request with the same key within 24 hours returns the same submission.",
    )

    @model_validator(mode="before")
    @classmethod
    def _name_as_sent(cls, headers: dict[str, str]) -> dict[str, str]:
        """Use the names of the headers in errors: APIFlask passes the names of the fields."""
        return {name.replace("_", "-").title(): value for name, value in headers.items()}


def entry_key(batch_key: str, index: int) -> str:
    """Make the key of one entry of a batch, which cannot be any other entry's."""
    return f"batch:{hashlib.sha256(batch_key.encode()).hexdigest()}:{index}"
