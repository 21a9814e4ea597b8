"""Texts from outside: no longer than their columns, and free of control characters.

PostgreSQL cannot store NUL, and no other control character belongs in a title or an id; pydantic
itself refuses lone surrogates.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.problems import ProblemCode
from core.urls import MAX_IMAGE_URL, MAX_URL, UrlError, UrlFault, canonical_url, parse_web_url

URL_CODES = {
    UrlFault.MALFORMED: ProblemCode.INVALID_URL,
    UrlFault.SCHEME: ProblemCode.UNSUPPORTED_SCHEME,
    UrlFault.TOO_LONG: ProblemCode.URL_TOO_LONG,
    UrlFault.CREDENTIALS: ProblemCode.URL_HAS_CREDENTIALS,
}
Read = TypeVar("Read")
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _check_url(text: str) -> str:
    _refusing(parse_web_url, text)
    return text


def _check_image_url(text: str) -> str:
    _refusing(partial(parse_web_url, limit=MAX_IMAGE_URL), text)
    return text


def _one_spelling(text: str) -> str:
    return _refusing(canonical_url, text)


def _refusing(read: Callable[[str], Read], text: str) -> Read:
    try:
        return read(text)
    except UrlError as error:
        code = URL_CODES[error.code]
        raise PydanticCustomError(code.value, "{detail}", {"detail": error.detail}) from None


# The length stands in the schema only: the parser itself refuses what is longer, with its own code.
_URL_SCHEMA = Field(json_schema_extra={"format": "uri", "maxLength": MAX_URL})
UrlText = Annotated[str, AfterValidator(_check_url), _URL_SCHEMA]
ImageUrl = Annotated[
    str,
    AfterValidator(_check_image_url),
    Field(json_schema_extra={"format": "uri", "maxLength": MAX_IMAGE_URL}),
]
# In one spelling and without a fragment, so that one address is one endpoint.
CallbackUrl = Annotated[str, AfterValidator(_one_spelling), _URL_SCHEMA]
IdText = Annotated[str, Field(min_length=1, max_length=255, pattern=NO_CONTROLS)]
TitleText = Annotated[str, Field(max_length=500, pattern=NO_CONTROLS)]
# Lines and tabs are welcome where a person tells a story; something must stand among them.
_STORY = r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*"
ReasonText = Annotated[
    str, Field(min_length=1, max_length=2000, pattern=rf"^{_STORY}[^\x00-\x20\x7f-\x9f]{_STORY}$")
]
