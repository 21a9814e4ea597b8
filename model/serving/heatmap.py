"""Heat maps: the network's activation laid over the picture."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model.serving.views import Box

Rgb = NDArray[np.uint8]
Frame = tuple[Box, float]  # where it lies, and its logit
Patch = tuple[Box, NDArray[np.float64]]  # where it lies, and its activation (h, w) in logits
# Cold to hot: no tint where nothing speaks for generation, then yellow, then red.
_STOPS = np.array([0.0, 0.5, 1.0])
_COLOURS = np.array([[255, 235, 120], [255, 150, 0], [214, 20, 20]], dtype=np.float64)
_DEPTH = 0.65  # opacity of the hottest place
_FULL = 12.0  # the activation, in logits, that is painted hottest: fixed, so that two maps compare


def paint(rgb: Rgb, seen: Sequence[Patch], long: int, frames: Sequence[Frame] = ()) -> bytes:
    """A PNG of the picture, its long side at most `long`, grey, tinted by activations of its parts."""
    base = Image.fromarray(rgb)
    base.thumbnail((long, long), Image.Resampling.LANCZOS)
    strength = np.clip(_lay_out(seen, base.width, base.height) / _FULL, 0, 1)
    tint = np.stack([np.interp(strength, _STOPS, _COLOURS[:, c]) for c in range(3)], axis=-1)
    grey = np.asarray(base.convert("L").convert("RGB"), dtype=np.float64)
    opacity = (_DEPTH * np.sqrt(strength))[..., None]
    mixed = (grey * (1 - opacity) + tint * opacity).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    heated = Image.fromarray(mixed)
    _draw_frames(heated, frames)
    heated.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_frames(heated: Image.Image, frames: Sequence[Frame]) -> None:
    """Outline places; their colour is that of heat, white where they say nothing for generation."""
    draw = ImageDraw.Draw(heated)
    for (left, top, right, low), logit in frames:
        strength = min(1.0, logit / _FULL)
        colour = (
            tuple(int(np.interp(strength, _STOPS, _COLOURS[:, c])) for c in range(3))
            if logit > 0
            else (255, 255, 255)
        )
        box = (left * heated.width, top * heated.height, right * heated.width - 1, low * heated.height - 1)
        draw.rectangle(box, outline=colour, width=2)


def _lay_out(seen: Sequence[Patch], width: int, height: int) -> NDArray[np.float64]:
    """The activation at each pixel (h, w); 0 where no part lies.

    A picture that is seen in one part is seen but for less than a cell at its ends: they are like their
    neighbours.
    """
    heat = np.zeros((height, width))
    for (left, top, right, low), part in seen:
        x, y, end_x, end_y = (
            round(edge * side)
            for edge, side in zip((left, top, right, low), (width, height) * 2, strict=True)
        )
        size = (max(1, end_x - x), max(1, end_y - y))
        patch = Image.fromarray(_smooth(part).astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
        around = ((y, height - y - size[1]), (x, width - x - size[0]))
        if len(seen) == 1:
            return np.pad(np.asarray(patch, dtype=np.float64), around, mode="edge")
        heat[y : y + size[1], x : x + size[0]] = np.asarray(patch)
    return heat


def _smooth(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average each cell with its neighbours: single cells swing widely, and their sum is what counts."""
    padded = np.pad(seen, 1, mode="edge")
    height, width = seen.shape
    around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    smooth: NDArray[np.float64] = np.mean(around, axis=0)
    return smooth
