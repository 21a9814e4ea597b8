"""As shipped: what share of each label is flagged, left uncertain and cleared; and what scores are worth."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.data.figures import Bools, Floats, Share
from model.data.judged import Judged
from model.judging.resampling import Rows, group_rows, interval

NAMES = ("clear", "uncertain", "flagged")
_BINS = 10


def describe_findings(judged: Sequence[Judged]) -> dict[str, Any]:
    """Count the findings of each label, with the interval over pictures and the one over owners.

    This is the confusion matrix, too: of human pictures and of generated ones.
    """
    sides = np.array([item.side for item in judged])
    is_ai = np.array([item.sample.is_ai for item in judged])
    drawn_from = group_rows(is_ai, [item.sample.owner for item in judged])
    return {
        label: {
            name: Share(int((sides[is_ai == truth] == side).sum()), int((is_ai == truth).sum())).as_dict()
            | {"by_owner": _by_owner(sides, side, drawn_from.by_owner[truth])}
            for side, name in enumerate(NAMES)
        }
        for label, truth in (("human", False), ("ai", True))
    }


def _by_owner(sides: Rows, side: int, owners: Sequence[Rows]) -> tuple[float, float] | None:
    return interval(lambda rows: float((sides[rows] == side).mean()), [owners])


def reliability(scores: Floats, is_ai: Bools) -> list[dict[str, Any]]:
    """For each tenth of the score, how many pictures are there, and how many of them are generated."""
    place = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    return [
        {
            "from": number / _BINS,
            "mean_score": float(scores[inside].mean()),
            "generated": Share(int(is_ai[inside].sum()), int(inside.sum())).as_dict(),
        }
        for number in range(_BINS)
        for inside in [place == number]
        if inside.any()
    ]
