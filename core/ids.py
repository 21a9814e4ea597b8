"""Identifiers: opaque to outsiders, ordered by time of birth inside."""

import secrets
import time


def new_id() -> str:
    """Make a UUID version 7 (RFC 9562, section 5.7) as 32 hex digits.

    Later ids sort after earlier ones, so that an index grows at its end and a cursor can be an id.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return f"{value:032x}"


def is_id(text: str) -> bool:
    """Tell whether a text from outside has the shape of an id."""
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)
