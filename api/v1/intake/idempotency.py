"""The header `Idempotency-Key`: the same key and request again give the same submission."""

import hashlib

from flask import Request

from api.schemas.problems import FieldError, ProblemCode, invalid

HEADER = "Idempotency-Key"
LONGEST = 255


def read_key(request: Request) -> str | None:
    """Read the key: 1 to 255 printable ASCII characters. Errors: Problem."""
    values = request.headers.getlist(HEADER)
    if not values:
        return None
    key = values[0]
    if len(values) > 1 or not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        detail = f"must be given at most once, with 1 to {LONGEST} printable ASCII characters"
        raise invalid((FieldError(HEADER, ProblemCode.INVALID_REQUEST, detail),))
    return key


def entry_key(batch_key: str, index: int) -> str:
    """Make the key of one entry of a batch, which cannot be any other entry's."""
    return f"batch:{hashlib.sha256(batch_key.encode()).hexdigest()}:{index}"
