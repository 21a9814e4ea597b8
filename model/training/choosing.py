"""What is chosen from judgements of unseen owners: ridges, the rule that joins both looks, and thresholds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.data.figures import Bools, Floats, accused_at_most, auc, fit_line, missed_at_most, sigmoid
from model.data.folds import draw_owners, spread
from model.data.samples import Sample

ACCUSED, ACCUSED_SURELY = 0.01, 0.02  # of human pictures at `flagged`; the interval's upper end over owners
BORNE_OUT, BORNE_OUT_SURELY = 0.02, 0.03  # the same at `declared_from`, where a file says it was generated
ACCUSED_STYLE, STYLE = 0.03, 100  # of any human style with so many pictures
MISSED = 0.05  # of generated pictures, below the threshold of `clear`
# The share of generated pictures that scores are calibrated for: fewer come than are drawn.
EXPECTED = 0.3
# How far beyond a threshold, in logits, the native look is still taken: further out it changes no finding.
REACH = 1.5
_STEP = 0.001  # by which the share of human pictures is lowered until all conditions hold
_DRAWS = 200
_PULL = 3.0  # pictures' worth of doubt about each cell's weight
_STEPS = 50

Cells = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Looks:
    """What heads said of pictures: `scaled` and `native` (ridges, n), NaN where there was no such look.

    `cells` is the place of each picture in the rule, by its size and compression; -1 where the native look
    does not count.
    """

    scaled: Floats
    native: Floats
    cells: Cells

    def of(self, rows: NDArray[np.int_]) -> "Looks":
        """Take some of the pictures."""
        return Looks(self.scaled[:, rows], self.native[:, rows], self.cells[rows])

    @property
    def joined(self) -> Bools:
        """The pictures that both looks count for."""
        joined: Bools = (self.cells >= 0) & ~np.isnan(self.native[0])
        return joined


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything that is chosen; logits are calibrated ones.

    `alone` (slope, intercept) is the calibration of the scaled look by itself; `together` that of its part
    where the native look counts too, by the weight of its cell in `native`: where the scaled look by itself
    lies in `between`. Ridges are given by their place.
    """

    ridges: tuple[int, int]
    alone: tuple[float, float]
    together: tuple[float, float]
    native: tuple[float, ...]
    clear_below: float
    flagged_from: float
    declared_from: float = math.inf
    between: tuple[float, float] = (-math.inf, math.inf)

    def logits(self, looks: Looks) -> Floats:
        """Join both looks into calibrated logits (n)."""
        scaled, native = looks.scaled[self.ridges[0]], looks.native[self.ridges[1]]
        alone = self.alone[0] * scaled + self.alone[1]
        joined = looks.joined & (alone >= self.between[0]) & (alone <= self.between[1])
        weights = np.array([*self.native, 0.0])[looks.cells]  # -1 takes the last
        both = self.together[0] * scaled + weights * np.where(joined, native, 0.0) + self.together[1]
        result: Floats = np.where(joined, both, alone)
        return result

    def sides(self, logits: Floats) -> NDArray[np.int_]:
        """The findings: 0 clear, 1 uncertain, 2 flagged."""
        found: NDArray[np.int_] = (logits >= self.clear_below).astype(np.int_) + (logits >= self.flagged_from)
        return found


def choose(looks: Looks, samples: Sequence[Sample], cells: int) -> Choice:
    """Choose from the judgements of pictures whose owners the heads had not seen."""
    is_ai = np.array([sample.is_ai for sample in samples])
    joined = np.flatnonzero(looks.joined)
    first = _best(looks.scaled, is_ai)
    second = _best(looks.native[:, joined], is_ai[joined]) if len(set(is_ai[joined])) == 2 else 0
    alone = fit_line(looks.scaled[first], is_ai, spread(samples, EXPECTED))
    together, native = alone, (0.0,) * cells
    if len(set(is_ai[joined])) == 2:
        some = [samples[int(row)] for row in joined]
        together, native = fit_rule(
            looks.scaled[first, joined],
            looks.native[second, joined],
            looks.cells[joined],
            cells,
            is_ai=is_ai[joined],
            weights=spread(some, EXPECTED),
        )
    rule = Choice((first, second), alone, together, native, 0.0, 0.0)
    clear, declared, flagged = choose_lines(rule.logits(looks), samples)
    between = (clear - REACH, flagged + REACH)
    return replace(rule, clear_below=clear, declared_from=declared, flagged_from=flagged, between=between)


