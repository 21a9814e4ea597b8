"""The blocks of a GIF (GIF89a specification, 15 to 26)."""

from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURES = (b"GIF87a", b"GIF89a")
IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
MAX_BLOCKS = 65_536  # walked in one file
_MAX_SUB_BLOCKS = 200_000  # of one row; 50 MB in full ones


@dataclass(frozen=True, slots=True)
class GifBlock:
    """An image or an extension: where it starts, where its row of sub-blocks starts, and where it ends.

    `is_whole` is False where the row breaks off with the file.
    """

    kind: int
    start: int
    row: int
    end: int
    is_whole: bool


def gif_blocks(data: bytes) -> Iterator[GifBlock]:
    """Walk the images and extensions up to the trailer, to what is neither, or to one that breaks off."""
    at = 13 + (table_bytes(data[10]) if len(data) > 10 else 0)
    for _ in range(MAX_BLOCKS):
        kind = data[at] if at < len(data) else TRAILER
        if kind == IMAGE and at + 10 < len(data):
            row = at + 11 + table_bytes(data[at + 9])
        elif kind == EXTENSION and at + 2 < len(data):
            row = at + 2
        else:
            return
        end, is_whole = _row_end(data, row)
        yield GifBlock(kind, at, row, end, is_whole)
        at = end


def table_bytes(flags: int) -> int:
    """The size of the colour table that follows a byte of flags."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def joined(data: bytes, at: int, limit: int) -> bytes:
    """The sub-blocks of a row, joined until they exceed a limit."""
    out = bytearray()
    for _ in range(_MAX_SUB_BLOCKS):
        if at >= len(data) or not data[at] or len(out) >= limit:
            break
        out += data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return bytes(out)


def _row_end(data: bytes, at: int) -> tuple[int, bool]:
    """The place after a row of sub-blocks, and whether it ends there; too long a row ends the file."""
    for _ in range(_MAX_SUB_BLOCKS):
        if at >= len(data):
            break
        if not data[at]:
            return at + 1, True
        at += 1 + data[at]
    return len(data), False
