"""Pixels for the readers that need them, decoded at most once and never beyond the cap."""

import io
import struct
import warnings
import zlib

import numpy as np
from numpy.typing import NDArray

# By name: Pillow loads every plugin it has when it is asked for one that is not loaded.
from PIL import Image, PngImagePlugin, WebPImagePlugin

from provenance.errors import RecordError, TooMuchError
from provenance.image_file import ImageFile
from provenance.png import SIGNATURE, chunks

Array = NDArray[np.uint8]
_PLUGINS = (PngImagePlugin, WebPImagePlugin)
_CHANNELS = {2: 3, 6: 4}  # PNG colour types that are RGB and RGBA
_SLICE = 1 << 16


class Pixels:
    """The pixels of one image as stored: no orientation, no colour management, first frame."""

    def __init__(self, image: ImageFile, max_pixels: int) -> None:
        self._image = image
        self._max_pixels = max_pixels
        self._whole: Array | None = None
        self._fault: RecordError | None = None

    def whole(self) -> Array:
        """Decode all: uint8 (h, w, 3) or (h, w, 4). Errors: `RecordError` for any other picture."""
        if self._fault is not None:
            raise self._fault
        if self._whole is None:
            try:
                self._whole = self._decode(self._image.data)
            except RecordError as error:
                self._fault = error
                raise
        return self._whole

    def left(self, columns: int, rows: int | None = None) -> Array:
        """Decode the leftmost columns of the upper rows (all rows where None), the rest left alone.

        In an ordinary PNG this costs the inflation of those rows only: no filter looks to the right
        or below, so a narrower, lower PNG can be cut from the filtered bytes and decoded by itself.
        Errors: `RecordError`.
        """
        if self._whole is None and self._image.format == "png":
            small = _cut_png(self._image, columns, rows)
            if small is not None:
                return self._decode(small)
        return self.whole()[: rows or None, :columns]

    def _decode(self, data: bytes) -> Array:
        if self._image.pixels > self._max_pixels:
            raise TooMuchError(f"the picture has more than {self._max_pixels:,} pixels")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of size, where we have our own cap
                with Image.open(io.BytesIO(data), formats=("PNG", "WEBP")) as picture:
                    if picture.width * picture.height > self._max_pixels:
                        raise TooMuchError(f"the picture has more than {self._max_pixels:,} pixels")
                    if picture.mode not in {"RGB", "RGBA"}:
                        raise RecordError("the picture is not stored as RGB or RGBA")
                    return np.asarray(picture, dtype=np.uint8)
        except RecordError:
            raise
        except Exception:  # noqa: BLE001  # decoders raise what they like; none of it is ours to name
            raise RecordError("the pixels cannot be decoded") from None


def _cut_png(image: ImageFile, columns: int, rows: int | None) -> bytes | None:
    """Cut a small PNG from the upper left of a larger one; None where its layout does not allow it."""
    depth, colour, _, _, interlace = struct.unpack_from(">5B", image.data, len(SIGNATURE) + 16)
    if depth != 8 or colour not in _CHANNELS or interlace:
        return None
    columns, rows = min(columns, image.width), min(rows or image.height, image.height)
    stride = 1 + image.width * _CHANNELS[colour]
    raw = _inflate_rows(image.data, rows * stride)
    if len(raw) < rows * stride:
        raise RecordError("the pixels break off")
    kept = np.frombuffer(raw, dtype=np.uint8)[: rows * stride].reshape(rows, stride)
    body = zlib.compress(np.ascontiguousarray(kept[:, : 1 + columns * _CHANNELS[colour]]).tobytes(), 0)
    header = struct.pack(">II5B", columns, rows, depth, colour, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", body), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _inflate_rows(data: bytes, need: int) -> bytes:
    machine = zlib.decompressobj()
    out = bytearray()
    try:
        for chunk in chunks(data):
            if chunk.kind != b"IDAT":
                continue
            for at in range(chunk.start, chunk.end, _SLICE):
                out += machine.decompress(data[at : min(at + _SLICE, chunk.end)], need - len(out))
                if len(out) >= need or machine.eof:
                    return bytes(out)
    except zlib.error:
        raise RecordError("the pixels cannot be inflated") from None
    return bytes(out)