def _best(logits: Floats, is_ai: Bools) -> int:
    return int(np.argmax([auc(row, is_ai) for row in logits]))


def fit_rule(
    scaled: Floats, native: Floats, cells: Cells, count: int, *, is_ai: Bools, weights: Floats
) -> tuple[tuple[float, float], tuple[float, ...]]:
    """Fit slope and intercept of the scaled look, and the native look's weight, 0 or more, in each cell.

    A logistic regression. There is no intercept by cell: size and compression say how far the native look
    is to be believed, and nothing about who made the picture.
    """
    columns = np.stack(
        [scaled, *(native * (cells == cell) for cell in range(count)), np.ones_like(scaled)], 1
    )
    paid = np.array([1e-3, *[_PULL] * count, 1e-9])
    weights = weights / weights.mean()
    free = np.ones(count + 2, dtype=bool)
    while True:
        line = _regress(columns[:, free], is_ai, weights, paid[free])
        full = np.zeros(count + 2)
        full[free] = line
        negative = free & (full < 0)
        negative[[0, -1]] = False
        if not negative.any():
            return (float(full[0]), float(full[-1])), tuple(full[1:-1].tolist())
        free &= ~negative


def _regress(columns: Floats, is_ai: Bools, weights: Floats, paid: Floats) -> Floats:
    line = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        p = sigmoid(columns @ line)
        slope = columns.T @ (weights * (p - is_ai)) + paid * line
        curve = columns.T @ (columns * (weights * np.maximum(p * (1 - p), 1e-4))[:, None]) + np.diag(paid)
        step = np.linalg.solve(curve, slope)
        line = line - step
        if np.abs(step).max() < 1e-8:
            break
    return line


def choose_lines(logits: Floats, samples: Sequence[Sample]) -> tuple[float, float, float]:
    """Choose where `clear` ends, where pixels bear out an unsigned record, and where `flagged` begins.

    `flagged` begins as low as it may: at most 1 % of human pictures, counted by picture and by owner, at most
    2 % at the upper end of the interval over owners, and at most 3 % of a style with 100 pictures. Records
    are borne out from where these are 2 % and 3 %. `clear` ends where 5 % of generated pictures lie below.
    """
    is_ai = np.array([sample.is_ai for sample in samples])
    weights = spread(samples, EXPECTED)
    human = np.flatnonzero(~is_ai)
    styles = np.array([samples[int(row)].facets.get("kind", "") for row in human])
    large = [styles == style for style in sorted(set(styles.tolist())) if (styles == style).sum() >= STYLE]
    draws = draw_owners([samples[int(row)].owner for row in human], _DRAWS)

    def lowest(share: float, surely: float, styles: Sequence[Bools]) -> float:
        line = math.inf
        for target in np.arange(share, 0, -_STEP):
            line = max(accused_at_most(logits, is_ai, float(target), by) for by in (None, weights))
            accused = logits[human] >= line
            sure = not draws or np.quantile([accused[rows].mean() for rows in draws], 0.975) <= surely
            if sure and all(accused[style].mean() <= ACCUSED_STYLE for style in styles):
                break
        return line

    flagged = lowest(ACCUSED, ACCUSED_SURELY, large)
    declared = min(flagged, lowest(BORNE_OUT, BORNE_OUT_SURELY, ()))
    clear = min(missed_at_most(logits, is_ai, MISSED, share) for share in (None, weights))
    return min(clear, declared), declared, flagged


def nested_choice(
    inner: Sequence[Looks], outer: Looks, samples: Sequence[Sample], fold_of: NDArray[np.int_], cells: int
) -> tuple[list[Choice], Floats, NDArray[np.int_]]:
    """Judge every picture as a new owner's is judged: by what was chosen without its fold.

    `inner[k]` are judgements by heads that have seen neither fold k nor the picture's own. Returns the
    choice for each fold, and each picture's calibrated logit and side.
    """
    choices = []
    logits, sides = np.zeros(len(samples)), np.zeros(len(samples), dtype=np.int_)
    for fold, looks in enumerate(inner):
        others, inside = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        choice = choose(looks.of(others), [samples[int(row)] for row in others], cells)
        choices.append(choice)
        logits[inside] = choice.logits(outer.of(inside))
        sides[inside] = choice.sides(logits[inside])
    return choices, logits, sides
