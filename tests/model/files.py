"""Picture files written by hand: animations, interlaced rows, and what strangers put beside the pixels."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tests.model.drawing import saved
from tests.provenance.writing import PNG_SIGNATURE, png_chunk

# First column and row, and the steps between them (W3C PNG, 8.1).
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
END = png_chunk(b"IEND", b"")


def header(width: int, height: int, *, interlaced: bool = False) -> bytes:
    return PNG_SIGNATURE + png_chunk(b"IHDR", struct.pack(">II5B", width, height, 8, 2, 0, 0, interlaced))


def packed_rows(image: Image.Image) -> bytes:
    """The rows of an RGB image, without filters, compressed."""
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in np.asarray(image.convert("RGB"))))


def interlaced_png(image: Image.Image) -> bytes:
    pixels = np.asarray(image.convert("RGB"))
    rows = [b"\0" + row.tobytes() for x, y, across, down in PASSES for row in pixels[y::down, x::across]]
    head = header(image.width, image.height, interlaced=True)
    return head + png_chunk(b"IDAT", zlib.compress(b"".join(rows))) + END


def with_chunk(data: bytes, chunk: bytes, *, behind_pixels: bool = False) -> bytes:
    """Put a chunk into a PNG, before or behind its pixels."""
    place = len(data) - len(END) if behind_pixels else data.index(b"IDAT") - 4
    return data[:place] + chunk + data[place:]


def damaged(chunk: bytes) -> bytes:
    """A chunk with a wrong checksum."""
    return chunk[:-1] + bytes((chunk[-1] ^ 0xFF,))


def frame_control(
    number: int,
    size: tuple[int, int],
    *,
    place: tuple[int, int] = (0, 0),
    shown: int = 100,
    disposal: int = 0,
    blend: int = 0,
) -> bytes:
    """A frame control of an APNG; `shown` in milliseconds."""
    return png_chunk(b"fcTL", struct.pack(">5IHHBB", number, *size, *place, shown, 1000, disposal, blend))


def apng(
    frames: Sequence[Image.Image], *, hidden: Image.Image | None = None, shown: Sequence[int] = ()
) -> bytes:
    """An APNG of whole frames; `hidden` is a default image that is no frame of it."""
    size = frames[0].size
    parts = [header(*size), png_chunk(b"acTL", struct.pack(">II", len(frames), 0))]
    if hidden is not None:
        parts.append(png_chunk(b"IDAT", packed_rows(hidden)))
    number = 0
    for index, frame in enumerate(frames):
        parts.append(frame_control(number, size, shown=shown[index] if shown else 100))
        number += 1
        if index or hidden is not None:
            parts.append(png_chunk(b"fdAT", struct.pack(">I", number) + packed_rows(frame)))
            number += 1
        else:
            parts.append(png_chunk(b"IDAT", packed_rows(frame)))
    return b"".join([*parts, END])


def animated(kind: str, frames: Sequence[Image.Image], shown: Sequence[int] | int = 100) -> bytes:
    """An animation by Pillow; `shown` in milliseconds."""
    return saved(
        frames[0], kind, save_all=True, append_images=list(frames[1:]), duration=shown, lossless=True, loop=0
    )
