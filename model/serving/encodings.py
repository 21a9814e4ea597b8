"""Common re-encodings: what the web does to a picture, scaled down and saved again."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Encoding:
    """Save as `kind` at `quality`, after scaling the long side down to at most `long` pixels."""

    name: str
    kind: str
    quality: int
    long: int | None = None


# Five ordinary ways: a site's own copy, two thumbnails, a messenger, a screenshot tool. The harshest
# come first: the first of them that moves a picture across a line ends the second look.
ORDINARY = (
    Encoding("webp 50, 640 px", "WEBP", 50, 640),
    Encoding("jpeg 40, 512 px", "JPEG", 40, 512),
    Encoding("jpeg 60, 768 px", "JPEG", 60, 768),
    Encoding("webp 75", "WEBP", 75),
    Encoding("jpeg 85", "JPEG", 85),
)


def encode_again(rgb: Rgb, encoding: Encoding) -> Rgb:
    """The pixels (h, w, 3) after an encoding."""
    image = Image.fromarray(rgb)
    if encoding.long is not None and max(image.size) > encoding.long:
        factor = encoding.long / max(image.size)
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, encoding.kind, quality=encoding.quality)
    with Image.open(out) as saved:
        return np.asarray(saved.convert("RGB"))
