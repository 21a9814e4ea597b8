"""The chunks of a PNG (W3C PNG, third edition, 5.3)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 262_144  # walked in one file, which may hold its pixels in many small ones


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its type, and where its data lie in the file."""

    kind: bytes
    start: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """Walk the chunks up to IEND, the end of the file, or the first that breaks off.

    What follows IEND is no part of the picture and is never looked at.
    """
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            return
        yield Chunk(kind, at + 8, at + 8 + length)
        if kind == b"IEND":
            return
        at += 12 + length


def is_sound(data: bytes, chunk: Chunk) -> bool:
    """True if a chunk's checksum is right; decoders throw away an ancillary one that is not."""
    stored = int.from_bytes(data[chunk.end : chunk.end + 4], "big")
    return zlib.crc32(memoryview(data)[chunk.start - 4 : chunk.end]) == stored


def write_chunk(kind: bytes, body: bytes) -> bytes:
    """The bytes of a chunk."""
    summed = zlib.crc32(body, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(body)), kind, body, struct.pack(">I", summed)))
