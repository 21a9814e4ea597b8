"""The native look: four crops of a picture at its own scale, which scaling would hide."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.serving.views import Box

Rgb = NDArray[np.uint8]
SIDE = 256  # px
COUNT = 4
LEAST = 513  # px; of the short side: a smaller picture has most likely been scaled before
MOST = 24_000_000  # pixels; more would not be held at full size beside all else
_LARGE = 1024  # px, of the short side
_PLACES = 24  # tried at random; the same in every run
_SEED = 20
_BLANK = 2.0  # deviation of lightness, 0..255, below which a crop shows nothing
QUALITY = 90  # every crop is saved as JPEG, so that the file's own codec shows less


@dataclass(frozen=True, slots=True)
class NativeLook:
    """Crops (4, 256, 256, 3), and the place in `CELLS` that says how far to believe them.

    `boxes` are their left, top, right and lower edges, as shares of the picture's width and height.
    """

    crops: Rgb
    cell: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class CropPlace:
    """A crop's corner, and how busy the crop is."""

    x: int
    y: int
    busy: float


def cell_of(width: int, height: int, *, lossless: bool) -> int:
    """A picture's index in `CELLS`, by its size and compression; -1 if it is too small to look at."""
    short = min(width, height)
    return -1 if short < LEAST else 2 * lossless + (short >= _LARGE)


def is_lossless(data: bytes, kind: str) -> bool:
    """True if a file of this format keeps every pixel; `kind` is Pillow's name for it."""
    if kind == "WEBP":
        return _webp_is_lossless(data)
    return kind in ("PNG", "GIF", "BMP")


def _webp_is_lossless(data: bytes) -> bool:
    """Look for the chunk of lossless pixels (RFC 9649, section 2) among the first level's."""
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if name in (b"VP8L", b"VP8 "):
            return name == b"VP8L"
        if name == b"ANMF":
            return data[place + 24 : place + 28] == b"VP8L"
        place += 8 + size + size % 2
    return False


def native_crops(image: Image.Image, quality: int = QUALITY) -> Rgb | None:
    """Cut crops (4, 256, 256, 3) from an image at its own scale; None where its short side is below 256."""
    places = choose_places(image)
    return cut_crops(image, places, quality) if places else None


def look_natively(image: Image.Image, cell: int) -> NativeLook | None:
    """Take the native look at an image; None where its short side is below 256."""
    places = choose_places(image)
    if not places:
        return None
    boxes = tuple(
        (
            place.x / image.width,
            place.y / image.height,
            (place.x + SIDE) / image.width,
            (place.y + SIDE) / image.height,
        )
        for place in places
    )
    return NativeLook(cut_crops(image, places), cell, boxes)


def choose_places(image: Image.Image) -> list[CropPlace]:
    """Choose where crops are cut; nowhere in an image whose short side is below 256.

    24 places are tried. The crops are spread from the flattest to the busiest of them, apart from one
    another where the picture has room, and blank ones are taken only if nothing else is there.
    """
    if min(image.size) < SIDE:
        return []
    rng = np.random.default_rng(_SEED)
    shares = rng.random((_PLACES, 2))
    places, seen = [], set()
    for x, y in (shares * (image.width - SIDE + 1, image.height - SIDE + 1)).astype(int).tolist():
        if (x, y) not in seen:
            seen.add((x, y))
            places.append(CropPlace(x, y, _busy(_cut(image, x, y))))
    chosen = _spread(places)
    return [chosen[number % len(chosen)] for number in range(COUNT)]


def cut_crops(image: Image.Image, places: Sequence[CropPlace], quality: int = QUALITY) -> Rgb:
    """Cut crops (n, 256, 256, 3), each saved as JPEG."""
    return np.stack([_saved(_cut(image, place.x, place.y), quality) for place in places])


def _cut(image: Image.Image, x: int, y: int) -> Image.Image:
    part = image.crop((x, y, x + SIDE, y + SIDE))
    if part.has_transparency_data:
        part = part.convert("RGBA")
        part = Image.alpha_composite(Image.new("RGBA", part.size, (255, 255, 255, 255)), part)
    return part.convert("RGB")


def _busy(part: Image.Image) -> float:
    """Measure the mean step of lightness between neighbours, -1 where there is nothing to see."""
    grey = np.asarray(part.convert("L"), dtype=np.int16)
    if grey.std() < _BLANK:
        return -1.0
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def _spread(places: list[CropPlace]) -> list[CropPlace]:
    """Choose crops evenly from the flattest to the busiest, far from those chosen before if possible."""
    seen = sorted((place for place in places if place.busy >= 0), key=lambda place: place.busy)
    ranked = seen or places
    chosen: list[CropPlace] = []
    for number in range(min(COUNT, len(ranked))):
        aim = round(number * (len(ranked) - 1) / (COUNT - 1))
        order = sorted(range(len(ranked)), key=lambda rank: (abs(rank - aim), rank))
        free = [ranked[rank] for rank in order if ranked[rank] not in chosen]
        apart = (place for place in free if all(_apart(place, other) for other in chosen))
        chosen.append(next(apart, free[0]))
    return chosen


def _apart(one: CropPlace, other: CropPlace) -> bool:
    """True if two crops share less than a quarter of their area."""
    width, height = (max(0, SIDE - abs(gap)) for gap in (one.x - other.x, one.y - other.y))
    return width * height < SIDE * SIDE / 4


def _saved(part: Image.Image, quality: int) -> Rgb:
    out = io.BytesIO()
    part.save(out, "JPEG", quality=quality)
    with Image.open(out) as again:
        return np.asarray(again.convert("RGB"))
