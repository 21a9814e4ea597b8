"""Pixels for the readers that need them, decoded at most once and never beyond the cap."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# By name: Pillow loads every plugin it has when it is asked for one that is not loaded.
from PIL import Image, PngImagePlugin, WebPImagePlugin

from provenance.errors import RecordError, TooMuchError
from provenance.image_file import ImageFile
from provenance.limits import MAX_WHOLE_PIXELS
from provenance.png import SIGNATURE, chunks

Array = NDArray[np.uint8]
_PLUGINS = (PngImagePlugin, WebPImagePlugin)
_CHANNELS = {2: 3, 6: 4}  # PNG colour types that are RGB and RGBA
_SLICE = 1 << 16
_BLOCK = 1 << 20  # bytes of rows inflated at a time; the first block is kept for the next reader


class Pixels:
    """The pixels of one image as stored: no orientation, no colour management, first frame."""

    def __init__(self, image: ImageFile, max_pixels: int) -> None:
        self._image = image
        self._max_pixels = max_pixels
        self._whole: Array | None = None
        self._fault: RecordError | None = None
        self._first_block = b""

    def whole(self) -> Array:
        """Decode all: uint8 (h, w, 3) or (h, w, 4). Errors: `RecordError` for any other picture."""
        if self._fault is not None:
            raise self._fault
        if self._whole is None:
            try:
                self._whole = self._decode(self._image.data, min(self._max_pixels, MAX_WHOLE_PIXELS))
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
            small = self._cut(columns, rows)
            if small is not None:
                return self._decode(small, self._max_pixels)
        return self.whole()[: rows or None, :columns]

    def _decode(self, data: bytes, limit: int) -> Array:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of size, where we have our own cap
                with Image.open(io.BytesIO(data), formats=("PNG", "WEBP")) as picture:
                    if picture.width * picture.height > limit:
                        raise TooMuchError(f"the picture has more than {limit:,} pixels")
                    if picture.mode not in {"RGB", "RGBA"}:
                        raise RecordError("the picture is not stored as RGB or RGBA")
                    return np.asarray(picture, dtype=np.uint8)
        except RecordError:
            raise
        except Exception:  # noqa: BLE001  # decoders raise what they like; none of it is ours to name
            raise RecordError("the pixels cannot be decoded") from None

    def _cut(self, columns: int, rows: int | None) -> bytes | None:
        """Cut a small PNG from the upper left of a larger one; None where its layout does not allow it."""
        image = self._image
        depth, colour, _, _, interlace = struct.unpack_from(">5B", image.data, len(SIGNATURE) + 16)
        if depth != 8 or colour not in _CHANNELS or interlace:
            return None
        if image.pixels > self._max_pixels:
            raise TooMuchError(f"the picture has more than {self._max_pixels:,} pixels")
        columns, rows = min(columns, image.width), min(rows or image.height, image.height)
        stride, width = 1 + image.width * _CHANNELS[colour], 1 + columns * _CHANNELS[colour]
        kept = bytearray()
        left = rows
        for block in self._blocks(rows * stride, max(1, _BLOCK // stride) * stride):
            whole_rows = min(len(block) // stride, left)
            area = np.frombuffer(block, np.uint8, whole_rows * stride).reshape(whole_rows, stride)
            kept += np.ascontiguousarray(area[:, :width]).tobytes()
            left -= whole_rows
        if left:
            raise RecordError("the pixels break off")
        header = struct.pack(">II5B", columns, rows, depth, colour, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(kept), 0)), (b"IEND", b"")]
        return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)

    def _blocks(self, need: int, size: int) -> Iterator[bytes]:
        """Inflate rows, in blocks of `size` bytes (whole rows), until there are `need` bytes."""
        if len(self._first_block) >= need:
            yield self._first_block[:need]
            return
        block = bytearray()
        machine = zlib.decompressobj()
        try:
            for piece in _pieces(self._image.data):
                pending = piece
                while pending and need > 0:
                    block += machine.decompress(pending, min(size, need) - len(block))
                    pending = machine.unconsumed_tail
                    if len(block) >= min(size, need):
                        need -= len(block)
                        self._first_block = self._first_block or bytes(block)
                        yield bytes(block)
                        block.clear()
                if need <= 0 or machine.eof:
                    return
        except zlib.error:
            raise RecordError("the pixels cannot be inflated") from None


def _pieces(data: bytes) -> Iterator[bytes]:
    for chunk in chunks(data):
        if chunk.kind == b"IDAT":
            for at in range(chunk.start, chunk.end, _SLICE):
                yield data[at : min(at + _SLICE, chunk.end)]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
