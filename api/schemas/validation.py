"""Validation of requests: which field is wrong, in our own words."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api.schemas.problems import FieldError, Problem, ProblemCode, invalid

MOST = 20  # a body of ten thousand unknown fields gets a short answer
WORDS = {
    "missing": "required",
    "extra_forbidden": "unknown field",
    "string_type": "must be a string",
    "string_unicode": "must not contain a character that cannot be stored",
    "string_pattern_mismatch": "must not contain control characters",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "dict_type": "must be an object",
}
Model = TypeVar("Model", bound=BaseModel)
CODES = {code.value: code for code in ProblemCode}


def check(model: type[Model], fields: object) -> Model:
    """Check fields from outside. Errors: Problem, naming each wrong one."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise problem_of(error) from None


def problem_of(error: ValidationError) -> Problem:
    """The problem with a request, naming at most 20 fields."""
    details = error.errors(include_url=False, include_input=False)
    return invalid(tuple(_field_error(item) for item in details[:MOST]))


def _field_error(item: ErrorDetails) -> FieldError:
    # A client's own field name may be anything; it goes back shortened, inside JSON.
    field = ".".join(str(part)[:100] for part in item["loc"]) or "body"
    code = CODES.get(item["type"], ProblemCode.INVALID_REQUEST)
    words = WORDS.get(item["type"]) or item["msg"]
    return FieldError(field, code, words)
