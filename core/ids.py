"""Identifiers: opaque to clients, ordered by time of creation."""

import secrets
import threading
import time
from datetime import datetime

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Make a UUID version 7 (RFC 9562, section 5.7) as 32 hex digits.

    Later ids of one process sort after earlier ones, also within a millisecond (section 6.2,
    method 2), so that an index grows at its end, a batch keeps its order, and a cursor can be an id.
    """
    global _last  # noqa: PLW0603  # the memory that makes ids grow
    with _lock:
        value = ((time.time_ns() // 1_000_000) << 74) | secrets.randbits(74)
        if value <= _last:
            # A random stride: two children of one fork that stand at the same place part here.
            value = _last + 1 + secrets.randbits(32)
        _last = value
    high, low = value >> 62, value & ((1 << 62) - 1)
    milliseconds, middle = high >> 12, high & 0xFFF
    return f"{(milliseconds << 80) | (0x7 << 76) | (middle << 64) | (0x2 << 62) | low:032x}"


def first_id(at: datetime) -> str:
    """A text that sorts before every id made from this moment on."""
    return f"{int(at.timestamp() * 1000):012x}" + "0" * 20


def is_id(text: str) -> bool:
    """True if a text from outside has the shape of an id."""
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)


def is_sha256(text: str) -> bool:
    """True if a text from outside could be the digest that names an image."""
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)
