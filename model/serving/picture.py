"""Decoding untrusted bytes to a picture in memory, in the same way for training and serving."""

import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.pictures.opening import is_taken_apart, take_apart
from core.pictures.stored_frames import StoredFrame, StoredPicture
from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, render, say
from core.vocabulary import FailureCode
from model.serving.animation import MOST_DRAWN, choose_frames, draw_frames, fills_canvas, spread_over
from model.serving.flattening import SHORT_SIDE, flatten, make_plain
from model.serving.native import MOST, NativeLook, cell_of, is_lossless, look_natively
from model.serving.one_frame import decode_frame
from model.serving.parts.bmp_part import bmp_part
from model.serving.parts.found_rows import FewRowsError
from model.serving.turning import read_orientation, turn, turn_look

_AVIF = (b"ftypavif", b"ftypavis")
# The entry of an EXIF record in an AVIF's directory of items (ISO/IEC 14496-12, 8.11.6), of either version.
_EXIF_ITEM = re.compile(rb"(infe(?:\x02.{7}|\x03.{9}))Exif", re.DOTALL)
OTHER_FORMATS = ("AVIF", "BMP")  # whose decoders we give the whole file
MARGIN = 2  # a JPEG is decoded reduced, but to no less than this many times the size that is needed


@dataclass(frozen=True, slots=True)
class _Frames:
    """What a file shows: its kind and size, the images to look at, and what is said of them."""

    kind: str
    size: tuple[int, int]
    count: int
    images: Iterable[Image.Image]
    exif: bytes


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
    """Decode what a browser shows of a file: oriented, over white, short side at most 512.

    Of an animation, the one with the most detail of five frames. Where the file is cut short or damaged, the
    part that is there, if it has half of the rows. Texts, colour profiles and XMP are ignored, and so is what
    a decoder need not trust. More than `max_pixels` pixels (or than twice Pillow's own limit) are refused by
    the header, before any is decoded. `looks_native` asks for crops at the picture's own scale too, for which
    a JPEG has to be decoded whole.
    Errors: `PictureError`, and no other.
    """
    with _refusals(data):
        stored = take_apart(data)
        if stored is not None:
            return _decode(data, stored, max_pixels, looks_native=looks_native)
        with _open_other(data) as image:
            _check(*image.size, max_pixels)
            count = getattr(image, "n_frames", 1)
            native = _native_cell(data, str(image.format), image.size) if looks_native else None
            part = bmp_part(data, image, _load_bmp) if image.format == "BMP" else None
            frames = _other_frames(image, count) if part is None else [part.joined()]
            looks = [_look(one, native) for one in frames]
            exif = image.info.get("exif", b"")
            is_cut_short = part is not None and not part.is_whole
            return _picture(
                str(image.format), image.size, looks, exif, frames=count, is_cut_short=is_cut_short
            )


def _open_other(data: bytes) -> Image.Image:
    """Open a file of another format, without its EXIF: only the properties of an AVIF turn it."""
    return Image.open(io.BytesIO(_EXIF_ITEM.sub(rb"\1free", data)), formats=OTHER_FORMATS)


def _load_bmp(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=("BMP",))
    image.load()
    return image


def read_size(data: bytes) -> tuple[str, int, int]:
    """Read the name of a format, and width and height as stored, by the header. Errors: `PictureError`."""
    with _refusals(data):
        stored = take_apart(data)
        if stored is not None:
            return stored.kind, stored.width, stored.height
        with _open_other(data) as image:
            return str(image.format), *image.size


def decode_at_scale(data: bytes, *, max_pixels: int) -> Image.Image:
    """Decode the first frame at its own scale, neither turned nor laid over anything.

    A frame that is cut short counts as far as it goes. Errors: `PictureError`.
    """
    with _refusals(data):
        stored = take_apart(data)
        if stored is None:
            image = _open_other(data)
            _check(*image.size, max_pixels)
            image.load()
            return image
        frame = stored.frames[0]
        _check(frame.width, frame.height, max_pixels)
        return decode_frame(stored.kind, frame)[0]


