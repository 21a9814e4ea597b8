"""Inflation under a cap: a few kilobytes can hold a gigabyte."""

import zlib

from core.sayings.fault_codes import RecordFault
from provenance.shared.errors import RecordError, TooMuchError

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS


def inflate_zlib(data: bytes, limit: int) -> bytes:
    """Inflate a zlib stream (RFC 1950) to at most `limit` bytes. Errors: `RecordError`."""
    return _inflate(data, limit, _ZLIB)


def inflate_gzip(data: bytes, limit: int) -> bytes:
    """Inflate the first member of a gzip file (RFC 1952) likewise; what follows it is left alone."""
    return _inflate(data, limit, _GZIP)


def _inflate(data: bytes, limit: int, window: int) -> bytes:
    machine = zlib.decompressobj(window)
    try:
        out = machine.decompress(data, limit)
        if not machine.eof and machine.decompress(machine.unconsumed_tail, 1):
            raise TooMuchError(RecordFault.EXPANDS_TOO_FAR, limit=limit)
    except zlib.error:
        raise RecordError(RecordFault.COMPRESSED_DATA_DAMAGED) from None
    if not machine.eof:
        raise RecordError(RecordFault.COMPRESSED_DATA_CUT)
    return out
