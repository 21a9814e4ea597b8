"""Intervals of figures that no formula covers: the bootstrap (Efron 1979) of SciPy, seeded.

By picture, inside each label: how the figure moves with other pictures of the same sources. By owner:
whole owners are drawn, with all of their pictures, inside each label: how it moves with other sources,
roughly, since there are few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.data.figures import Bools, Floats, expected_calibration_error

DRAWS, SEED = 1000, 11
Rows = NDArray[np.int_]
Labels = Sequence[Rows | Sequence[Rows]]
Interval = tuple[float, float]
CAN_RESAMPLE = find_spec("scipy") is not None  # a part of the extra `train`


@dataclass(frozen=True, slots=True)
class Resampling:
    """What is drawn, for each label: single pictures (their rows), or owners (the rows of each)."""

    by_picture: Sequence[Rows]
    by_owner: Sequence[Sequence[Rows]]


def group_rows(is_ai: Bools, owners: Sequence[str]) -> Resampling:
    """The rows of pictures, by label, and in each label by owner."""
    labels = [np.flatnonzero(is_ai == value) for value in (False, True)]
    names = np.array(owners)
    by_owner = [[rows[names[rows] == name] for name in np.unique(names[rows])] for rows in labels]
    return Resampling(labels, by_owner)


def interval(
    figure: Callable[[Rows], float],
    labels: Labels,
    method: Literal["percentile", "basic"] = "percentile",
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Interval | None:
    """The 95% interval of a figure of rows; None where a label has fewer than two to draw from.

    The same seed draws the same rows for every figure. Without SciPy there are no intervals.
    """
    if not CAN_RESAMPLE or min(len(label) for label in labels) < 2:
        return None
    from scipy.stats import bootstrap  # noqa: PLC0415  # see CAN_RESAMPLE; and it takes half a second

    def of(*chosen: Rows) -> float:
        drawn = [_take(label, numbers) for label, numbers in zip(labels, chosen, strict=True)]
        return figure(np.concatenate(drawn))

    numbers = [np.arange(len(label)) for label in labels]
    found = bootstrap(numbers, of, n_resamples=draws, vectorized=False, method=method, rng=seed)
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _take(units: Rows | Sequence[Rows], numbers: Rows) -> Rows:
    if isinstance(units, np.ndarray):
        return units[numbers]
    return np.concatenate([units[number] for number in numbers])


def error_interval(figure: Callable[[Rows], float], labels: Labels, *, draws: int = DRAWS) -> Interval | None:
    """The interval of a sum of absolute gaps, as the calibration error is: mirrored at the value, from 0 on.

    Such a sum grows with the noise that drawing adds: its draws lie above the value, as the value itself
    lies above the truth. Where the truth is nothing it may still be missed: hold the value against
    `perfect_calibration`.
    """
    ends = interval(figure, labels, "basic", draws=draws)
    return None if ends is None else (max(0.0, ends[0]), max(0.0, ends[1]))


def perfect_calibration(scores: Floats, seed: int = SEED, draws: int = DRAWS) -> tuple[float, float, float]:
    """Mean, lower and upper end of the error that these very scores would show if they were true."""
    rng = np.random.default_rng(seed)
    seen = [expected_calibration_error(scores, rng.random(len(scores)) < scores) for _ in range(draws)]
    low, high = np.quantile(seen, (0.025, 0.975))
    return float(np.mean(seen)), float(low), float(high)
