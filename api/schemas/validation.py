"""Validation of requests: which field is wrong, in our own words."""

from collections.abc import Mapping
from typing import Any, TypeVar

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
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "must be an integer"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "must be a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        "must be a date and time, such as 2026-11-24T08:00:00Z",
    ),
    "timezone_aware": "must have a time zone, such as 2026-11-24T08:00:00Z",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}
# What is counted, and which of its two bounds was passed.
COUNTED = {
    "too_short": ("at least", "min_length", "entry", "entries"),
    "too_long": ("at most", "max_length", "entry", "entries"),
    "string_too_short": ("at least", "min_length", "character", "characters"),
    "string_too_long": ("at most", "max_length", "character", "characters"),
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
    return FieldError(field, code, _words(item["type"], item.get("ctx", {})) or item["msg"])


def _words(kind: str, values: Mapping[str, Any]) -> str | None:
    """What is wrong, by pydantic's name for it; None where the text is our own already."""
    if kind in COUNTED:
        bound, name, one, many = COUNTED[kind]
        count = values[name]
        return f"must have {bound} {'one' if count == 1 else f'{count:,}'} {one if count == 1 else many}"
    if kind in WORDS:
        return WORDS[kind].format_map({name: _value(value) for name, value in values.items()})
    return None


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
