"""Numbers about scores: intervals, curves, calibration, thresholds. Arrays in, plain figures out."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.intervals import Z, wilson_interval

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """Some of many, with the 95 % interval of Wilson (1927)."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share itself; 0 if the total is 0."""
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The lower and upper bound, 0 to 1."""
        return wilson_interval(self.count, self.total)

    def as_dict(self) -> dict[str, Any]:
        """Count, total, value and interval, for a report."""
        low, high = self.interval
        return {"count": self.count, "total": self.total, "value": self.value, "low": low, "high": high}


def share_below(bound: float, total: int) -> float:
    """The largest share of `total` whose interval ends at `bound` or below; 0 if there is none."""
    counts = (count for count in range(int(bound * total), 0, -1))
    return next((c / total for c in counts if Share(c, total).interval[1] <= bound), 0.0)


def rank(values: Floats) -> Floats:
    """The rank of each value, from 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Floats = (last - (counts - 1) / 2)[place]
    return means


def auc(scores: Floats, is_ai: Bools) -> float:
    """Area under the ROC curve: the chance that a generated picture scores higher than a drawn one."""
    positives, negatives = int(is_ai.sum()), int((~is_ai).sum())
    return float((rank(scores)[is_ai].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auc_interval(scores: Floats, is_ai: Bools) -> tuple[float, float]:
    """The 95% interval of the area (Hanley and McNeil 1982)."""
    a = auc(scores, is_ai)
    m, n = int(is_ai.sum()), int((~is_ai).sum())
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    error = math.sqrt((a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (m * n))
    return max(0.0, a - Z * error), min(1.0, a + Z * error)


def accused_at_most(scores: Floats, is_ai: Bools, share: float, weights: Floats | None = None) -> float:
    """The lowest score from which at most `share` of the drawn pictures' `weights` are reached."""
    drawn, parts = _sorted(-scores[~is_ai], weights if weights is None else weights[~is_ai])
    allowed = int(np.searchsorted(np.cumsum(parts), share, side="right"))
    if allowed >= len(drawn):
        return float(-drawn[-1])
    return float(np.nextafter(-drawn[allowed], np.inf))


def missed_at_most(scores: Floats, is_ai: Bools, share: float, weights: Floats | None = None) -> float:
    """The highest score below which at most `share` of the generated pictures' `weights` lie."""
    made, parts = _sorted(scores[is_ai], weights if weights is None else weights[is_ai])
    return float(made[min(len(made) - 1, int(np.searchsorted(np.cumsum(parts), share, side="right")))])


def _sorted(values: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """Sort values, with their shares of the weight (each the same where none are given)."""
    weights = np.ones_like(values) if weights is None else weights
    order = np.argsort(values, kind="stable")
    # A rounding error must not cost the picture that just fits.
    return values[order], weights[order] / weights.sum() * (1 - 1e-12)


def found_at(scores: Floats, is_ai: Bools, share: float) -> Share:
    """Count the generated pictures found where at most `share` of the drawn ones are accused."""
    line = accused_at_most(scores, is_ai, share)
    return Share(int((scores[is_ai] >= line).sum()), int(is_ai.sum()))


def balanced_accuracy(scores: Floats, is_ai: Bools, line: float = 0.5) -> float:
    """The mean of the two classes' accuracies."""
    return float(((scores[is_ai] >= line).mean() + (scores[~is_ai] < line).mean()) / 2)


def expected_calibration_error(scores: Floats, is_ai: Bools, bins: int = 15) -> float:
    """The mean gap between score and truth over equal bins, weighted by their size (Guo et al. 2017)."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    gap = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            gap += float(inside.mean()) * abs(float(scores[inside].mean()) - float(is_ai[inside].mean()))
    return gap


def fit_line(logits: Floats, is_ai: Bools, weights: Floats | None = None) -> tuple[float, float]:
    """Fit Platt's line (slope, intercept) by Newton's method, to Platt's own targets (1999).

    The score becomes the probability at the share of generated pictures that the `weights` give
    them; how often they come is a marketplace's own fact.
    """
    weights = np.ones_like(logits) if weights is None else weights / weights.mean()
    positives, negatives = int(is_ai.sum()), int((~is_ai).sum())
    target = np.where(is_ai, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    middle, spread = float(logits.mean()), float(logits.std()) or 1.0
    features = np.stack([(logits - middle) / spread, np.ones_like(logits)], axis=1)
    line = np.zeros(2)
    loss = _cross_entropy(features @ line, target, weights)
    for _ in range(100):
        p = sigmoid(features @ line)
        gradient = features.T @ (weights * (p - target))
        curve = features.T @ (features * (weights * p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, gradient)
        while (tried := _cross_entropy(features @ (line - step), target, weights)) > loss and np.abs(
            step
        ).max() > 1e-9:
            step = step / 2  # too far: halve
        line, loss = line - step, tried
        if np.abs(step).max() < 1e-9:
            break
    slope = float(line[0]) / spread
    return slope, float(line[1]) - slope * middle


def _cross_entropy(logits: Floats, target: Floats, weights: Floats) -> float:
    return float((weights * (np.logaddexp(0, logits) - target * logits)).sum())


def sigmoid(logits: Floats | float) -> Floats:
    """Probabilities, from logits."""
    result: Floats = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return result
