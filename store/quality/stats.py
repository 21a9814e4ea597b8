"""Statistics of the review: volume, waiting time, agreement between decisions and findings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.vocabulary import Finding, Outcome, Source
from store.appeals.appeal_resolution import appealed
from store.quality.settled import SettledCase
from store.tables.case_tables import Decision, Image, Verdict, settles
from store.tables.quality_tables import LiveSample
from store.tables.review_states import ReviewState
from store.verdicts.drift import BINS, score_bin


@dataclass(frozen=True, slots=True)
class Agreement:
    """How people decided what the machine found, by one key (a model version, a source, a person).

    `flagged` and `cleared` count decided cases that the machine flagged and found clear;
    `false_accusations` those flagged that a person called human, `missed` those clear called AI.
    """

    key: str
    flagged: int
    false_accusations: int
    cleared: int
    missed: int
    decided: int


@dataclass(frozen=True, slots=True)
class JudgedCount:
    """How many verdicts of a model version had a finding, and a score in one of `BINS` bins."""

    model: str
    finding: Finding
    place: int
    count: int


def findings_by_day(session: Session, since: datetime) -> dict[date, dict[Finding, int]]:
    """Count new images by day and finding."""
    day = func.date(Image.created_at)
    rows = session.execute(
        select(day, Image.finding, func.count())
        .where(Image.created_at >= since, Image.finding.is_not(None))
        .group_by(day, Image.finding)
    )
    found: dict[date, dict[Finding, int]] = {}
    for moment, finding, count in rows:
        # SQLite gives a text and PostgreSQL a date.
        found.setdefault(date.fromisoformat(str(moment)), {})[finding] = count
    return found


def count_waiting(session: Session) -> int:
    """Count the cases that wait for a person, escalated or not: all of them, however many."""
    waits = Image.review.in_((ReviewState.OPEN, ReviewState.ESCALATED))
    return session.scalar(select(func.count()).select_from(Image).where(waits)) or 0


def count_appealed(session: Session) -> int:
    """Count the images with open appeals."""
    return session.scalar(select(func.count()).select_from(appealed().subquery())) or 0


def oldest_open(session: Session) -> datetime | None:
    """Since when the longest-waiting case has waited."""
    return session.scalar(select(func.min(Image.created_at)).where(Image.review == ReviewState.OPEN))


def count_judged(session: Session, since: datetime, until: datetime) -> list[JudgedCount]:
    """Count verdicts by model version, finding and bin of the score, with one walk along an index."""
    inner = (
        select(Verdict.model, Verdict.finding, score_bin().label("place"))
        .where(Verdict.created_at >= since, Verdict.created_at < until)
        .subquery()
    )
    key = (inner.c.model, inner.c.finding, inner.c.place)
    return [JudgedCount(*row) for row in session.execute(select(*key, func.count()).group_by(*key))]


def scores(judged: Iterable[JudgedCount]) -> list[int]:
    """Count verdicts by score, in `BINS` equal bins from 0 to 1."""
    found = [0] * BINS
    for one in judged:
        found[one.place] += one.count
    return found


def agreement_by_model(cases: Iterable[SettledCase]) -> list[Agreement]:
    """Compare people and machine for each model version."""
    return _agreement((case.model, case.finding, case.outcome) for case in cases)


def sampled_agreement(session: Session, since: datetime) -> list[Agreement]:
    """Compare people and each model version on the verdicts drawn at random, by the decisions that stand."""
    rows = session.execute(
        select(Verdict.model, Verdict.finding, Decision.outcome)
        .select_from(LiveSample)
        .join(Verdict, Verdict.id == LiveSample.verdict_id)
        .join(Image, Image.sha256 == LiveSample.image_sha256)
        .join(Decision, Decision.id == Image.decision_id)
        .where(LiveSample.created_at >= since, settles())
    )
    return _agreement((model, finding, outcome) for model, finding, outcome in rows)


def count_sampled(session: Session, since: datetime) -> int:
    """Count the verdicts drawn at random, decided or not."""
    drawn = select(func.count()).select_from(LiveSample).where(LiveSample.created_at >= since)
    return session.scalar(drawn) or 0


def agreement_by_source(
    cases: Iterable[SettledCase], sources: Mapping[str | None, Iterable[Source]]
) -> list[Agreement]:
    """Compare people and machine for each source; an image from two sources counts for both."""
    return _agreement(
        (source.value, case.finding, case.outcome)
        for case in cases
        for source in sources.get(case.sha256, ())
    )


def agreement_by_moderator(cases: Iterable[SettledCase]) -> list[Agreement]:
    """Compare each moderator with the machine."""
    return _agreement((case.moderator, case.finding, case.outcome) for case in cases)


def _agreement(decided: Iterable[tuple[str, Finding, Outcome]]) -> list[Agreement]:
    counts = defaultdict[str, Counter[tuple[Finding, Outcome]]](Counter)
    for key, finding, outcome in decided:
        counts[key][finding, outcome] += 1
    found = [_compare(key, each) for key, each in sorted(counts.items())]
    return sorted(found, key=lambda one: -one.decided)


def _compare(key: str, counts: Counter[tuple[Finding, Outcome]]) -> Agreement:
    def of(finding: Finding) -> int:
        return sum(count for (found, _), count in counts.items() if found is finding)

    return Agreement(
        key,
        flagged=of(Finding.FLAGGED),
        false_accusations=counts[Finding.FLAGGED, Outcome.HUMAN],
        cleared=of(Finding.CLEAR),
        missed=counts[Finding.CLEAR, Outcome.AI],
        decided=counts.total(),
    )
