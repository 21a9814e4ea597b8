"""The perceptual hash PDQ: 256 bits that stay nearly the same when a picture is saved again or scaled.

Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019: luminance,
two passes of a box filter in each direction, every 64th of the picture, a discrete cosine transform of
which 16 x 16 low frequencies stay, and a bit for each that is above their median. All but the last is
linear and runs along one axis at a time, so only what is kept is computed: each of the 64 rows and
columns is a sum of a few neighbours, with weights that are worked out once for each size of picture.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.known.known_image import PictureHash

SMALL = 64  # the side to which the picture is filtered and thinned
KEPT = 16  # frequencies along each axis, without the constant one
LEAST_SIDE = 5  # the reference hashes nothing smaller
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Matrix = NDArray[np.float32]


def pdq_hash(rgb: NDArray[np.uint8]) -> PictureHash:
    """Hash pixels (h, w, 3)."""
    height, width = rgb.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return PictureHash("0" * 64, 0)
    # No large product of matrices here: its threads would wait for those of the other workers.
    thin = np.zeros((SMALL, width, 3), np.float32)
    for place, weight in _taps(height):
        thin += weight[:, None, None] * rgb[place]
    grey = thin @ _LUMA
    small = np.zeros((SMALL, SMALL), np.float32)
    for place, weight in _taps(width):
        small += grey[:, place] * weight
    cosines = _cosines()
    frequencies = cosines @ small @ cosines.T
    # The lower of the two in the middle, as the reference's search for the median ends with it.
    median = np.partition(frequencies.ravel(), KEPT * KEPT // 2 - 1)[KEPT * KEPT // 2 - 1]
    bits = (frequencies > median).ravel()
    # Bit 0 is the last bit of the last digit.
    return PictureHash(np.packbits(bits[::-1]).tobytes().hex(), _quality(small))


def _quality(small: Matrix) -> int:
    """Add up the edges that are strong enough to matter, in hundredths of full contrast."""
    edges = sum(
        int(np.abs(np.trunc(np.diff(small, axis=axis) * np.float32(100) / np.float32(255))).sum())
        for axis in (0, 1)
    )
    return min(100, edges // 90)


@lru_cache(maxsize=64)
def _taps(side: int) -> tuple[tuple[NDArray[np.intp], Matrix], ...]:
    """The places (64) to sum along an axis, with their weights (64), one pair for each neighbour.

    The two passes of the filter and the choice of every 64th place, in one.
    """
    place = np.arange(side)
    if side == SMALL:
        return ((place, np.ones(SMALL, np.float32)),)
    window = (side + 2 * SMALL - 1) // (2 * SMALL)
    before, after = (window - 1) // 2, window // 2
    # The filter is a mean over a window that is cut at the edges: from `first` to `last`, both included.
    first, last = np.maximum(place - before, 0), np.minimum(place + after, side - 1)
    width = last - first + 1
    kept = ((np.arange(SMALL) + 0.5) * side / SMALL).astype(np.intp)
    once = ((place >= first[kept, None]) & (place <= last[kept, None])) / width[kept, None]
    # Filtered again: what a place gives is the sum over the windows that hold it, which lie side by side.
    sums = np.pad(np.cumsum(once / width, axis=1), ((0, 0), (1, 0)))
    low, high = np.maximum(place - after, 0), np.minimum(place + before, side - 1)
    twice = sums[:, high + 1] - sums[:, low]
    reach = range(-2 * before, 2 * after + 1)
    known = [(kept + step, (kept + step >= 0) & (kept + step < side)) for step in reach]
    rows = np.arange(SMALL)
    return tuple(
        (near := np.clip(at, 0, side - 1), np.where(is_in, twice[rows, near], 0).astype(np.float32))
        for at, is_in in known
    )


@lru_cache(maxsize=1)
def _cosines() -> Matrix:
    """Make the matrix (16, 64) of the transform's frequencies 1 to 16."""
    frequency, place = np.arange(1, KEPT + 1)[:, None], np.arange(SMALL)[None, :]
    waves = np.sqrt(2 / SMALL) * np.cos(np.pi / (2 * SMALL) * frequency * (2 * place + 1))
    return np.asarray(waves, np.float32)
