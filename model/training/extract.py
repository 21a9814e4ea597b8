"""Features of many pictures, stored in a file, so that an interrupted run can continue."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.estimates import ProgressReport
from model.data.sample_pixels import SamplePixels
from model.serving.views import ViewPlan, make_views
from model.training.feature_reading import Read

Rgb = NDArray[np.uint8]
Say = Callable[[str], None]
Change = Callable[[Rgb, int], Rgb]
BLOCK = 8  # pictures between two writes


def extract(
    read: Read,
    pixels: SamplePixels,
    plan: ViewPlan,
    change: Change | None,
    *,
    place: Path,
    say: Say,
    rows: Sequence[int] | None = None,
) -> NDArray[np.float32]:
    """Read each picture's features (n, scales, d), averaged over the views of each scale.

    `change` alters a picture, given its number, before views are cut. Features are kept in `place` as
    float16, and what is already there is not computed again. `rows` are the numbers of the pictures that
    are read, in their order; all of them where none are named.
    """
    numbers = range(len(pixels)) if rows is None else rows
    kept = _open(place, len(numbers), plan, read)
    # Of a picture that was being written when a run was cut, a part may be there.
    missing = [number for number in range(len(numbers)) if np.isnan(kept[number]).any()]
    progress = ProgressReport(place.stem, len(missing), say)

    def views(number: int) -> Rgb:
        rgb = pixels[numbers[number]]
        return make_views(rgb if change is None else change(rgb, numbers[number]), plan)

    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(missing), BLOCK):
            block = missing[start : start + BLOCK]
            _fill(read, kept, block, list(pool.map(views, block)), plan)
            progress.reach(start + len(block))
    kept.flush()
    return np.asarray(kept, dtype=np.float32)


def _open(place: Path, count: int, plan: ViewPlan, read: Read) -> Any:
    if place.exists():
        return np.lib.format.open_memmap(place, mode="r+")
    width = read(np.zeros((1, plan.size, plan.size, 3), np.uint8)).shape[1]
    shape = (count, len(plan.scales), width)
    kept = np.lib.format.open_memmap(place, mode="w+", dtype=np.float16, shape=shape)
    kept[:] = np.nan
    return kept


def _fill(read: Read, kept: Any, block: Sequence[int], views: list[Rgb], plan: ViewPlan) -> None:
    features = read(np.concatenate(views)).reshape(len(block), plan.count, -1)
    start = 0
    for number, scale in enumerate(plan.scales):
        kept[block, number] = features[:, start : start + scale.crops].mean(axis=1)
        start += scale.crops
