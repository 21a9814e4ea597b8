"""A picture as the web hands it on: smaller, softer, saved anew. For training and for its judgement."""

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
    """Give pixels (h, w, 3) after a random trip: scale 0.45-1, blur, JPEG or WebP of quality 30-89.

    Sizes, codecs and qualities come from the same wide ranges whatever the label, so that none of
    them can tell the classes apart.
    """
    image = Image.fromarray(rgb)
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
