"""The sparkle that Gemini's app draws into the lower right corner of what it makes or edits.

Its place is public (wiltodelta/remove-ai-watermarks, `gemini_engine.py`): 48 pixels wide and 32 from both
edges, or 96 and 64 where both sides are longer than 1,024. Its shape is a star with four points, about
|x|^0.65 + |y|^0.65 = 1, lighter than what is below. It is looked for by correlation in a picture that was
decoded and scaled for the classifier anyway, at that place and in that size alone: a star anywhere else is a
star.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import say
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.containers.pixels import Array

LEAST = 0.75  # correlation; docs/provenance.md says what people's pictures reach
_LARGE = 1024  # both sides longer than this: the larger star
_SMALLEST = 16  # pixels of the scaled star; fewer have no shape
_AROUND = 2  # pixels by which scaling may have moved it
_POWER, _REACH = 0.65, 1.1  # of the star's outline, in halves of its width
_FINE = 8
_GREY = 1.0  # what an even area varies by; less is no star
Floats = NDArray[np.float32]


def sparkle_evidence(rgb: Array, width: int, height: int) -> tuple[Evidence, ...]:
    """The evidence of a sparkle in a picture, uint8 (h, w, 3), scaled from this width and height."""
    found = find_sparkle(rgb, width, height)
    if found < LEAST:
        return ()
    detail = say(EvidenceDetail.SPARKLE_SEEN, correlation=round(found, 2))
    return (Evidence(EvidenceKind.WATERMARK, Grade.HINT, Label.AI, "Google", detail),)


def find_sparkle(rgb: Array, width: int, height: int) -> float:
    """The correlation with the star at its place, at most 1; 0 where the picture has no such place."""
    rows, columns = rgb.shape[:2]
    scale = columns / max(width, 1)
    if abs(rows - height * scale) > _AROUND:
        return 0.0  # stretched, or a part
    star, margin = (96, 64) if min(width, height) > _LARGE else (48, 32)
    side, left, top = (
        round(star * scale),
        round(columns - (margin + star) * scale) - _AROUND,
        round(rows - (margin + star) * scale) - _AROUND,
    )
    if side < _SMALLEST or min(left, top) < 0:
        return 0.0
    reach = side + 2 * _AROUND
    area = rgb[top : top + reach, left : left + reach].astype(np.float32) @ _luma()
    if area.shape != (reach, reach):
        return 0.0
    shape, slopes = _star(side)
    windows = np.lib.stride_tricks.sliding_window_view(area, (side, side)).reshape(-1, side * side)
    flat = windows - (windows @ slopes) @ slopes.T  # without the slope of what is below
    return float(np.max(flat @ shape / (np.linalg.norm(flat, axis=1) + _GREY * side)))


def _luma() -> Floats:
    return np.array([0.299, 0.587, 0.114], np.float32)


@cache
def _star(side: int) -> tuple[Floats, Floats]:
    """The star (side * side), of length one and without a slope, and a basis of slopes (side * side, 3)."""
    fine = np.abs(((np.arange(side * _FINE) + 0.5) / (side * _FINE) * 2 - 1) / _REACH) ** _POWER
    covered = (fine[:, None] + fine[None, :] <= 1).astype(np.float64)
    star = covered.reshape(side, _FINE, side, _FINE).mean(axis=(1, 3)).ravel()
    y, x = np.mgrid[0:side, 0:side].astype(np.float64)
    slopes, _ = np.linalg.qr(np.stack([np.ones(side * side), x.ravel(), y.ravel()], axis=1))
    star -= slopes @ (slopes.T @ star)
    return (star / np.linalg.norm(star)).astype(np.float32), slopes.astype(np.float32)
