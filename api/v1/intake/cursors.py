"""Cursors: the last id of a page, wrapped so that no client relies on its content."""

import base64
import binascii

from api.schemas.problems import FieldError, Problem, ProblemCode
from core.ids import is_id

LONGEST = 23  # 17 bytes
VERSION = b"\x01"


def write_cursor(last_id: str) -> str:
    """Write where the next page begins."""
    return base64.urlsafe_b64encode(VERSION + bytes.fromhex(last_id)).decode().rstrip("=")


def read_cursor(text: str) -> str:
    """Read the last id of the page before. Errors: Problem (invalid_cursor)."""
    if len(text) > LONGEST:
        text = ""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    last_id = data[1:].hex()
    # Written again: base64 has several spellings of the same bytes, and only one is ours.
    if data[:1] != VERSION or not is_id(last_id) or write_cursor(last_id) != text:
        code = ProblemCode.INVALID_CURSOR
        raise Problem(
            code,
            errors=(
                FieldError("cursor", code, "not a valid cursor; use `next_cursor` from a previous page"),
            ),
        )
    return last_id
