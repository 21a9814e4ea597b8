"""Pictures that the tests draw themselves."""

import io
from typing import Any

import numpy as np
from PIL import Image

LIMIT = 50_000_000


def gradient(width: int, height: int) -> Image.Image:
    """Draw red to the right, green downwards, with some texture."""
    x = np.linspace(0, 255, width)[None, :].repeat(height, axis=0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, axis=1)
    noise = np.random.default_rng(0).normal(128, 30, (height, width))
    rgb = np.stack([x, y, noise], axis=-1).clip(0, 255).astype(np.uint8)
    return Image.fromarray(rgb)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
