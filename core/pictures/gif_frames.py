"""The frames of a GIF (GIF89a specification), each as a GIF of its own."""

import struct
from functools import partial

from core.pictures.gif_blocks import EXTENSION, GifBlock, gif_blocks, table_bytes
from core.pictures.stored_frames import MOST_FRAMES, Disposal, StoredFrame, StoredPicture

_CONTROL = 0xF9
_DISPOSALS = {2: Disposal.CLEAR, 3: Disposal.RESTORE}
_TABLE, _INTERLACED = 0x80, 0x40
_CONTROL_BYTES = 8


def gif_frames(data: bytes) -> StoredPicture | None:
    """Take a GIF apart; None where it has no image. A later frame that breaks off is left out."""
    if len(data) < 13:
        return None
    width, height = struct.unpack_from("<HH", data, 6)
    frames: list[StoredFrame] = []
    control = b""
    ends_early = False
    for block in gif_blocks(data):
        if block.kind == EXTENSION:
            ends_early = not block.is_whole and bool(frames)
            if data[block.start + 1] == _CONTROL and block.is_whole:
                control = data[block.row + 1 : block.row + 1 + data[block.row]]
            continue
        ends_early = not block.is_whole and bool(frames)
        if ends_early or len(frames) >= MOST_FRAMES:
            break
        left, top, wide, high = struct.unpack_from("<4H", data, block.start + 1)
        if not frames:
            # Browsers enlarge the canvas for the first frame, and cut all others at its edges.
            width, height = max(width, left + wide), max(height, top + high)
        if wide and high and left < width and top < height:
            frames.append(_frame(data, block, control))
        control = b""
    if not frames:
        return None
    return StoredPicture("GIF", width, height, tuple(frames), ends_early=ends_early)


def drawn_over(frame: bytes, index: int) -> bytes:
    """One of our frames as decoders start it: on a ground of this colour of its table."""
    at = 13 + table_bytes(frame[10])
    return frame[:at] + _write_control(index) + frame[at + _CONTROL_BYTES :]


def transparent_of(frame: bytes) -> int | None:
    """The colour that is transparent in one of our frames."""
    at = 13 + table_bytes(frame[10])
    return frame[at + 6] if frame[at + 3] & 1 else None


def _frame(data: bytes, block: GifBlock, control: bytes) -> StoredFrame:
    left, top, width, height = struct.unpack_from("<4H", data, block.start + 1)
    transparent = control[3] if len(control) >= 4 and control[0] & 1 else None
    disposal = control[0] >> 2 & 7 if control else 0
    return StoredFrame(
        partial(_write, data, block, transparent),
        *(left, top, width, height),
        is_whole=block.is_whole,
        milliseconds=10 * struct.unpack_from("<H", control, 1)[0] if len(control) >= 3 else 0,
        covers=transparent is None,
        disposal=_DISPOSALS.get(disposal, Disposal.KEEP),
    )


def _write(data: bytes, block: GifBlock, transparent: int | None) -> bytes:
    size, own, shared = data[block.start + 5 : block.start + 9], data[block.start + 9], data[10]
    flags, table = (own, block.start + 10) if own & _TABLE else (shared, 13)
    colours = data[table : table + table_bytes(flags)]
    parts = [b"GIF89a", size, bytes((flags & (_TABLE | 7), 0, 0)), colours, _write_control(transparent)]
    parts += [b"\x2c\0\0\0\0", size, bytes((own & _INTERLACED, data[block.row - 1]))]
    parts.append(data[block.row : block.end] if block.is_whole else _mended_row(data, block.row))
    return b"".join([*parts, b"\x3b"])


def _write_control(transparent: int | None) -> bytes:
    return bytes((EXTENSION, _CONTROL, 4, transparent is not None, 0, 0, transparent or 0, 0))


def _mended_row(data: bytes, at: int) -> bytes:
    """A row of sub-blocks that breaks off with the file: its last one ends there, and the row after it."""
    last = start = at
    while at < len(data):
        last, at = at, at + 1 + data[at]
    rest = data[last + 1 :]
    return b"".join([data[start:last], bytes((len(rest),)) if rest else b"", rest, b"\0"])
