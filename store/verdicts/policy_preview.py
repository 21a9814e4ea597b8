"""A preview of other thresholds, counted from stored scores; nothing acts on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from core.vocabulary import RULINGS, Basis, Finding, Outcome, Thresholds
from store.tables.case_tables import Decision, Image, Verdict

BINS = 50  # of the score, each 0.02 wide


@dataclass(frozen=True, slots=True)
class Tally:
    """How many images have one finding, and how people decided those that they looked at."""

    images: int = 0
    human: int = 0
    ai: int = 0
    assisted: int = 0

    @property
    def decided(self) -> int:
        """Count the images that a person ruled on."""
        return self.human + self.ai + self.assisted

    def __add__(self, other: "Tally") -> "Tally":
        """Add two counts."""
        return Tally(
            self.images + other.images,
            self.human + other.human,
            self.ai + other.ai,
            self.assisted + other.assisted,
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """Findings under some thresholds, and how many images moved from which finding to which."""

    findings: dict[Finding, Tally]
    moves: dict[tuple[Finding, Finding], Tally]

    @property
    def images(self) -> int:
        """Count the images looked at."""
        return sum(tally.images for tally in self.findings.values())

    @property
    def changed(self) -> Tally:
        """Count the images whose finding would be another."""
        moved = (tally for (was, would), tally in self.moves.items() if was is not would)
        return sum(moved, start=Tally())


def preview_thresholds(session: Session, model: str, thresholds: Thresholds, *, since: datetime) -> Preview:
    """What these thresholds would have made of images whose latest verdict is this model's.

    What the file's own record decided stays as it was, and so does a score that re-encoding moved
    across a threshold: how it would stand to another one was not measured.
    """
    would = case(
        (Verdict.basis != Basis.PIXELS, Verdict.finding),
        (Verdict.score >= thresholds.flagged_from, Finding.FLAGGED.value),
        (Verdict.score < thresholds.clear_below, Finding.CLEAR.value),
        else_=Finding.UNCERTAIN.value,
    )
    inner = (
        select(would.label("would"), Verdict.finding.label("was"), Decision.outcome.label("outcome"))
        .select_from(Image)
        .join(Verdict, Verdict.id == Image.verdict_id)
        .outerjoin(Decision, Decision.id == Image.decision_id)
        .where(*_is_recent(model, since))
        .subquery()
    )
    rows = session.execute(
        select(inner.c.would, inner.c.was, inner.c.outcome, func.count()).group_by(
            inner.c.would, inner.c.was, inner.c.outcome
        )
    )
    findings = {finding: Tally() for finding in Finding}
    moves: dict[tuple[Finding, Finding], Tally] = {}
    for would_be, was, outcome, count in rows:
        finding, tally = Finding(would_be), tally_of(outcome, count)
        findings[finding] += tally
        moves[was, finding] = moves.get((was, finding), Tally()) + tally
    return Preview(findings, moves)


def count_by_score(session: Session, model: str, *, since: datetime) -> list[Tally]:
    """Count the images that their score alone decided, in `BINS` equal bins from 0 to 1."""
    place = case(*((Verdict.score < (index + 1) / BINS, index) for index in range(BINS - 1)), else_=BINS - 1)
    inner = (
        select(place.label("place"), Decision.outcome.label("outcome"))
        .select_from(Image)
        .join(Verdict, Verdict.id == Image.verdict_id)
        .outerjoin(Decision, Decision.id == Image.decision_id)
        .where(*_is_recent(model, since), Verdict.basis == Basis.PIXELS)
        .subquery()
    )
    rows = session.execute(
        select(inner.c.place, inner.c.outcome, func.count()).group_by(inner.c.place, inner.c.outcome)
    )
    bins = [Tally()] * BINS
    for index, outcome, count in rows:
        bins[index] += tally_of(outcome, count)
    return bins


def _is_recent(model: str, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Verdict.created_at >= since, Verdict.model == model


def tally_of(outcome: Outcome | None, count: int) -> Tally:
    """Count images that all have this decision, or none."""
    human, ai, assisted = (count if outcome is one else 0 for one in RULINGS)
    return Tally(count, human, ai, assisted)
