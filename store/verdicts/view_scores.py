"""What each view of a picture said, as rows keep it: short, for there is one list for each verdict."""

from collections.abc import Iterable
from typing import Any

from core.vocabulary import ViewScore

STEPS = 1000  # in which edges and scores are kept


def views_json(views: Iterable[ViewScore]) -> list[list[int]]:
    """Left, top, right, lower edge and score of each view in thousandths, then 1 for a native view."""
    return [
        [*(round(STEPS * edge) for edge in one.box), round(STEPS * one.score), int(one.is_native)]
        for one in views
    ]


def read_views(stored: Iterable[Any] | None) -> list[ViewScore]:
    """The views of a row; none where it has none."""
    found = []
    for left, top, right, low, score, is_native in stored or ():
        box = (left / STEPS, top / STEPS, right / STEPS, low / STEPS)
        found.append(ViewScore(box, score / STEPS, bool(is_native)))
    return found
