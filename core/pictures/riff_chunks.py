"""The chunks of a WebP (RFC 9649, 2.3 to 2.7)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHUNKS = 65_536  # walked in one file


@dataclass(frozen=True, slots=True)
class RiffChunk:
    """One chunk: its four letters, where its data lie, and how long they say they are.

    Only the last may break off: its data end with the file.
    """

    kind: bytes
    start: int
    end: int
    length: int

    @property
    def is_whole(self) -> bool:
        """True if all of the data are there."""
        return self.end - self.start == self.length


def is_webp(data: bytes) -> bool:
    """True if bytes start as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def riff_chunks(data: bytes, start: int = 12, end: int | None = None) -> Iterator[RiffChunk]:
    """Walk the chunks within the length that the header gives; what follows is no part of the file."""
    if end is None:
        end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    for _ in range(MAX_CHUNKS):
        if start + 8 > end:
            return
        kind, length = struct.unpack_from("<4sI", data, start)
        yield RiffChunk(kind, start + 8, min(start + 8 + length, end), length)
        start += 8 + length + (length & 1)


def write_riff_chunk(kind: bytes, body: bytes) -> bytes:
    """The bytes of a chunk."""
    return b"".join((kind, struct.pack("<I", len(body)), body, bytes(len(body) & 1)))
