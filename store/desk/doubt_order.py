"""The order by doubt: cases closest to a threshold first.

The thresholds cut the scores into stretches, in each of which the distance to the nearest threshold only
rises or only falls. Each stretch is walked along the index from its threshold, and the walks are merged, so
that a page costs as much with a hundred thousand cases as with a hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, tuple_, union_all
from sqlalchemy.orm import Session

from store.tables.case_tables import Image

# Each hex digit and what it lacks of the last one: turns the order of digests round.
TURNED = str.maketrans("0123456789abcdef", "fedcba9876543210")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Scores from `low` (included) to `high` (excluded), and the `threshold` nearest to all of them."""

    low: float
    high: float
    threshold: float

    @property
    def rises(self) -> bool:
        """True if the distance from the threshold grows with the score."""
        return self.threshold <= self.low


def stretches(thresholds: Sequence[float]) -> list[Stretch]:
    """Cut the scores at the thresholds and half way between them."""
    known = sorted(set(thresholds))
    found, low = [], float("-inf")
    for place, threshold in enumerate(known):
        last = place == len(known) - 1
        half = float("inf") if last else (threshold + known[place + 1]) / 2
        found += [Stretch(low, threshold, threshold), Stretch(threshold, half, threshold)]
        low = half
    return found


def closest(
    session: Session,
    narrowed: Select[Any],
    thresholds: Sequence[float],
    *,
    after: tuple[float, str] | None,
    limit: int,
) -> list[str]:
    """List the images of a query by their distance to the nearest threshold, those after (score, SHA-256).

    `narrowed` selects images by any condition; of equal distances the lower stretch comes first.
    """
    known = stretches(thresholds)
    start = _stretch_of(known, after[0]) if after else None
    walks = []
    for place, one in enumerate(known):
        walk = narrowed.with_only_columns(Image.sha256, Image.score).where(
            Image.score >= one.low, Image.score < one.high
        )
        if after is not None and start is not None:
            walk = walk.where(_beyond(one, place, known[start], start, after))
        order = (Image.score, Image.sha256)
        walk = walk.order_by(*(order if one.rises else [column.desc() for column in order])).limit(limit)
        walks.append(select(walk.subquery()))
    rows = session.execute(union_all(*walks)).all()
    ranked = sorted((_rank(known, score, sha256), sha256) for sha256, score in rows)
    return [sha256 for _, sha256 in ranked[:limit]]


def _stretch_of(known: list[Stretch], score: float) -> int:
    return next(place for place, one in enumerate(known) if one.low <= score < one.high)


def _beyond(one: Stretch, place: int, own: Stretch, start: int, after: tuple[float, str]) -> Any:
    """SQL condition for the part of one stretch that comes after a place in another, or in the same."""
    score, sha256 = after
    if place == start:
        here, mark = tuple_(Image.score, Image.sha256), (score, sha256)
        return here > mark if one.rises else here < mark
    # The same distance on this stretch; of equals, the lower stretch came before.
    distance = abs(score - own.threshold)
    mark_score = one.threshold + distance if one.rises else one.threshold - distance
    if place > start:
        return Image.score >= mark_score if one.rises else Image.score <= mark_score
    return Image.score > mark_score if one.rises else Image.score < mark_score


def _rank(known: list[Stretch], score: float, sha256: str) -> tuple[float, int, str]:
    place = _stretch_of(known, score)
    one = known[place]
    # Falling stretches are walked down, so of equal scores the higher digest comes first.
    tie = sha256 if one.rises else sha256.translate(TURNED)
    return abs(score - one.threshold), place, tie
