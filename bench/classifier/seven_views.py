"""Seven square crops of a picture, as a reader of the paper would take them to see it whole and near."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]
SIDE = 256  # px
_NEAR = 352  # px; of the short side


def seven_views(rgb: Rgb) -> Rgb:
    """Cut a picture (h, w, 3) into views (7, 256, 256, 3): three along its long side, four nearer."""
    whole, near = _scaled(rgb, SIDE), _scaled(rgb, _NEAR)
    corners = [(y, x) for y in (0.0, 1.0) for x in (0.0, 1.0)]
    views = [_cut(whole, share, share) for share in (0.0, 0.5, 1.0)]
    return np.stack([*views, *(_cut(near, y, x) for y, x in corners)])


def _scaled(rgb: Rgb, short: int) -> Rgb:
    height, width = rgb.shape[:2]
    factor = short / min(height, width)
    size = (max(short, round(width * factor)), max(short, round(height * factor)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def _cut(rgb: Rgb, down: float, across: float) -> Rgb:
    """Cut a square at these shares of the free way."""
    y, x = round(down * (rgb.shape[0] - SIDE)), round(across * (rgb.shape[1] - SIDE))
    return rgb[y : y + SIDE, x : x + SIDE]
