"""Stealth metadata: text in the lowest bits of the pixels, which survives where chunks are stripped.

Four modes (the A1111 extension `sd_webui_stealth_pnginfo`; NovelAI uses the second): the bits of
alpha, or of red, green and blue, column by column, most significant first: a magic word, a length
in bits (32, big-endian), and the text, plain or gzipped.
"""

from dataclasses import dataclass

import numpy as np

from core.sayings.codes import Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import render, say
from provenance.containers.image_file import Broken, ImageFile
from provenance.containers.pixels import Array, Pixels
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.fields import Field
from provenance.shared.inflate import inflate_gzip
from provenance.shared.limits import MAX_STEALTH_BYTES, MAX_STEALTH_TEXT

MAGIC_BYTES = 15
_HEAD_BITS = 8 * MAGIC_BYTES + 32
_STEM = b"stealth_"  # what all magic words begin with
PLACES = {"alpha": Place.HIDDEN_IN_ALPHA, "rgb": Place.HIDDEN_IN_COLOURS}
HIDDEN = frozenset(PLACES.values())


@dataclass(frozen=True, slots=True)
class Mode:
    """One of the four modes: its magic word, the channels that carry it, and whether it is gzipped."""

    magic: bytes
    channels: str
    gzipped: bool


MODES = (
    Mode(b"stealth_pnginfo", "alpha", gzipped=False),
    Mode(b"stealth_pngcomp", "alpha", gzipped=True),
    Mode(b"stealth_rgbinfo", "rgb", gzipped=False),
    Mode(b"stealth_rgbcomp", "rgb", gzipped=True),
)


@dataclass(frozen=True, slots=True)
class Stealth:
    """What the pixels hold: texts found, and messages that are there but cannot be read."""

    fields: tuple[Field, ...] = ()
    broken: tuple[Broken, ...] = ()
    saw: tuple[str, ...] = ()


def read_stealth(image: ImageFile, pixels: Pixels) -> Stealth:
    """Look for all four modes in a PNG or a lossless WebP.

    Only so many rows are decoded as the start of a magic word takes; what a message fills, once its
    magic word stands there.
    """
    if not image.lossless or image.format not in {"png", "webp"}:
        return Stealth(saw=("Not a lossless PNG or WebP, so no text can be hidden in the lowest bits.",))
    if image.pixels * 4 < _HEAD_BITS:
        return Stealth(saw=("Too few pixels for hidden text.",))
    fields: list[Field] = []
    broken: list[Broken] = []
    saw: list[str] = []
    try:
        corner = pixels.left(*_reach(image, 8 * len(_STEM)))
        if any(_starts(corner, channels, _STEM) for channels in PLACES):
            corner = pixels.left(*_reach(image, _HEAD_BITS))
    except RecordError as error:
        return Stealth(saw=(f"The pixels could not be read: {error}.",))
    for channels, place in PLACES.items():
        text = render(say(place))
        mode = next((m for m in MODES if m.channels == channels and _starts(corner, channels, m.magic)), None)
        if mode is None:
            saw.append(f"No {text}.")
            continue
        saw.append(f"Magic word {mode.magic.decode()} found: {text}.")
        try:
            fields.append(Field(place, "stealth", _message(image, pixels, mode, corner)))
        except RecordError as error:
            broken.append(Broken(place, "stealth", error.fault))
    return Stealth(tuple(fields), tuple(broken), tuple(saw))


def _reach(image: ImageFile, pixels: int) -> tuple[int, int]:
    """The columns and rows that so many pixels fill, column by column."""
    columns = min(image.width, -(-pixels // image.height))
    return columns, image.height if columns > 1 else min(image.height, pixels)


def _bits(area: Array, channels: str) -> Array:
    """The lowest bits of an area (h, w, c), column by column; none without such channels."""
    if channels == "alpha":
        return np.ravel(area[:, :, 3:4].T) & np.uint8(1)
    return np.ravel(area[:, :, :3].transpose(1, 0, 2)) & np.uint8(1)


def _starts(corner: Array, channels: str, word: bytes) -> bool:
    bits = _bits(corner, channels)
    return np.packbits(bits[: 8 * len(word)]).tobytes() == word


def _message(image: ImageFile, pixels: Pixels, mode: Mode, corner: Array) -> str:
    head = _bits(corner, mode.channels)
    length = int.from_bytes(np.packbits(head[8 * MAGIC_BYTES : _HEAD_BITS]).tobytes(), "big")
    per_pixel = 1 if mode.channels == "alpha" else 3
    if length > 8 * MAX_STEALTH_BYTES:
        raise TooMuchError(RecordFault.HIDDEN_TEXT_TOO_LONG, limit=MAX_STEALTH_BYTES)
    if length < 8 or _HEAD_BITS + length > image.pixels * per_pixel:
        raise RecordError(RecordFault.HIDDEN_TEXT_IMPOSSIBLE)
    bits = _bits(pixels.left(*_reach(image, -(-(_HEAD_BITS + length) // per_pixel))), mode.channels)
    body = np.packbits(bits[_HEAD_BITS : _HEAD_BITS + length - length % 8]).tobytes()
    if mode.gzipped:
        body = inflate_gzip(body, MAX_STEALTH_TEXT)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise RecordError(RecordFault.HIDDEN_TEXT_NOT_UTF8) from None
