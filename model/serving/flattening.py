"""Making a decoded image plain: RGB, over white, no larger than the classifier needs."""

import math

import numpy as np
from PIL import Image

SHORT_SIDE = 512
# A strip of one by fifty million pixels is cut to its middle: views never look further.
LONG_SIDE = 4096


def make_plain(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB, or to RGBA where something is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep_grey(image)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    # What is of that mode already would be copied, at full size.
    return image if image.mode == mode else image.convert(mode)


def flatten(image: Image.Image) -> Image.Image:
    """Scale a plain image down, its short side to 512 at most, and lay it over white: RGB."""
    return _over_white(_shrink(image))


def _from_deep_grey(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    if image.mode == "F":
        grey = np.clip(values, 0, 255).astype(np.uint8)
    else:
        grey = (np.clip(values, 0, 65535).astype(np.uint32) >> 8).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _shrink(image: Image.Image) -> Image.Image:
    """Cut an extreme strip to its middle and scale the short side down to 512, never up."""
    width, height = image.size
    scale = min(1.0, SHORT_SIDE / min(width, height))
    reach = LONG_SIDE / scale
    left, top = max(0.0, (width - reach) / 2), max(0.0, (height - reach) / 2)
    box = (math.floor(left), math.floor(top), math.ceil(width - left), math.ceil(height - top))
    size = tuple(max(1, min(LONG_SIDE, round((box[i + 2] - box[i]) * scale))) for i in (0, 1))
    if size == image.size:
        return image
    if scale == 1.0:
        return image.crop((*box[:2], box[0] + size[0], box[1] + size[1]))
    return image.resize((size[0], size[1]), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
