"""The rows that are there of a PNG (W3C PNG, third edition)."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from core.pictures.png_chunks import SIGNATURE, chunks, write_chunk
from model.serving.parts.found_rows import FewRowsError, FoundRows, Load, upper

MOST_INTERLACED = 1 << 26  # bytes of rows that are held at once to complete them
_HEADER = len(SIGNATURE) + 8  # where the header's data lie
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of each colour type
_BLOCK = 1 << 14  # bytes inflated at a time: so much is lost at most where the data are damaged
_ZLIB_HEAD, _CHECKSUM = 2, 4  # bytes before and behind the compressed rows
_LAST_FILTER = 4
_SLICE = 1 << 16
# First column and row, and the steps between them, of each pass (8.1).
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png_part(data: bytes, load: Load) -> FoundRows:
    """Decode the rows that are there of a PNG that holds nothing but pixels."""
    rows, strides = _layout(data)
    width, height = struct.unpack_from(">II", data, _HEADER)
    if data[_HEADER + 12]:
        return _interlaced_part(data, load, rows, strides)
    pixels = b"".join(_pieces(data))
    there = _sound_rows(pixels, height, int(strides[0]))
    if 2 * there < height:
        raise FewRowsError(there, height)
    header = struct.pack(">II", width, there) + data[_HEADER + 8 : _HEADER + 13]
    if there == height:
        pixels = pixels[:-_CHECKSUM]  # what Pillow did not like can only be this
    return FoundRows(load(_rewritten(data, header, pixels)), upper(there, height), is_whole=there == height)


def _sound_rows(pixels: bytes, height: int, stride: int) -> int:
    """How many rows there are up to the end, a fault, or a filter that is none."""
    at = 0
    for block in _inflated(pixels, height * stride):
        filters = block[-at % stride :: stride]
        if filters and max(filters) > _LAST_FILTER:
            return -(-at // stride) + next(n for n, kind in enumerate(filters) if kind > _LAST_FILTER)
        at += len(block)
    return at // stride


def has_all_rows(data: bytes) -> bool:
    """True if a PNG's pixels, which could be decoded, do not end before its last row."""
    left = int(_layout(data)[1].sum())
    machine = isal_zlib.decompressobj()  # twice as fast as zlib, but finds faults elsewhere
    for piece in _pieces(data):
        left -= len(machine.decompress(piece, left))
        while left > 0 and machine.unconsumed_tail:
            left -= len(machine.decompress(machine.unconsumed_tail, left))
        if left <= 0 or machine.eof:
            break
    return left <= 0


def _layout(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of the picture in the order in which they are stored, and the bytes of each."""
    width, height, depth, colour, *_, interlaced = struct.unpack_from(">II5B", data, _HEADER)
    bits = depth * _CHANNELS.get(colour, 4)
    rows, strides = [], []
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns = -(-(width - left) // across)
        if columns > 0:
            rows.append(np.arange(top, height, down))
            strides.append(np.full(len(rows[-1]), 1 + -(-columns * bits // 8)))
    return np.concatenate(rows), np.concatenate(strides)


def _interlaced_part(
    data: bytes, load: Load, rows: NDArray[np.int64], strides: NDArray[np.int64]
) -> FoundRows:
    """Complete the rows with zeros, which decode to anything: only rows that were whole count."""
    need, height = int(strides.sum()), int(rows.max()) + 1
    if need > MOST_INTERLACED:
        raise FewRowsError(0, height)
    body = b"".join(_inflated(b"".join(_pieces(data)), need))
    there = np.ones(height, bool)
    there[rows[np.cumsum(strides) > len(body)]] = False
    header, pixels = data[_HEADER : _HEADER + 13], zlib.compress(body.ljust(need, b"\0"), 1)
    return FoundRows(load(_rewritten(data, header, pixels)), there, is_whole=bool(there.all()))


def _rewritten(data: bytes, header: bytes, pixels: bytes) -> bytes:
    """The same file with another header and other pixels."""
    others = [
        data[one.start - 8 : one.end + 4]
        for one in chunks(data)
        if one.kind not in {b"IHDR", b"IDAT", b"IEND"}
    ]
    ends = [write_chunk(b"IDAT", pixels), write_chunk(b"IEND", b"")]
    return b"".join([SIGNATURE, write_chunk(b"IHDR", header), *others, *ends])


def _pieces(data: bytes) -> Iterator[memoryview]:
    view = memoryview(data)
    for chunk in chunks(data):
        if chunk.kind == b"IDAT":
            for at in range(chunk.start, chunk.end, _SLICE):
                yield view[at : min(at + _SLICE, chunk.end)]


def _inflated(pixels: bytes, need: int) -> Iterator[bytes]:
    """The first `need` bytes of filtered rows, or as many as there are before the end or a fault.

    The checksum behind them is not looked at (RFC 1950: a head of two bytes, deflate, a checksum).
    """
    machine, pending, left = zlib.decompressobj(-zlib.MAX_WBITS), pixels[_ZLIB_HEAD:], need
    try:
        while left > 0 and not machine.eof:
            block = machine.decompress(pending, min(_BLOCK, left))
            if not block:
                return
            pending = machine.unconsumed_tail
            left -= len(block)
            yield block
    except zlib.error:
        return
