"""From a picture to what the network sees of it; one function for training, judging and serving."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]
Box = tuple[float, float, float, float]
CELL = 32  # px; the network's last map has a cell for each square of this side
LONGEST = 3  # sides; a longer picture is seen in so many squares, from one end to the other
_REACH = 8  # sides; of an extreme strip only the middle is scaled, so that it does not grow huge


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture as the network sees it: pixels (h, w, 3), both sides multiples of 32.

    `box` holds its left, top, right and lower edges, as shares of the picture's width and height.
    """

    rgb: Rgb
    box: Box


def make_views(rgb: Rgb, short: int) -> list[View]:
    """Scale a picture (h, w, 3) to a short side of `short` pixels, a multiple of 32, and see it whole.

    What is left over at both ends of the long side is less than a cell. A picture that is more than three
    times as long as it is wide is seen in three squares.
    """
    height, width = rgb.shape[:2]
    rows, columns = (_middle(side, math.ceil(_REACH * min(height, width))) for side in (height, width))
    scaled = _rescale(rgb[rows, columns], short)
    down, across = scaled.shape[:2]
    views = []
    for y, x, high, wide in _windows(down, across, short):
        left, right = (columns.start + edge / across * _length(columns) for edge in (x, x + wide))
        top, low = (rows.start + edge / down * _length(rows) for edge in (y, y + high))
        box = (left / width, top / height, right / width, low / height)
        views.append(View(scaled[y : y + high, x : x + wide], box))
    return views


def _windows(height: int, width: int, short: int) -> list[tuple[int, int, int, int]]:
    """Where views lie: their top and left edges, heights and widths."""
    if max(height, width) > LONGEST * short:
        free_y, free_x = height - short, width - short
        shares = [number / (LONGEST - 1) for number in range(LONGEST)]
        return [(round(share * free_y), round(share * free_x), short, short) for share in shares]
    high, wide = (side // CELL * CELL for side in (height, width))
    return [((height - high) // 2, (width - wide) // 2, high, wide)]


def _rescale(rgb: Rgb, short: int) -> Rgb:
    height, width = rgb.shape[:2]
    factor = short / min(height, width)
    size = (max(short, round(width * factor)), max(short, round(height * factor)))
    if size == (width, height):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def _middle(length: int, reach: int) -> slice:
    start = max(0, (length - reach) // 2)
    return slice(start, min(length, start + reach))


def _length(part: slice) -> int:
    return int(part.stop - part.start)
