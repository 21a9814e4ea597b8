"""Decoding one frame of a picture file; what is there of it, where its data break off."""

import io
import math
from collections.abc import Callable, Mapping
from functools import partial

# Imported by name: Pillow loads every plugin it has when it is asked for one that is not loaded.
from PIL import AvifImagePlugin, Image, WebPImagePlugin

from core.pictures.stored_frames import StoredFrame
from model.serving.parts.found_rows import FewRowsError, FoundRows, Load
from model.serving.parts.gif_part import gif_part
from model.serving.parts.jpeg_part import jpeg_part, seems_whole
from model.serving.parts.png_part import has_all_rows, png_part
from model.serving.parts.webp_part import webp_part

_PARTS: Mapping[str, Callable[[bytes, Load], FoundRows]] = {
    "PNG": png_part,
    "JPEG": jpeg_part,
    "WEBP": webp_part,
    "GIF": gif_part,
}
_PLUGINS = (AvifImagePlugin, WebPImagePlugin)
_DISTINCT = (FewRowsError, Image.DecompressionBombError, MemoryError)


def decode_frame(kind: str, frame: StoredFrame, least: int | None = None) -> tuple[Image.Image, bool]:
    """Decode a frame, or the part that is there; and whether it is whole.

    A JPEG is decoded reduced, to a short side of no less than `least` pixels, where that is given.
    Errors: `FewRowsError`, and what the decoders raise.
    """
    data = frame.write()
    load = partial(_load, kind, (frame.width, frame.height), least)
    if frame.is_whole:
        try:
            image = load(data)
        except _DISTINCT:
            raise
        except Exception:  # noqa: BLE001, S110  # decoders raise what they like
            pass
        else:
            if _seems_whole(kind, image, data):
                return image, True
    found = _PARTS[kind](data, load)
    return found.joined(), found.is_whole


def _load(kind: str, size: tuple[int, int], least: int | None, data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=(kind,))
    if image.width > size[0] or image.height > size[1]:
        raise OSError  # the decoder sees more than was asked about
    if kind == "JPEG" and least is not None and (need := least / min(image.size)) < 1:
        # Let libjpeg leave out coefficients that shrinking would throw away.
        image.draft(None, (math.ceil(image.width * need), math.ceil(image.height * need)))
    image.load()
    return image


def _seems_whole(kind: str, image: Image.Image, data: bytes) -> bool:
    """False where the pixels may end early without a fault, for which decoders leave rows blank."""
    if kind == "JPEG":
        return seems_whole(image, data)
    return kind != "PNG" or not _is_blank_below(image) or has_all_rows(data)


def _is_blank_below(image: Image.Image) -> bool:
    return image.crop((0, image.height - 1, *image.size)).getbbox(alpha_only=False) is None
