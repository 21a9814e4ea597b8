"""The frames of a WebP (RFC 9649), each as a WebP of its own."""

import struct
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from core.pictures.riff_chunks import RiffChunk, riff_chunks, write_riff_chunk
from core.pictures.stored_frames import (
    MOST_FRAMES,
    Disposal,
    StoredFrame,
    StoredPicture,
    end_of_content,
)

_ANIMATED, _HAS_ALPHA = 0x02, 0x10  # bits of the first byte of VP8X
_PLACED = 16  # bytes before the chunks of an animation's frame
_CLEARS, _REPLACES = 0x01, 0x02  # bits of the last of them


def webp_frames(data: bytes) -> StoredPicture | None:
    """Take a WebP apart; None where it has no frame. A later frame that breaks off is left out."""
    extended, exif, ends_early = b"", b"", False
    still: list[RiffChunk] = []
    frames: list[StoredFrame] = []
    content = end_of_content(data[: 8 + struct.unpack_from("<I", data, 4)[0]])
    for chunk in riff_chunks(data):
        if chunk.kind == b"VP8X" and chunk.end - chunk.start >= 10:
            extended = extended or data[chunk.start : chunk.end]
        elif chunk.kind == b"EXIF" and chunk.is_whole:
            exif = exif or data[chunk.start : chunk.end]
        elif chunk.kind in {b"ALPH", b"VP8 ", b"VP8L"}:
            still.append(replace(chunk, end=max(chunk.start, min(chunk.end, content))))
        elif chunk.kind == b"ANMF" and extended and extended[0] & _ANIMATED and len(frames) < MOST_FRAMES:
            ends_early = bool(frames) and not chunk.is_whole
            frame = None if ends_early else _animated(data, chunk)
            if frame is not None:
                frames.append(frame)
    if frames:
        width, height = (1 + int.from_bytes(extended[at : at + 3], "little") for at in (4, 7))
        # The file ends before the length that it names, and behind a whole frame.
        missing = len(data) < 8 + struct.unpack_from("<I", data, 4)[0]
        return StoredPicture("WEBP", width, height, tuple(frames), exif, ends_early or missing)
    frame = _still(data, still)
    return None if frame is None else StoredPicture("WEBP", frame.width, frame.height, (frame,), exif)


def _still(data: bytes, chunks: Iterable[RiffChunk], place: bytes = bytes(_PLACED)) -> StoredFrame | None:
    alpha = None
    for chunk in chunks:
        if chunk.kind == b"ALPH":
            alpha = alpha or chunk
        elif chunk.kind in {b"VP8 ", b"VP8L"} and (size := _size(data, chunk)) is not None:
            if chunk.kind == b"VP8L":
                alpha = None
            return StoredFrame(
                partial(_write, data, size, alpha, chunk),
                2 * int.from_bytes(place[:3], "little"),
                2 * int.from_bytes(place[3:6], "little"),
                *size,
                is_whole=chunk.is_whole,
                milliseconds=int.from_bytes(place[12:15], "little"),
                blends=not place[15] & _REPLACES,
                covers=bool(place[15] & _REPLACES),
                disposal=Disposal.CLEAR if place[15] & _CLEARS else Disposal.KEEP,
            )
    return None


def _animated(data: bytes, chunk: RiffChunk) -> StoredFrame | None:
    if chunk.end - chunk.start <= _PLACED:
        return None
    inside = riff_chunks(data, chunk.start + _PLACED, chunk.end)
    return _still(data, inside, data[chunk.start : chunk.start + _PLACED])


def _size(data: bytes, chunk: RiffChunk) -> tuple[int, int] | None:
    """Width and height by the pixels' own header (VP8: RFC 6386, 9.1; VP8L: RFC 9649, 3.4)."""
    head = data[chunk.start : min(chunk.end, chunk.start + 10)]
    if chunk.kind == b"VP8L" and len(head) >= 5 and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk.kind == b"VP8 " and len(head) == 10 and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", head, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _write(data: bytes, size: tuple[int, int], alpha: RiffChunk | None, pixels: RiffChunk) -> bytes:
    parts = []
    if alpha is not None and alpha.is_whole:
        sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
        parts.append(write_riff_chunk(b"VP8X", bytes((_HAS_ALPHA, 0, 0, 0)) + sides))
        parts.append(write_riff_chunk(b"ALPH", data[alpha.start : alpha.end]))
    # A chunk that breaks off still says how long it was: what decodes piece by piece wants to know.
    head = struct.pack("<4sI", pixels.kind, pixels.length)
    parts += [head, data[pixels.start : pixels.end], bytes(pixels.length & 1 if pixels.is_whole else 0)]
    written = sum(map(len, parts)) + pixels.length - (pixels.end - pixels.start)
    return b"".join([struct.pack("<4sI4s", b"RIFF", 4 + written, b"WEBP"), *parts])
