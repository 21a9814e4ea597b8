"""Features of many pictures, stored in a file, so that an interrupted run can continue."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data.estimates import ProgressReport
from model.data.sample_pixels import SamplePixels
from model.serving.views import make_views
from model.training.feature_reading import Read

Rgb = NDArray[np.uint8]
Say = Callable[[str], None]
Change = Callable[[Rgb, int], Rgb]
BLOCK = 8  # pictures between two writes


def extract(
    read: Read,
    pixels: SamplePixels,
    short: int,
    change: Change | None,
    *,
    place: Path,
    say: Say,
    rows: Sequence[int] | None = None,
) -> NDArray[np.float32]:
    """Read each picture's features (n, d) at this short side, averaged over its views.

    `change` alters a picture, given its number, before views are cut. Features are kept in `place` as
    float16, and what is already there is not computed again. `rows` are the numbers of the pictures that
    are read, in their order; all of them where none are named.
    """
    numbers = range(len(pixels)) if rows is None else rows

    def views(number: int) -> list[Rgb]:
        rgb = pixels[numbers[number]]
        changed = rgb if change is None else change(rgb, numbers[number])
        return [view.rgb for view in make_views(changed, short)]

    return read_each(read, views, len(numbers), place=place, say=say)


def read_each(
    read: Read, views: Callable[[int], Sequence[Rgb]], count: int, *, place: Path, say: Say
) -> NDArray[np.float32]:
    """Read the mean features (count, d) of what `views` gives for each number, and keep them in a file."""
    if place.exists():
        kept = np.lib.format.open_memmap(place, mode="r+")
    else:
        width = read([np.zeros((64, 64, 3), np.uint8)]).shape[1]
        kept = np.lib.format.open_memmap(place, mode="w+", dtype=np.float16, shape=(count, width))
        kept[:] = np.nan
    # Of a picture that was being written when a run was cut, a part may be there.
    missing = [number for number in range(count) if np.isnan(kept[number]).any()]
    progress = ProgressReport(place.stem, len(missing), say)
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(missing), BLOCK):
            block = missing[start : start + BLOCK]
            seen = list(pool.map(views, block))
            features = read([view for one in seen for view in one])
            ends = np.cumsum([len(one) for one in seen])[:-1]
            kept[block] = [part.mean(axis=0) for part in np.split(features, ends)]
            progress.reach(start + len(block))
    kept.flush()
    return np.asarray(kept, dtype=np.float32)
