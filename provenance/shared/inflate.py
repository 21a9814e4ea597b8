"""Decompression with a limit: a few kilobytes can expand to a gigabyte."""

import zlib

from core.sayings.fault_codes import RecordFault
from provenance.shared.errors import RecordError, TooMuchError

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS


def inflate_head(data: bytes, limit: int) -> bytes:
    """The first `limit` bytes of what a zlib stream (RFC 1950) holds, all of it where that is less.

    Errors: `RecordError` for a stream that is damaged or breaks off before that.
    """
    return _inflate(data, limit, _ZLIB)[0]


def inflate_gzip(data: bytes, limit: int) -> bytes:
    """Inflate the first member of a gzip file (RFC 1952); what follows it is left alone.

    Errors: `RecordError`; `TooMuchError` where it holds more than `limit` bytes.
    """
    out, is_all = _inflate(data, limit, _GZIP)
    if not is_all:
        raise TooMuchError(RecordFault.EXPANDS_TOO_FAR, limit=limit)
    return out


def _inflate(data: bytes, limit: int, window: int) -> tuple[bytes, bool]:
    """At most `limit` bytes, and whether they are all."""
    machine = zlib.decompressobj(window)
    try:
        out = machine.decompress(data, limit)
        if not machine.eof and machine.decompress(machine.unconsumed_tail, 1):
            return out, False
    except zlib.error:
        raise RecordError(RecordFault.COMPRESSED_DATA_DAMAGED) from None
    if not machine.eof:
        raise RecordError(RecordFault.COMPRESSED_DATA_CUT)
    return out, True
