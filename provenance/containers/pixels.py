"""Pixels for the readers that need them, decoded at most once and never beyond the cap."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray

# Imported by name: Pillow loads every plugin it has when it is asked for one that is not loaded.
from PIL import Image, PngImagePlugin, WebPImagePlugin

from core.pictures.opening import take_apart
from core.sayings.fault_codes import RecordFault
from provenance.containers.image_file import ImageFile
from provenance.containers.png_rows import KEPT, PngRows
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.limits import MAX_WHOLE_PIXELS

Array = NDArray[np.uint8]
_PLUGINS = (PngImagePlugin, WebPImagePlugin)


class Pixels:
    """The pixels of one image as stored: no orientation, no colour management, first frame."""

    def __init__(self, image: ImageFile, max_pixels: int) -> None:
        self._image = image
        self._max_pixels = max_pixels
        self._rows = PngRows.of(image) if image.format == "png" else None
        self._whole: Array | None = None
        self._fault: RecordError | None = None

    def whole(self) -> Array:
        """Decode all: uint8 (h, w, 3) or (h, w, 4). Errors: `RecordError` for any other picture."""
        if self._fault is not None:
            raise self._fault
        if self._whole is None:
            try:
                self._whole = self._decode_all(min(self._max_pixels, MAX_WHOLE_PIXELS))
            except RecordError as error:
                self._fault = error
                raise
        return self._whole

    def left(self, columns: int, rows: int | None = None) -> Array:
        """Decode the leftmost columns of the upper rows (all rows where None), the rest left alone.

        In an ordinary PNG this costs the inflation of those rows only. Errors: `RecordError`.
        """
        if self._whole is not None or self._rows is None:
            return self.whole()[: rows or None, :columns]
        if self._image.pixels > self._max_pixels:
            raise TooMuchError(RecordFault.PICTURE_TOO_LARGE_TO_READ, limit=self._max_pixels)
        return self._decode(self._rows.cut(columns, rows or self._image.height), self._max_pixels)

    def _decode_all(self, limit: int) -> Array:
        if self._rows is None or self._rows.size > KEPT or self._image.pixels > limit:
            return self._decode(self._shown(), limit)
        # Inflated already, or faster than Pillow does it; it undoes the filters.
        return self._decode(self._rows.cut(self._image.width, self._image.height), limit)

    def _shown(self) -> bytes:
        """The first frame that a browser shows, as a file of its own."""
        stored = take_apart(self._image.data)
        if stored is None:
            raise RecordError(RecordFault.PIXELS_NOT_DECODED)
        return stored.frames[0].write()

    def _decode(self, data: bytes, limit: int) -> Array:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of size, where we have our own cap
                with Image.open(io.BytesIO(data), formats=("PNG", "WEBP")) as picture:
                    if picture.width * picture.height > limit:
                        raise TooMuchError(RecordFault.PICTURE_TOO_LARGE_TO_READ, limit=limit)
                    if picture.mode not in {"RGB", "RGBA"}:
                        raise RecordError(RecordFault.NOT_RGB)
                    return np.asarray(picture, dtype=np.uint8)
        except RecordError:
            raise
        except Exception:  # noqa: BLE001  # decoders raise what they like; none of it is ours to name
            raise RecordError(RecordFault.PIXELS_NOT_DECODED) from None


def rgb_bytes(pixels: Array) -> bytes:
    """The red, green and blue bytes row by row, of uint8 (h, w, 3) or (h, w, 4)."""
    if pixels.shape[2] == 3:
        return pixels.tobytes()
    # Three bytes of each four in one move: half the time of a slice of the last axis.
    first_three = np.dtype({"names": ["rgb"], "formats": ["V3"], "offsets": [0], "itemsize": 4})
    return np.ascontiguousarray(pixels).reshape(-1, 4).view(first_three)["rgb"].tobytes()
