"""Texts from outside: bounded as the columns are, and free of control characters.

PostgreSQL cannot store NUL, and no other control character belongs in a title or an id; pydantic
itself refuses lone surrogates.
"""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.problems import ProblemCode
from core.urls import MAX_URL, UrlError, UrlFault, parse_web_url

URL_CODES = {
    UrlFault.MALFORMED: ProblemCode.INVALID_URL,
    UrlFault.SCHEME: ProblemCode.UNSUPPORTED_SCHEME,
    UrlFault.TOO_LONG: ProblemCode.URL_TOO_LONG,
    UrlFault.CREDENTIALS: ProblemCode.URL_HAS_CREDENTIALS,
}
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _check_url(text: str) -> str:
    try:
        parse_web_url(text)
    except UrlError as error:
        code = URL_CODES[error.code]
        raise PydanticCustomError(code.value, "{detail}", {"detail": error.detail}) from None
    return text


# The length stands in the schema only: the parser itself refuses what is longer, with its own code.
UrlText = Annotated[
    str, AfterValidator(_check_url), Field(json_schema_extra={"format": "uri", "maxLength": MAX_URL})
]
IdText = Annotated[str, Field(min_length=1, max_length=255, pattern=NO_CONTROLS)]
TitleText = Annotated[str, Field(max_length=500, pattern=NO_CONTROLS)]
# Lines and tabs are welcome where a person tells a story; something must stand among them.
_STORY = r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*"
ReasonText = Annotated[
    str, Field(min_length=1, max_length=2000, pattern=rf"^{_STORY}[^\x00-\x20\x7f-\x9f]{_STORY}$")
]
