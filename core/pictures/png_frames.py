"""The pixels of a PNG (W3C PNG, third edition): its picture, or the frames of an animation (11.3.6)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from core.pictures.png_chunks import SIGNATURE, Chunk, chunks, is_sound, write_chunk
from core.pictures.stored_frames import (
    MOST_FRAMES,
    Disposal,
    StoredFrame,
    StoredPicture,
    end_of_content,
)

_DISPOSALS = {1: Disposal.CLEAR, 2: Disposal.RESTORE}
_TRANSPARENT = {0: 2, 2: 6, 3: 1}  # colour types, and the least bytes that say what is transparent
_PIXELS = frozenset({b"IDAT", b"fdAT"})
_NUMBERED = 4  # bytes before the pixels of an fdAT


@dataclass(slots=True)
class _Walked:
    """What a walk over the chunks has found so far."""

    data: bytes
    header: bytes
    palette: bytes = b""
    transparency: bytes = b""
    exif: bytes = b""
    promised: int = 0  # frames, by the word of the file
    control: bytes = b""  # of the frame that is being read
    pixels: list[Chunk] = field(default_factory=list)  # of that frame
    default: list[Chunk] = field(default_factory=list)  # of the default image, where it is no frame
    frames: list[StoredFrame] = field(default_factory=list)


def png_frames(data: bytes) -> StoredPicture | None:
    """Take a PNG apart; None where it has no header or no pixels.

    Ancillary chunks whose checksum is wrong are passed over, and so is all that changes no pixel. The default
    image of an animation is a frame of it only where a frame control precedes it.
    """
    data = data[: end_of_content(data)]
    walk = _trusted(data)
    header = next(walk, None)
    if header is None or header.kind != b"IHDR" or header.end - header.start != 13:
        return None
    found = _Walked(data, data[header.start : header.end])
    before = header.kind
    for chunk in walk:
        if chunk.kind == b"IDAT":
            _add_default(found, chunk, follows=before == b"IDAT")
        elif chunk.kind == b"fdAT":
            if found.control and chunk.end - chunk.start > _NUMBERED:
                found.pixels.append(chunk)
        elif chunk.kind == b"fcTL" and found.promised:
            _end_frame(found)
            found.control = _control(found, data[chunk.start : chunk.end])
        else:
            _add_other(found, chunk.kind, data[chunk.start : chunk.end])
        before = chunk.kind
        if len(found.frames) >= MOST_FRAMES:
            break
    _end_frame(found)
    return _as_picture(found, has_end=before == b"IEND")


def _as_picture(found: _Walked, *, has_end: bool) -> StoredPicture | None:
    width, height = struct.unpack_from(">II", found.header)
    frames = tuple(found.frames)
    if not frames and found.default:
        write = partial(_write, found, width, height, found.default)
        frames = (StoredFrame(write, 0, 0, width, height, covers=True),)
    if not frames:
        return None
    ends_early = not has_end and 0 < len(found.frames) < found.promised
    return StoredPicture("PNG", width, height, frames, found.exif, ends_early)


def _trusted(data: bytes) -> Iterator[Chunk]:
    """The chunks whose checksum is right; those with pixels whatever it is, even where one breaks off."""
    end = len(SIGNATURE)
    for chunk in chunks(data):
        end = chunk.end + 4
        if chunk.kind in _PIXELS or is_sound(data, chunk):
            yield chunk
    if end + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, end)
        if kind in _PIXELS:
            yield Chunk(kind, end + 8, min(end + 8 + length, len(data)))


def _is_cut(data: bytes, chunk: Chunk) -> bool:
    return chunk.end + 4 > len(data)


def _add_default(found: _Walked, chunk: Chunk, *, follows: bool) -> None:
    """Add to the default image, or to the first frame where a frame control came before."""
    if found.control and not (found.default or found.frames):
        found.pixels.append(chunk)
    elif follows or not (found.default or found.frames):  # what stands apart from the others is passed over
        found.default.append(chunk)


def _add_other(found: _Walked, kind: bytes, body: bytes) -> None:
    is_early = not (found.default or found.pixels or found.frames)
    if kind == b"PLTE":
        found.palette = found.palette or body
    elif kind == b"tRNS" and is_early:
        least = _TRANSPARENT.get(found.header[9])
        if least is not None and len(body) >= least:
            found.transparency = body
    elif kind == b"acTL" and is_early and len(body) >= 8:
        found.promised = int.from_bytes(body[:4], "big")
    elif kind == b"eXIf":
        found.exif = found.exif or body


def _control(found: _Walked, body: bytes) -> bytes:
    """A frame control that can be followed, else nothing."""
    if len(body) < 26:
        return b""
    width, height, left, top = struct.unpack_from(">4I", body, 4)
    canvas = struct.unpack_from(">II", found.header)
    fits = 0 < width <= canvas[0] - left and 0 < height <= canvas[1] - top
    # A default image has the size of the canvas, whatever is said of it.
    may_be_default = not (found.default or found.frames)
    return body if fits and (not may_be_default or (width, height) == canvas) else b""


def _end_frame(found: _Walked) -> None:
    """Close the frame that is being read; one that breaks off counts only if it is the first."""
    control, pixels = found.control, found.pixels
    found.control, found.pixels = b"", []
    if not pixels or (found.frames and _is_cut(found.data, pixels[-1])):
        return
    width, height, left, top = struct.unpack_from(">4I", control, 4)
    numerator, denominator, disposal, blend = struct.unpack_from(">HHBB", control, 20)
    found.frames.append(
        StoredFrame(
            partial(_write, found, width, height, pixels),
            *(left, top, width, height),
            milliseconds=1000 * numerator // (denominator or 100),
            blends=blend == 1,
            covers=blend != 1,
            disposal=_DISPOSALS.get(disposal, Disposal.KEEP),
        )
    )


def _write(found: _Walked, width: int, height: int, pixels: list[Chunk]) -> bytes:
    parts: list[bytes | memoryview] = [
        SIGNATURE,
        write_chunk(b"IHDR", struct.pack(">II", width, height) + found.header[8:]),
    ]
    if found.palette:
        parts.append(write_chunk(b"PLTE", found.palette))
    if found.transparency:
        parts.append(write_chunk(b"tRNS", found.transparency))
    parts += [_as_idat(found.data, chunk) for chunk in pixels]
    return b"".join([*parts, write_chunk(b"IEND", b"")])


def _as_idat(data: bytes, chunk: Chunk) -> bytes | memoryview:
    if chunk.kind == b"IDAT" and not _is_cut(data, chunk):
        return memoryview(data)[chunk.start - 8 : chunk.end + 4]
    return write_chunk(b"IDAT", data[chunk.start + _NUMBERED * (chunk.kind == b"fdAT") : chunk.end])
