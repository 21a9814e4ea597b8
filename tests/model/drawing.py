"""Pictures that the tests draw themselves."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LIMIT = 50_000_000


def gradient(width: int, height: int) -> Image.Image:
    """Draw red to the right, green downwards, with some texture."""
    return Image.fromarray(_gradient(width, height))


@lru_cache(maxsize=16)
def _gradient(width: int, height: int) -> NDArray[np.uint8]:
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[..., 0] = np.linspace(0, 255, width)
    rgb[..., 1] = np.linspace(0, 255, height)[:, None]
    rgb[..., 2] = np.random.default_rng(0).normal(128, 30, (height, width)).clip(0, 255)
    return rgb


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
