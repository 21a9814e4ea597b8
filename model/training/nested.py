"""Heads that are blind to a fold, and to every pair of folds: what a nested choice needs.

A picture of fold k is judged in the end by a head that has seen nothing of fold k. What that head's
thresholds are chosen on must not have seen fold k either, nor the owners it is chosen on: so the choice for
fold k reads, for each picture of another fold j, a head that was fitted without j and k. With K folds there
are K heads without one fold, K (K - 1) / 2 without two, and the one of everything, which is published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data.estimates import ProgressReport, Say
from model.data.samples import Sample
from model.training.head import Features, Floats, Head, fit_ridges, gram_of, standardise

Folds = NDArray[np.int_]
_COLUMNS = 2048
_LINES = "lines.npz"
_POWER = 0.5  # an owner weighs as its number of pictures to this power


@dataclass(frozen=True, slots=True)
class Nested:
    """Logits for each ridge: `outer` (r, n) by heads without a picture's fold, `inner` (k, r, n) without k.

    `inner[k]` is NaN for the pictures of fold k.
    """

    outer: Floats
    inner: Floats


@dataclass(frozen=True, slots=True)
class HeadSet:
    """One head for each ridge and each set of folds left out."""

    folds: int
    ridges: tuple[float, ...]
    heads: Mapping[frozenset[int], tuple[Head, ...]]

    def whole(self, ridge: float) -> Head:
        """Return the head that was fitted to everything."""
        return self.heads[frozenset()][self.ridges.index(ridge)]

    def judge(self, features: Features, fold_of: Folds) -> Nested:
        """Judge features (n, d); whoever is in no fold the heads know, -1, is judged by the whole head."""
        outer = np.full((len(self.ridges), len(features)), np.nan)
        inner = np.full((self.folds, len(self.ridges), len(features)), np.nan)
        for fold in sorted(set(fold_of.tolist())):
            inside = np.flatnonzero(fold_of == fold)
            own = frozenset([fold]) - {-1}
            outer[:, inside] = self._logits(features[inside], own)
            for other in set(range(self.folds)) - {fold}:
                inner[other][:, inside] = self._logits(features[inside], own | {other})
        return Nested(outer, inner)

    def _logits(self, features: Features, without: frozenset[int]) -> Floats:
        return np.array([head.logits(features) for head in self.heads[without]])


def fit_head_set(
    features: Features,
    samples: Sequence[Sample],
    fold_of: Folds,
    *,
    shrink: float,
    ridges: Sequence[float],
    place: Path,
    say: Say,
) -> HeadSet:
    """Fit to features (n, d) of as many samples, and keep each fit in the folder `place`.

    The scale of each feature is measured over all rows, without their labels; all else that a head learns
    comes from the rows of its own folds.
    """
    place.mkdir(parents=True, exist_ok=True)
    folds = int(fold_of.max()) + 1
    standard, middle, spread = standardise(features)
    wanted = _left_out(folds)
    missing = [left for left in wanted if not _file(place, left).is_file()]
    gram = gram_of(standard) if missing else np.zeros((0, 0))
    progress = ProgressReport(f"heads of {place.name}", len(missing), say)
    for number, left in enumerate(missing, 1):
        rows = np.flatnonzero(~np.isin(fold_of, list(left)))
        chosen = [samples[int(row)] for row in rows]
        fitted = fit_ridges(gram[np.ix_(rows, rows)], chosen, shrink / len(rows), ridges, _POWER)
        duals = np.zeros((len(ridges), len(features)))
        for one, line in zip(duals, fitted, strict=True):
            one[rows] = line.scale * line.pictures
        offsets = np.array([line.scale * line.offset for line in fitted])
        np.savez(_file(place, left), duals=duals, offsets=offsets)
        progress.reach(number)
    return HeadSet(folds, tuple(ridges), _heads(standard, middle, spread, wanted, place))


def _heads(
    standard: Features, middle: Floats, spread: Floats, wanted: Sequence[frozenset[int]], place: Path
) -> dict[frozenset[int], tuple[Head, ...]]:
    """Turn sums of pictures into lines through feature space, all in one pass over the features."""
    kept = [np.load(_file(place, left)) for left in wanted]
    duals = np.concatenate([one["duals"] for one in kept])
    weights = np.concatenate(
        [
            duals @ standard[:, start : start + _COLUMNS].astype(np.float64)
            for start in range(0, standard.shape[1], _COLUMNS)
        ],
        axis=1,
    )
    weights /= spread
    offsets = np.concatenate([one["offsets"] for one in kept])
    biases = -offsets - weights @ middle
    np.savez(place / _LINES, weights=weights, biases=biases)
    return _grouped(weights, biases, wanted)


def load_head_set(place: Path, folds: int, ridges: Sequence[float]) -> HeadSet:
    """Load what `fit_head_set` left in a folder. Errors: FileNotFoundError."""
    with np.load(place / _LINES) as kept:
        heads = _grouped(kept["weights"], kept["biases"], _left_out(folds))
    return HeadSet(folds, tuple(ridges), heads)


def _grouped(
    weights: Floats, biases: Floats, wanted: Sequence[frozenset[int]]
) -> dict[frozenset[int], tuple[Head, ...]]:
    lines = [Head(weight, float(bias)) for weight, bias in zip(weights, biases, strict=True)]
    each = len(lines) // len(wanted)
    return {left: tuple(lines[i * each : (i + 1) * each]) for i, left in enumerate(wanted)}


def _left_out(folds: int) -> list[frozenset[int]]:
    """Every set of folds that a head is fitted without: none, one, two."""
    return [frozenset(left) for size in (0, 1, 2) for left in combinations(range(folds), size)]


def _file(place: Path, left: frozenset[int]) -> Path:
    return place / f"without-{'-'.join(map(str, sorted(left))) or 'none'}.npz"
