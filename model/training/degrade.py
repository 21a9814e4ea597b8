"""Degraded copies of a picture, as on the web: cropped, smaller, softer, saved again. For training and
evaluation.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Rgb = NDArray[np.uint8]
_FILTERS = (
    Image.Resampling.LANCZOS,
    Image.Resampling.BICUBIC,
    Image.Resampling.BILINEAR,
    Image.Resampling.BOX,
    Image.Resampling.HAMMING,
)


def degrade(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Pixels (h, w, 3) after random changes: cut, scale 0.45-1, blur, JPEG or WebP of quality 30-89.

    Sizes, codecs and qualities come from the same wide ranges whatever the label, so that none of
    them can tell the classes apart.
    """
    image = Image.fromarray(rgb)
    if rng.random() < 0.3:
        image = image.crop(_part(image.width, image.height, rng))
    if rng.random() < 0.8:
        factor = rng.uniform(0.45, 1.0)
        size = (max(64, round(image.width * factor)), max(64, round(image.height * factor)))
        image = image.resize(size, _FILTERS[int(rng.integers(5))])
    if rng.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0)))
    out = io.BytesIO()
    if rng.random() < 0.65:
        image.save(out, "JPEG", quality=int(rng.integers(30, 90)), subsampling=int(rng.choice([0, 2, 2])))
    else:
        image.save(out, "WEBP", quality=int(rng.integers(30, 90)), method=2)
    with Image.open(out) as saved:
        return np.asarray(saved.convert("RGB"))


def _part(width: int, height: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Choose a part of 0.6-1 of each side, or the square that an avatar is cut to."""
    if rng.random() < 0.4:
        wide = high = min(width, height)
    else:
        wide, high = (max(1, round(side * rng.uniform(0.6, 1.0))) for side in (width, height))
    left, top = int(rng.integers(width - wide + 1)), int(rng.integers(height - high + 1))
    return left, top, left + wide, top + high
