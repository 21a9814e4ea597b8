"""Values of a product's JSON, which may be of any type: what is odd counts as not there."""

import re
from typing import Any

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text_of(value: object, longest: int) -> str | None:
    """A value as a short text that every database can store; None if it is empty or not a text."""
    if not isinstance(value, str):
        return None
    return _CONTROLS.sub(" ", value.encode("utf-8", "replace").decode()).strip()[:longest] or None


def field_of(holder: object, name: str) -> Any:
    """A field of an object; None where there is none, or no object."""
    return holder.get(name) if isinstance(holder, dict) else None
