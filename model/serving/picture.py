"""Decoding untrusted bytes to a picture in memory, in the same way for training and serving."""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Imported by name: Pillow loads every plugin it has when it is asked for one that is not loaded.
from PIL import AvifImagePlugin, Image, UnidentifiedImageError, WebPImagePlugin

from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, render, say
from core.vocabulary import FailureCode
from model.serving.native import MOST, Box, NativeLook, cell_of, is_lossless, look_natively

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP")
SHORT_SIDE = 512
# A strip of one by fifty million pixels is cut to its middle: views never look further.
LONG_SIDE = 4096
MARGIN = 2  # a JPEG is decoded reduced, but to no less than this many times the size that is needed
_ORIENTATION = 0x0112  # EXIF 2.3, table 4
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PLUGINS = (AvifImagePlugin, WebPImagePlugin)


class PictureError(Exception):
    """Bytes are no picture that we open; `code` is NOT_AN_IMAGE or TOO_MANY_PIXELS."""

    def __init__(self, code: FailureCode, detail: Saying) -> None:
        super().__init__(render(detail))
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image.

    `rgb` is uint8 (h, w, 3) with its short side at most 512 and its long side at most 4096;
    `width` and `height` are those of the original after its orientation is applied; `format` is
    one of jpeg, png, webp, gif, avif, bmp. `frames`: how many frames the file shows; `rgb` is one of them.
    `is_cut_short`: the file ends early, and `rgb` is the part that is there.
    `native` holds crops at the original's own scale, where they were asked for and the picture is large
    enough to have some, and small enough to be held whole.
    """

    rgb: NDArray[np.uint8]
    width: int
    height: int
    format: str
    frames: int = 1
    is_cut_short: bool = False
    native: NativeLook | None = None

    @property
    def is_animated(self) -> bool:
        """True if a browser would show it move."""
        return self.frames > 1

    @property
    def short_side(self) -> int:
        """The pixels along the short side of what was examined."""
        return min(self.width, self.height, len(self.rgb), len(self.rgb[0]))


def decode_picture(data: bytes, *, max_pixels: int, looks_native: bool = False) -> Picture:
    """Decode an image: oriented, over white, first frame, short side at most 512.

    The header is believed for refusing only: more than `max_pixels` pixels (or than twice Pillow's
    own limit) are refused before any is decoded. Colour profiles are ignored. `looks_native` asks for crops
    at the picture's own scale too, for which a JPEG has to be decoded whole.
    Errors: `PictureError`, and no other.
    """
    with _refusals():
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise _too_many(image.width * image.height, max_pixels)
            kind = "jpeg" if image.format == "MPO" else str(image.format).lower()
            size = image.size
            cell = cell_of(*size, lossless=is_lossless(data, str(image.format)))
            looks_native = looks_native and cell >= 0 and image.width * image.height <= MOST
            if kind == "jpeg" and not looks_native:
                _decode_reduced(image)
            image.load()
            orientation = _orientation(image)
            plain = _plain(image)
            native = look_natively(plain, cell) if looks_native else None
            small = _over_white(_shrink(plain))
            frames = getattr(image, "n_frames", 1) if kind != "jpeg" and _is_animated(image) else 1
        if orientation in _TRANSPOSE:
            small = small.transpose(_TRANSPOSE[orientation])
        width, height = size if orientation < 5 else size[::-1]
        rgb = np.asarray(small, dtype=np.uint8)
        rgb.flags.writeable = False
        native = None if native is None else _turned(native, orientation)
        return Picture(rgb, width, height, kind, frames=frames, native=native)


def _turned(look: NativeLook, orientation: int) -> NativeLook:
    """Turn crops as the picture is turned, and their boxes with them."""
    if orientation not in _TRANSPOSE:
        return look
    crops = [np.asarray(Image.fromarray(one).transpose(_TRANSPOSE[orientation])) for one in look.crops]
    return NativeLook(np.stack(crops), look.cell, tuple(_turn_box(box, orientation) for box in look.boxes))


def _turn_box(box: Box, orientation: int) -> Box:
    left, top, right, low = box
    if orientation >= 5:  # mirrored along the diagonal, and then as 1 to 4 in another order
        left, top, right, low = top, left, low, right
        orientation = {5: 1, 6: 2, 7: 3, 8: 4}[orientation]
    if orientation in (2, 3):
        left, right = 1 - right, 1 - left
    if orientation in (3, 4):
        top, low = 1 - low, 1 - top
    return left, top, right, low


def thumbnail(picture: Picture, side: int = 384) -> bytes:
    """Make a small JPEG for lists, its long side at most `side` pixels.

    WebP would be a quarter smaller and take more than twice the time, for each picture that comes.
    """
    image = Image.fromarray(picture.rgb)
    image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=1.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


@contextmanager
def _refusals() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except PictureError:
            raise
        except UnidentifiedImageError:
            raise _not_an_image(FailureDetail.UNKNOWN_FORMAT) from None
        except Image.DecompressionBombError:
            raise PictureError(FailureCode.TOO_MANY_PIXELS, say(FailureDetail.PIXELS_NOT_SAFE)) from None
        except MemoryError:
            raise PictureError(FailureCode.TOO_MANY_PIXELS, say(FailureDetail.MEMORY_NOT_ENOUGH)) from None
        except Exception as error:  # decoders raise what they like: struct.error, SyntaxError, ...
            raise _not_an_image(FailureDetail.PICTURE_DAMAGED) from error


def _not_an_image(detail: FailureDetail) -> PictureError:
    return PictureError(FailureCode.NOT_AN_IMAGE, say(detail))


def _too_many(pixels: int, limit: int) -> PictureError:
    detail = say(FailureDetail.PIXELS_OVER_LIMIT, pixels=pixels, limit=limit)
    return PictureError(FailureCode.TOO_MANY_PIXELS, detail)


def _decode_reduced(image: Image.Image) -> None:
    """Let libjpeg leave out coefficients that shrinking would throw away."""
    need = MARGIN * SHORT_SIDE / min(image.size)
    if need < 1:
        image.draft(None, (math.ceil(image.width * need), math.ceil(image.height * need)))


def _orientation(image: Image.Image) -> int:
    """Read the EXIF orientation, 1..8. A broken record counts as none: the pixels are whole."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  # a broken record raises struct.error, SyntaxError, ValueError, ...
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _is_animated(image: Image.Image) -> bool:
    """True if a browser would show it move; a second frame that is damaged counts as one."""
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001  # looking for it raises struct.error, SyntaxError, ValueError, ...
        return True


def _plain(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB, or to RGBA where something is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep_grey(image)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    # What is of that mode already would be copied, at full size.
    return image if image.mode == mode else image.convert(mode)


def _from_deep_grey(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    if image.mode == "F":
        grey = np.clip(values, 0, 255).astype(np.uint8)
    else:
        grey = (np.clip(values, 0, 65535).astype(np.uint32) >> 8).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _shrink(image: Image.Image) -> Image.Image:
    """Cut an extreme strip to its middle and scale the short side down to 512, never up."""
    width, height = image.size
    scale = min(1.0, SHORT_SIDE / min(width, height))
    reach = LONG_SIDE / scale
    left, top = max(0.0, (width - reach) / 2), max(0.0, (height - reach) / 2)
    box = (math.floor(left), math.floor(top), math.ceil(width - left), math.ceil(height - top))
    size = tuple(max(1, min(LONG_SIDE, round((box[i + 2] - box[i]) * scale))) for i in (0, 1))
    if size == image.size:
        return image
    if scale == 1.0:
        return image.crop((*box[:2], box[0] + size[0], box[1] + size[1]))
    return image.resize((size[0], size[1]), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
