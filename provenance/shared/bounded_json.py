"""Untrusted JSON, checked for size and depth before it is parsed."""

import json
import re
from typing import Any

import numpy as np

from core.sayings.fault_codes import RecordFault
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.limits import MAX_JSON_DEPTH, MAX_JSON_MARKS, MAX_TEXT_BYTES

# Possessive, and satisfied by the end of the text: no second try, so one pass however it is quoted.
_STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BONES = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},:]', re.DOTALL)
_OPEN, _CLOSE, _MARK = (np.frombuffer(marks, dtype=np.uint8) for marks in (b"[{", b"]}", b",:"))


def measure_json(text: str) -> int:
    """Count the brackets, commas and colons outside of strings: each may cost an object in memory.

    Errors: `TooMuchError` where a text is too long, nested too deep, or has too many of them.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise TooMuchError(RecordFault.JSON_TOO_LONG, limit=MAX_TEXT_BYTES)
    bones = np.frombuffer(_STRINGS.sub("", text).encode("ascii", "replace"), dtype=np.uint8)
    opened, closed = np.isin(bones, _OPEN), np.isin(bones, _CLOSE)
    marks = int(opened.sum() + np.isin(bones, _MARK).sum())
    if marks > MAX_JSON_MARKS:
        raise TooMuchError(RecordFault.JSON_TOO_MANY_VALUES)
    depth = np.cumsum(opened.astype(np.int32) - closed.astype(np.int32))
    if depth.size and int(depth.max()) > MAX_JSON_DEPTH:
        raise TooMuchError(RecordFault.JSON_TOO_DEEP, limit=MAX_JSON_DEPTH)
    return marks


def parse_json(text: str) -> Any:
    """Parse a text as JSON. Errors: `RecordError`; `TooMuchError` past the caps."""
    measure_json(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise RecordError(RecordFault.NOT_JSON) from None


def parse_object(text: str) -> dict[str, Any]:
    """Parse a text that should be one JSON object. Errors: `RecordError`."""
    value = parse_json(text)
    if not isinstance(value, dict):
        raise RecordError(RecordFault.NOT_JSON_OBJECT)
    return value


def parse_head(text: str, most: int) -> tuple[dict[str, Any], int]:
    """The values that stand whole in the head of an object that is too long, and the marks that they took.

    Read up to the last comma before the text ends or has `most` marks; what is open there is closed.
    Errors: `RecordError` where that is no object, `TooMuchError` where it is nested too deep.
    """
    open_: list[str] = []
    marks = 0
    end, closing = 0, ""
    for match in _BONES.finditer(text):
        mark = match[0]
        if mark[0] == '"':
            continue
        marks += 1
        if marks > most or (mark in "}]" and (not open_ or open_.pop() != mark)):
            break
        if mark in "{[":
            open_.append("}" if mark == "{" else "]")
            if len(open_) > MAX_JSON_DEPTH:
                raise TooMuchError(RecordFault.JSON_TOO_DEEP, limit=MAX_JSON_DEPTH)
        elif mark == ",":
            end, closing = match.start(), "".join(reversed(open_))
    try:
        value = json.loads(text[:end] + closing)
    except (ValueError, RecursionError):
        raise RecordError(RecordFault.NOT_JSON) from None
    if not isinstance(value, dict):
        raise RecordError(RecordFault.NOT_JSON_OBJECT)
    return value, marks


def looks_like_object(text: str) -> bool:
    """True if a text starts like a JSON object."""
    return text[:64].lstrip("\ufeff \t\r\n").startswith("{")
