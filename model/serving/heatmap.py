"""Heat maps: the network's activation laid over the picture."""

import io
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Rgb = NDArray[np.uint8]
Frame = tuple[tuple[float, float, float, float], float]  # a box in shares of the picture, and its logit
Run = Callable[[Rgb], NDArray[np.float32]]
# Cold to hot: no tint where nothing speaks for generation, then yellow, then red.
_STOPS = np.array([0.0, 0.5, 1.0])
_COLOURS = np.array([[255, 235, 120], [255, 150, 0], [214, 20, 20]], dtype=np.float64)
_DEPTH = 0.65  # opacity of the hottest place
_FULL = 12.0  # the activation, in logits, that is painted hottest: fixed, so that two maps compare


def paint(rgb: Rgb, seen: NDArray[np.float64], long: int, frames: Sequence[Frame] = ()) -> bytes:
    """A PNG of the picture, its long side at most `long`, grey, tinted by an activation (h, w)."""
    base = Image.fromarray(rgb)
    base.thumbnail((long, long), Image.Resampling.LANCZOS)
    heat = Image.fromarray(_smooth(seen).astype(np.float32)).resize(base.size, Image.Resampling.BICUBIC)
    strength = np.clip(np.asarray(heat, dtype=np.float64) / _FULL, 0, 1)
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


def activation(rgb: Rgb, run: Run, size: int) -> NDArray[np.float64]:
    """Average the maps of half-overlapping views over the whole picture, one cell each 32 pixels or so.

    `run` gives the maps (n, h, w) of views (n, size, size, 3); no side may be less than `size`.
    """
    height, width = rgb.shape[:2]
    tops, lefts = _starts(height, size), _starts(width, size)
    cell = 0
    total = weight = np.zeros((1, 1))
    for top in tops:
        for left in lefts:
            view = run(rgb[None, top : top + size, left : left + size])[0]
            if not cell:
                cell = size // view.shape[0]
                shape = (-(-height // cell), -(-width // cell))
                total, weight = np.zeros(shape), np.zeros(shape)
            y, x = top // cell, left // cell
            rows, columns = min(view.shape[0], shape[0] - y), min(view.shape[1], shape[1] - x)
            total[y : y + rows, x : x + columns] += view[:rows, :columns]
            weight[y : y + rows, x : x + columns] += 1
    filled: NDArray[np.float64] = total / np.maximum(weight, 1)
    return filled


def _smooth(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average each cell with its neighbours: single cells swing widely, and their sum is what counts."""
    padded = np.pad(seen, 1, mode="edge")
    height, width = seen.shape
    around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    smooth: NDArray[np.float64] = np.mean(around, axis=0)
    return smooth


def _starts(length: int, size: int) -> list[int]:
    count = 1 if length == size else min(12, -(-(length - size) // (size // 2)) + 1)
    return [round(i * (length - size) / max(1, count - 1)) for i in range(count)]
