"""Intervals of figures that no formula covers: the bootstrap (Efron 1979), seeded.

By picture, inside each label: how the figure moves with other pictures of the same sources. By owner:
whole owners are drawn, with all of their pictures, inside each label: how it moves with other sources,
roughly, since there are few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data.figures import Bools, Floats, expected_calibration_error

DRAWS, SEED = 1000, 11
_ENDS = (0.025, 0.975)
Rows = NDArray[np.int_]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Draws:
    """Rows of pictures, drawn again and again with replacement; `by_owner` is empty where owners are few."""

    by_picture: list[Rows]
    by_owner: list[Rows]


def draw_rows(is_ai: Bools, owners: Sequence[str], draws: int = DRAWS, seed: int = SEED) -> Draws:
    """Draw as many pictures of each label as there are, and as many owners; the same for the same seed."""
    rng = np.random.default_rng(seed)
    labels = [np.flatnonzero(is_ai == value) for value in (False, True)]
    by_picture = [np.concatenate([rng.choice(rows, len(rows)) for rows in labels]) for _ in range(draws)]
    names = np.array(owners)
    groups = [[rows[names[rows] == name] for name in np.unique(names[rows])] for rows in labels]
    if min(len(group) for group in groups) < 2:
        return Draws(by_picture, [])

    def pick(group: list[Rows]) -> Rows:
        return np.concatenate([group[number] for number in rng.integers(0, len(group), len(group))])

    return Draws(by_picture, [np.concatenate([pick(group) for group in groups]) for _ in range(draws)])


def interval(figure: Callable[[Rows], float], rows: Sequence[Rows]) -> Interval | None:
    """Give the middle 95 % of a figure over draws, None where there are none."""
    if not rows:
        return None
    low, high = np.quantile([figure(some) for some in rows], _ENDS)
    return float(low), float(high)


def basic_interval(figure: Callable[[Rows], float], rows: Sequence[Rows], value: float) -> Interval | None:
    """Give the interval that is mirrored at the value, from 0 on.

    A sum of absolute gaps, as the calibration error is, grows with the noise that drawing adds: its draws lie
    above the value, as the value itself lies above the truth. Where the truth is nothing it may still be
    missed: hold the value against `perfect_calibration`.
    """
    ends = interval(figure, rows)
    return None if ends is None else (max(0.0, 2 * value - ends[1]), max(0.0, 2 * value - ends[0]))


def perfect_calibration(scores: Floats, seed: int = SEED, draws: int = DRAWS) -> tuple[float, float, float]:
    """Give mean, lower and upper end of the error that these very scores would show if they were true."""
    rng = np.random.default_rng(seed)
    seen = [expected_calibration_error(scores, rng.random(len(scores)) < scores) for _ in range(draws)]
    low, high = np.quantile(seen, _ENDS)
    return float(np.mean(seen)), float(low), float(high)