def _decode(data: bytes, stored: StoredPicture, max_pixels: int, *, looks_native: bool) -> Picture:
    size = (stored.width, stored.height)
    _check(*size, max_pixels)
    native = _native_cell(data, stored.kind, size) if looks_native else None
    least = MARGIN * SHORT_SIDE if native is None else None
    is_cut_short = stored.ends_early

    def decode(frame: StoredFrame) -> Image.Image:
        nonlocal is_cut_short
        _check(frame.width, frame.height, max_pixels)
        image, is_whole = decode_frame(stored.kind, frame, least)
        is_cut_short |= not is_whole and frame is stored.frames[0]
        return image

    chosen = choose_frames(stored)
    if chosen == [0] and fills_canvas(stored, stored.frames[0]):
        images: Iterable[Image.Image] = (decode(stored.frames[0]),)
    else:
        images = draw_frames(stored, chosen, decode)
    looks = [_look(image, native) for image in images]
    frames = len(stored.frames)
    return _picture(stored.kind, size, looks, stored.exif, frames=frames, is_cut_short=is_cut_short)


def _other_frames(image: Image.Image, count: int) -> Iterator[Image.Image]:
    """The frames to look at of a file that Pillow walks through."""
    reach = min(count, max(1, MOST_DRAWN // (image.width * image.height)))
    for number in spread_over([1] * reach):
        image.seek(number)
        image.load()
        yield image.copy() if count > 1 else image  # the next one takes its place


def _native_cell(data: bytes, kind: str, size: tuple[int, int]) -> int | None:
    """Which cell the native look counts in; None where none is taken."""
    cell = cell_of(*size, lossless=is_lossless(data, kind))
    return cell if cell >= 0 and size[0] * size[1] <= MOST else None


def _look(image: Image.Image, cell: int | None) -> tuple[Image.Image, NativeLook | None]:
    plain = make_plain(image)
    native = None if cell is None else look_natively(plain, cell)
    return flatten(plain), native


def _picture(
    kind: str,
    size: tuple[int, int],
    looks: Sequence[tuple[Image.Image, NativeLook | None]],
    exif: bytes,
    *,
    frames: int,
    is_cut_short: bool = False,
) -> Picture:
    """The look with the most detail, turned: never one that is chosen by its score."""
    small, native = max(looks, key=lambda look: _detail(look[0])) if len(looks) > 1 else looks[0]
    orientation = read_orientation(exif) if exif else 1
    rgb = np.asarray(turn(small, orientation), dtype=np.uint8)
    rgb.flags.writeable = False
    width, height = size if orientation < 5 else size[::-1]
    native = None if native is None else turn_look(native, orientation)
    return Picture(rgb, width, height, kind.lower(), frames, is_cut_short, native)


def _detail(image: Image.Image) -> float:
    """The steps of lightness between neighbours, together."""
    grey = np.asarray(image.convert("L"), dtype=np.int16)
    return float(np.abs(np.diff(grey, axis=0)).sum() + np.abs(np.diff(grey, axis=1)).sum())


def _check(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        detail = say(FailureDetail.PIXELS_OVER_LIMIT, pixels=width * height, limit=max_pixels)
        raise PictureError(FailureCode.TOO_MANY_PIXELS, detail)


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
def _refusals(data: bytes) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except PictureError:
            raise
        except UnidentifiedImageError:
            is_known = is_taken_apart(data) or data[4:12] in _AVIF
            detail = FailureDetail.PICTURE_DAMAGED if is_known else FailureDetail.UNKNOWN_FORMAT
            raise _not_an_image(detail) from None
        except FewRowsError as error:
            few = say(FailureDetail.FEW_ROWS, rows=error.rows, height=error.height)
            raise PictureError(FailureCode.NOT_AN_IMAGE, few) from None
        except Image.DecompressionBombError:
            raise PictureError(FailureCode.TOO_MANY_PIXELS, say(FailureDetail.PIXELS_NOT_SAFE)) from None
        except MemoryError:
            raise PictureError(FailureCode.TOO_MANY_PIXELS, say(FailureDetail.MEMORY_NOT_ENOUGH)) from None
        except Exception as error:  # decoders raise what they like: struct.error, SyntaxError, ...
            raise _not_an_image(FailureDetail.PICTURE_DAMAGED) from error


def _not_an_image(detail: FailureDetail) -> PictureError:
    return PictureError(FailureCode.NOT_AN_IMAGE, say(detail))
