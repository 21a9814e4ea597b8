"""Statistics: drawn, read as tables, and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Response, render_template
from sqlalchemy.orm import Session

from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.csv_text import csv_file
from api.review.frame.days import WINDOWS, asked_window
from api.review.frame.filters import iso
from api.review.frame.guard import me
from api.review.frame.permissions import Act, may
from api.review.frame.rates import Rate
from core.clock import now
from core.vocabulary import Finding
from store.quality.stats import (
    BINS,
    Agreement,
    agreement_by_model,
    agreement_by_moderator,
    agreement_by_source,
    count_appealed,
    count_sampled,
    count_waiting,
    findings_by_day,
    oldest_open,
    sampled_agreement,
    scores,
    times_to_decision,
)
from store.quality.volume import Volume, volume_by_model, volume_by_source
from store.verdicts.drift import Week, weeks

HALF_YEAR = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Comparison:
    """People and machine compared: how often it accused falsely, and how often it missed."""

    key: str
    decided: int
    accused: Rate
    missed: Rate


@dataclass(frozen=True, slots=True)
class Came:
    """How much came by one way, and within what time half and nine of ten of it were decided."""

    volume: Volume
    median: timedelta | None
    slow: timedelta | None


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything that the page shows; `before` are the scores of as long a time before the window."""

    days: int
    waiting: int
    appeals: int
    oldest: datetime | None
    by_day: list[tuple[date, dict[Finding, int]]]
    median: timedelta | None
    slow: timedelta | None
    now: list[int]
    before: list[int]
    sampled: int
    live: list[Comparison]
    models: list[Comparison]
    sources: list[Comparison]
    moderators: list[Comparison]
    weeks: list[Week]
    came: list[Came]
    judged: list[Came]

    @property
    def busiest(self) -> int:
        """The number of images on the busiest day."""
        return max(sum(findings.values()) for _, findings in self.by_day)


@review.get("/review/stats")
def stats() -> str:
    with parts().database.reading() as session:
        gathered = _gather(session, asked_window(), with_moderators=may(me(), Act.SEE_PEOPLE))
    return render_template("review/stats.html", stats=gathered, windows=WINDOWS, bins=BINS, at=now())


@review.get("/review/stats.csv")
def stats_csv() -> Response:
    with parts().database.reading() as session:
        gathered = _gather(session, asked_window(), with_moderators=may(me(), Act.SEE_PEOPLE))
    return csv_file("kantei-stats.csv", _rows(gathered))


def _gather(session: Session, days: int, *, with_moderators: bool) -> Stats:
    at = now()
    since = at - timedelta(days=days)
    first, times = since.date(), times_to_decision(session, since)
    found = findings_by_day(session, datetime.combine(first, datetime.min.time(), at.tzinfo))
    dates = [first + timedelta(days=index) for index in range(days + 1)]
    return Stats(
        days=days,
        waiting=count_waiting(session),
        appeals=count_appealed(session),
        oldest=oldest_open(session),
        by_day=[(day, found.get(day, {})) for day in dates],
        median=_share(times, 0.5),
        slow=_share(times, 0.9),
        now=scores(session, since, at),
        before=scores(session, since - timedelta(days=days), since),
        sampled=count_sampled(session, since),
        live=[_compare(one) for one in sampled_agreement(session, since)],
        models=[_compare(one) for one in agreement_by_model(session, since)],
        sources=[_compare(one) for one in agreement_by_source(session, since)],
        moderators=[_compare(one) for one in agreement_by_moderator(session, since)]
        if with_moderators
        else [],
        weeks=weeks(session, at - HALF_YEAR),
        came=[_came(one) for one in volume_by_source(session, since)],
        judged=[_came(one) for one in volume_by_model(session, since)],
    )


def _share(times: list[timedelta], share: float) -> timedelta | None:
    return times[min(len(times) - 1, int(len(times) * share))] if times else None


def _came(volume: Volume) -> Came:
    return Came(volume, _share(volume.times, 0.5), _share(volume.times, 0.9))


def _compare(counts: Agreement) -> Comparison:
    return Comparison(
        key=counts.key,
        decided=counts.decided,
        accused=Rate(counts.false_accusations, counts.flagged),
        missed=Rate(counts.missed, counts.cleared),
    )


def _volume_rows(name: str, one: Came) -> Iterator[tuple[object, ...]]:
    volume = one.volume
    for finding in Finding:
        count = volume.findings.get(finding, 0)
        yield f"volume_by_{name}", volume.key, finding.value, count, volume.count, None, None
    if name == "source":
        yield "volume_by_source", volume.key, "failed", volume.failed, volume.count, None, None
        yield "volume_by_source", volume.key, "waiting", volume.waiting, volume.count, None, None
    for measure, time in (("half_within", one.median), ("nine_of_ten_within", one.slow)):
        seconds = time.total_seconds() if time is not None else None
        yield f"seconds_by_{name}", volume.key, measure, seconds, len(volume.times), None, None


def _rows(stats: Stats) -> Iterator[tuple[object, ...]]:
    yield "table", "key", "measure", "value", "of", "low", "high"
    yield "waiting", None, "cases", stats.waiting, None, None, None
    yield "waiting", None, "oldest", iso(stats.oldest) if stats.oldest else None, None, None, None
    yield "waiting", None, "open_appeals", stats.appeals, None, None, None
    for measure, time in (("half_within", stats.median), ("nine_of_ten_within", stats.slow)):
        yield "seconds_to_decision", None, measure, time.total_seconds() if time else None, None, None, None
    for name, rows in (("source", stats.came), ("model", stats.judged)):
        for one in rows:
            yield from _volume_rows(name, one)
    for week in stats.weeks:
        for measure, value in zip(("quarter", "half", "three_quarters"), week.quartiles, strict=True):
            yield f"week_{week.model}", week.monday.isoformat(), measure, value, week.count, None, None
        yield f"week_{week.model}", week.monday.isoformat(), "psi", week.psi, week.count, None, None
    for day, findings in stats.by_day:
        for finding in Finding:
            yield "images_by_day", day.isoformat(), finding.value, findings.get(finding, 0), None, None, None
    for name, counts in (("scores", stats.now), ("scores_before", stats.before)):
        for index, count in enumerate(counts):
            yield name, f"{index / BINS:.2f}", "count", count, None, None, None
    groups = {
        "live_model": stats.live,
        "model": stats.models,
        "source": stats.sources,
        "moderator": stats.moderators,
    }
    for name, comparisons in groups.items():
        for each in comparisons:
            for measure, rate in (("false_accusations", each.accused), ("missed", each.missed)):
                yield f"by_{name}", each.key, measure, rate.part, rate.total, rate.low, rate.high
