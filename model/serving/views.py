"""From a picture to the views that the network sees; one function for training, judging and serving."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """A number of square crops at one scale.

    `short` is the short side in pixels to which the picture is scaled first; None keeps the pixels
    as they are (enlarged only where a view would not fit in).
    """

    short: int | None
    crops: int


@dataclass(frozen=True, slots=True)
class ViewPlan:
    """Which views are taken: `size` is their side in pixels."""

    size: int
    scales: tuple[Scale, ...]

    @property
    def count(self) -> int:
        """Count the views of a picture."""
        return sum(scale.crops for scale in self.scales)


def make_views(rgb: Rgb, plan: ViewPlan) -> Rgb:
    """Cut a picture (h, w, 3) into its views (n, size, size, 3)."""
    views = []
    for scale in plan.scales:
        scaled = rescale(rgb, scale.short, plan.size)
        views.extend(_crops(scaled, plan.size, scale.crops))
    return np.stack(views)


def view_boxes(height: int, width: int, plan: ViewPlan) -> list[Box]:
    """Where the views of a picture lie: left, top, right and lower edges, as shares of width and height."""
    boxes = []
    for scale in plan.scales:
        rows, columns, (across, down) = _rescaled(height, width, scale.short, plan.size)
        for y, x in _corners(down, across, plan.size, scale.crops):
            left, right = (columns.start + edge / across * _length(columns) for edge in (x, x + plan.size))
            top, low = (rows.start + edge / down * _length(rows) for edge in (y, y + plan.size))
            boxes.append((left / width, top / height, right / width, low / height))
    return boxes


def rescale(rgb: Rgb, short: int | None, least: int) -> Rgb:
    """Scale the short side to `short` pixels, or to `least` if that is more; keep what fits as it is."""
    rows, columns, size = _rescaled(rgb.shape[0], rgb.shape[1], short, least)
    if size == (rgb.shape[1], rgb.shape[0]):
        return rgb
    part = rgb[rows, columns]
    return np.asarray(Image.fromarray(part).resize(size, Image.Resampling.LANCZOS))


def _rescaled(height: int, width: int, short: int | None, least: int) -> tuple[slice, slice, tuple[int, int]]:
    """The rows and columns that are scaled, and the width and height to which."""
    now = min(height, width)
    target = max(least, now if short is None else short)
    if target == now:
        return slice(0, height), slice(0, width), (width, height)
    factor = target / now
    # An extreme strip would grow huge; views are square, so a part eight sides long is plenty.
    reach = math.ceil(8 * now)
    rows, columns = _middle(height, reach), _middle(width, reach)
    size = (max(target, round(_length(columns) * factor)), max(target, round(_length(rows) * factor)))
    return rows, columns, size


def _middle(length: int, reach: int) -> slice:
    start = max(0, (length - reach) // 2)
    return slice(start, min(length, start + reach))


def _length(part: slice) -> int:
    return int(part.stop - part.start)


def _crops(rgb: Rgb, size: int, count: int) -> list[Rgb]:
    corners = _corners(rgb.shape[0], rgb.shape[1], size, count)
    return [rgb[y : y + size, x : x + size] for y, x in corners]


def _corners(height: int, width: int, size: int, count: int) -> list[tuple[int, int]]:
    free_y, free_x = height - size, width - size
    return [(round(y * free_y), round(x * free_x)) for y, x in _places(count, upright=free_y >= free_x)]


def _places(count: int, *, upright: bool) -> list[tuple[float, float]]:
    """Spread crops over the picture: (y, x) as shares of the free way, 0..1."""
    if count == 1:
        return [(0.5, 0.5)]
    if count in (2, 3):
        steps = [i / (count - 1) for i in range(count)]
        return [(s, 0.5) if upright else (0.5, s) for s in steps]
    corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    if count == 4:
        return corners
    if count == 5:
        return [*corners, (0.5, 0.5)]
    columns = math.ceil(count / 2)
    grid = [(y, i / (columns - 1)) for y in (0.0, 1.0) for i in range(columns)][:count]
    return [(x, y) if upright else (y, x) for y, x in grid]
