"""Reading a response's body without trusting its stated size."""

import zlib
from collections.abc import Iterable, Iterator

from urllib3.response import HTTPResponse

from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import FailureCode
from worker.outbound.fetch_error import FetchError
from worker.outbound.transport import read_some

_CHUNK = 256 * 1024
_GZIP = frozenset({"gzip", "x-gzip"})
# What we undo, and what we do not; other words in this header (`aws-chunked`, `utf-8`, `binary`, `none`)
# name no compression.
_UNDONE = _GZIP | {"deflate"}
_COMPRESSIONS = _UNDONE | {
    *("br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"),
    *("bzip2", "x-bzip2", "lzma", "xz", "snappy", "lz4"),
}


def read_body(response: HTTPResponse, max_bytes: int) -> bytes:
    """Read and decode a whole body of at most `max_bytes` bytes after decoding.

    We ask for no compression; gzip and deflate are undone for servers that use them regardless. A
    Content-Encoding that is no compression is ignored, as browsers ignore it.
    Errors: `FetchError` (too_large, refused), and what reading raises.
    """
    if (response.length_remaining or 0) > max_bytes:
        raise _too_large(max_bytes)
    named = (response.headers.get("content-encoding") or "").lower().split(",")
    encodings = [one.strip() for one in named if one.strip() in _COMPRESSIONS]
    chunks = _chunks(response)
    if len(encodings) == 1 and encodings[0] in _UNDONE:
        chunks = _inflated(chunks, max_bytes, is_gzip=encodings[0] in _GZIP)
    elif encodings:
        raise FetchError(
            FailureCode.REFUSED,
            say(FailureDetail.COMPRESSION_NOT_ASKED_FOR),
            is_permanent=True,
        )
    data = _joined(chunks, max_bytes)
    is_framed = "content-length" in response.headers or "transfer-encoding" in response.headers
    if not data and not is_framed:
        # A connection that breaks within the headers looks to http.client like their end.
        raise FetchError(FailureCode.REFUSED, say(FailureDetail.RESPONSE_CUT_SHORT), is_permanent=False)
    return data


def _chunks(response: HTTPResponse) -> Iterator[bytes]:
    # Where the length is known, and was found small enough, one read makes no copies of parts.
    size = response.length_remaining or _CHUNK
    while chunk := read_some(response, size):
        yield chunk


def _joined(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        kept.append(chunk)
    return b"".join(kept)


def _inflated(chunks: Iterable[bytes], max_bytes: int, *, is_gzip: bool) -> Iterator[bytes]:
    """Undo gzip (RFC 1952, several members in a row too) or deflate (RFC 1950, or bare RFC 1951).

    No step makes more than `max_bytes + 1` bytes, however small the input: a bomb ends here.
    """
    inflater = None
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater is None:
                    inflater = zlib.decompressobj(31 if is_gzip else _deflate_window(rest))
                yield inflater.decompress(rest, max_bytes + 1)
                if not inflater.eof:
                    rest = inflater.unconsumed_tail
                    continue
                rest = inflater.unused_data if is_gzip else b""
                if rest and rest[:1] != b"\x1f":  # padding behind the last member, as tape drives leave it
                    return
                if rest:
                    inflater = None
    except zlib.error as error:
        raise _broken() from error
    if inflater is not None and not inflater.eof:
        raise _broken()


def _deflate_window(start: bytes) -> int:
    is_zlib = len(start) > 1 and start[0] & 0x0F == zlib.DEFLATED and (start[0] << 8 | start[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _too_large(max_bytes: int) -> FetchError:
    detail = say(FailureDetail.FILE_TOO_LARGE, limit=max_bytes)
    return FetchError(FailureCode.TOO_LARGE, detail, is_permanent=True)


def _broken() -> FetchError:
    return FetchError(FailureCode.REFUSED, say(FailureDetail.COMPRESSED_RESPONSE_DAMAGED), is_permanent=False)
