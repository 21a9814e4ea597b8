"""The goals of the classifier, and what was measured of each, with intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.data.figures import (
    Bools,
    Floats,
    auc,
    balanced_accuracy,
    expected_calibration_error,
    found_at,
    sigmoid,
)
from model.data.judged import Judged
from model.judging.resampling import Interval, Resampling, Rows, error_interval, group_rows, interval

JPEG_60, JPEG_40 = "jpeg 60, 768 px", "jpeg 40, 512 px"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure over all test pictures: what it is called, and what it should at least or at most be."""

    words: str
    goal: float
    is_least: bool = False


_AUC = Goal("AUC", 0.97, is_least=True)
_FOUND = Goal("AI found at 1 % of humans accused", 0.8, is_least=True)
_ACCUSED = Goal("human pictures flagged", 0.01)
_FLAGGED = Goal("generated pictures flagged", 0.7, is_least=True)
_MISSED = Goal("generated pictures cleared", 0.05)
_LOST = (
    (Goal("points lost as JPEG 60 at 768 px", 0.02), JPEG_60),
    (Goal("points lost as JPEG 40 at 512 px", 0.04), JPEG_40),
)
_FLIPS = Goal("pictures that flip between `clear` and `flagged`", 0.005)
_ECE = Goal("ECE", 0.03)


def measure_goals(
    judged: Sequence[Judged], is_ai: Bools, drawn_from: Resampling, flips: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """Each measured goal; `flips` is the share from the report, with Wilson's interval.

    Where a threshold is part of a figure (found at 1%), each draw sets its own, so that the interval is
    wider than Wilson's, which takes the line for granted. Losses are of the same pictures in two dresses.
    """
    scores = sigmoid(np.array([item.logit for item in judged]))
    everything = np.arange(len(scores))

    def of(figure: Callable[[Floats, Bools], float], values: Floats = scores) -> Callable[[Rows], float]:
        return lambda rows: figure(values[rows], is_ai[rows])

    def drawn(goal: Goal, figure: Callable[[Rows], float]) -> dict[str, Any]:
        ends = (interval(figure, labels) for labels in (drawn_from.by_picture, drawn_from.by_owner))
        return _row(goal, figure(everything), *ends)

    sides = np.array([item.side for item in judged])

    def share(side: int, *, of_ai: bool) -> Callable[[Rows], float]:
        return lambda rows: float((sides[rows][is_ai[rows] == of_ai] == side).mean())

    found = [
        drawn(_AUC, of(auc)),
        drawn(_FOUND, of(lambda values, truth: found_at(values, truth, 0.01).value)),
        drawn(_ACCUSED, share(2, of_ai=False)),
        drawn(_FLAGGED, share(2, of_ai=True)),
        drawn(_MISSED, share(0, of_ai=True)),
    ]
    if flips is not None:
        found += _losses([item for item in judged if item.encoded])
        found.append(_row(_FLIPS, float(flips["value"]), (flips["low"], flips["high"]), None))
    ece = of(expected_calibration_error)
    ends = (error_interval(ece, labels) for labels in (drawn_from.by_picture, drawn_from.by_owner))
    return [*found, _row(_ECE, ece(everything), *ends)]


def _losses(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """What re-encoding costs of the balanced accuracy, over those pictures that were saved anew."""
    is_ai = np.array([item.sample.is_ai for item in judged])
    drawn_from = group_rows(is_ai, [item.sample.owner for item in judged])

    def right(logits: Sequence[float]) -> Callable[[Rows], float]:
        scores = sigmoid(np.array(logits))
        return lambda rows: balanced_accuracy(scores[rows], is_ai[rows])

    rows = []
    for goal, name in _LOST:
        lost = _loss(right([item.first for item in judged]), right([item.encoded[name] for item in judged]))
        ends = (interval(lost, labels) for labels in (drawn_from.by_picture, drawn_from.by_owner))
        rows.append(_row(goal, lost(np.arange(len(judged))), *ends))
    return rows


def _loss(before: Callable[[Rows], float], after: Callable[[Rows], float]) -> Callable[[Rows], float]:
    return lambda rows: before(rows) - after(rows)


def _row(goal: Goal, value: float, by_picture: Interval | None, by_owner: Interval | None) -> dict[str, Any]:
    def holds(figure: float) -> bool:
        return figure >= goal.goal if goal.is_least else figure <= goal.goal

    return {
        "goal": goal.words,
        "at_least" if goal.is_least else "at_most": goal.goal,
        "value": value,
        "by_picture": by_picture,
        "by_owner": by_owner,
        "reached": holds(value),
        "surely": by_picture is not None and all(holds(end) for end in by_picture),
    }
