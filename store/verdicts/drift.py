"""Score drift: each week's scores of a model compared with those of its first full week."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session

from store.tables.case_tables import Verdict

BINS = 20  # of the score, each 0.05 wide
ENOUGH = 100  # verdicts in a week; of fewer, an index says more about chance than about drift
STEADY, DRIFTED = 0.1, 0.25  # the usual reading of the index: below, nothing; above, look into it


@dataclass(frozen=True, slots=True)
class Week:
    """One model's scores in one week: how many, their quartiles to a twentieth, and the index.

    `psi` is the population stability index to the reference week; None for that week itself, where
    there is none, and where either has too few verdicts.
    """

    model: str
    monday: date
    count: int
    quartiles: tuple[float, float, float]
    psi: float | None
    is_reference: bool

    @property
    def reading(self) -> str:
        """What the index means: `reference`, `few`, `steady`, `moved` or `drifted`."""
        if self.is_reference:
            return "reference"
        if self.psi is None:
            return "few"
        if self.psi < STEADY:
            return "steady"
        return "drifted" if self.psi >= DRIFTED else "moved"


def weeks(session: Session, since: datetime) -> list[Week]:
    """The weeks of each model, newest first; its first week with enough verdicts is the reference."""
    counts: dict[tuple[str, date], list[int]] = {}
    for model, day, place, count in session.execute(_counted(since)):
        monday = _monday(date.fromisoformat(str(day)))  # SQLite gives a text and PostgreSQL a date
        counts.setdefault((model, monday), [0] * BINS)[place] += count
    found, references = [], dict[str, tuple[date, list[int]]]()
    for (model, monday), bins in sorted(counts.items()):
        total = sum(bins)
        if total >= ENOUGH and model not in references:
            references[model] = (monday, bins)
        known = references.get(model)
        is_reference = known is not None and known[0] == monday
        psi = None
        if known is not None and not is_reference and total >= ENOUGH:
            psi = stability_index(known[1], bins)
        found.append(Week(model, monday, total, _quartiles(bins), psi, is_reference))
    return sorted(found, key=lambda week: (week.monday, week.model), reverse=True)


def stability_index(reference: Sequence[int], bins: Sequence[int]) -> float:
    """Compare two histograms over pairs of bins; half a count is added to each, so that none is empty."""
    old, new = ([sum(one[i : i + 2]) + 0.5 for i in range(0, BINS, 2)] for one in (reference, bins))
    shares = [(a / sum(old), b / sum(new)) for a, b in zip(old, new, strict=True)]
    return sum((b - a) * math.log(b / a) for a, b in shares)


def _counted(since: datetime) -> Select[str, date, int, int]:
    day = func.date(Verdict.created_at)
    inner = (
        select(Verdict.model.label("model"), day.label("day"), score_bin().label("place"))
        .where(Verdict.created_at >= since)
        .subquery()
    )
    return select(inner.c.model, inner.c.day, inner.c.place, func.count()).group_by(
        inner.c.model, inner.c.day, inner.c.place
    )


def score_bin(first: int = 0, last: int = BINS - 1) -> ColumnElement[int]:
    """SQL expression: the bin of a verdict's score, from 0; asked by halves, which takes five comparisons."""
    if first == last:
        return literal(first)
    middle = (first + last + 1) // 2
    return case((Verdict.score < middle / BINS, score_bin(first, middle - 1)), else_=score_bin(middle, last))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _quartiles(bins: Sequence[int]) -> tuple[float, float, float]:
    total, found, passed = sum(bins), [], 0
    wanted = [0.25, 0.5, 0.75]
    for index, count in enumerate(bins):
        passed += count
        while wanted and passed >= wanted[0] * total:
            found.append((index + 0.5) / BINS)
            wanted.pop(0)
    low, middle, high = found
    return low, middle, high
