"""Statistics: drawn, read as tables, and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Response, render_template, request
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
from store.quality.settled import CaseTimes, case_times, settled_cases, settled_sources
from store.quality.stats import (
    Agreement,
    agreement_by_model,
    agreement_by_moderator,
    agreement_by_source,
    count_appealed,
    count_judged,
    count_sampled,
    count_waiting,
    findings_by_day,
    oldest_open,
    sampled_agreement,
    scores,
)
from store.quality.volume import Volume, volume_by_model, volume_by_source
from store.verdicts.drift import BINS, Week, weeks

HALF_YEAR = timedelta(days=182)
# What the file of one table on the page holds, by how its rows begin.
CSV_TABLES = {
    "days": ("images_by_day",),
    "scores": ("scores",),
    "came": ("volume_by_source", "seconds_by_source"),
    "judged": ("volume_by_model", "seconds_by_model"),
    "weeks": ("week_",),
    "live": ("by_live_model",),
    "models": ("by_model",),
    "sources": ("by_source",),
    "moderators": ("by_moderator",),
    "paces": ("pace_by_moderator",),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """People and machine compared: how often it accused falsely, and how often it missed."""

    key: str
    decided: int
    accused: Rate
    missed: Rate


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 90th percentile of times, in order; None where there are none."""

    times: list[timedelta]

    @property
    def median(self) -> timedelta | None:
        """Half took no longer."""
        return self._share(0.5)

    @property
    def slow(self) -> timedelta | None:
        """Nine of ten took no longer."""
        return self._share(0.9)

    def _share(self, share: float) -> timedelta | None:
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))] if self.times else None


@dataclass(frozen=True, slots=True)
class Came:
    """How much came by one way, how much that came so was decided, and how long it waited."""

    volume: Volume
    decided: int
    waiting: Spread


@dataclass(frozen=True, slots=True)
class Pace:
    """What one moderator decided, how long it had waited, and how long they had it open."""

    email: str
    decided: int
    waiting: Spread
    handling: Spread


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything that the page shows; `before` are the scores of as long a time before the window."""

    days: int
    waiting: int
    appeals: int
    oldest: datetime | None
    by_day: list[tuple[date, dict[Finding, int]]]
    decided: int
    waited: Spread
    handled: Spread
    paces: list[Pace]
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
    wanted = CSV_TABLES.get(request.args.get("table", ""))
    heading, *rows = _rows(gathered)
    found = [row for row in rows if wanted is None or str(row[0]).startswith(wanted)]
    return csv_file("kantei-stats.csv", [heading, *found])


def _gather(session: Session, days: int, *, with_moderators: bool) -> Stats:
    at = now()
    since = at - timedelta(days=days)
    first, cases, ways = since.date(), settled_cases(session, since), settled_sources(session, since)
    times, times_of = case_times(cases)
    models, sources = agreement_by_model(cases), agreement_by_source(cases, ways)
    people = agreement_by_moderator(cases) if with_moderators else []
    judged = count_judged(session, since, at)
    found = findings_by_day(session, datetime.combine(first, datetime.min.time(), at.tzinfo))
    dates = [first + timedelta(days=index) for index in range(days + 1)]
    return Stats(
        days=days,
        waiting=count_waiting(session),
        appeals=count_appealed(session),
        oldest=oldest_open(session),
        by_day=[(day, found.get(day, {})) for day in dates],
        decided=sum(one.decided for one in models),
        waited=Spread(times.waiting),
        handled=Spread(times.handling),
        paces=[_pace(one, times_of.get(one.key, CaseTimes())) for one in people],
        now=scores(judged),
        before=scores(count_judged(session, since - timedelta(days=days), since)),
        sampled=count_sampled(session, since),
        live=[_compare(one) for one in sampled_agreement(session, since)],
        models=[_compare(one) for one in models],
        sources=[_compare(one) for one in sources],
        moderators=[_compare(one) for one in people],
        weeks=weeks(session, at - HALF_YEAR),
        came=_came(volume_by_source(session, since, cases, ways), sources),
        judged=_came(volume_by_model(judged, cases), models),
    )


def _came(volumes: list[Volume], agreements: list[Agreement]) -> list[Came]:
    decided = {one.key: one.decided for one in agreements}
    return [Came(one, decided.get(one.key, 0), Spread(one.times)) for one in volumes]


def _pace(counts: Agreement, times: CaseTimes) -> Pace:
    return Pace(counts.key, counts.decided, Spread(times.waiting), Spread(times.handling))


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
    yield f"volume_by_{name}", volume.key, "decided", one.decided, volume.count, None, None
    yield from _time_rows(f"seconds_by_{name}", volume.key, "", one.waiting)


def _time_rows(table: str, key: str | None, prefix: str, spread: Spread) -> Iterator[tuple[object, ...]]:
    """Write the median and the 90th percentile, by the names that files have had for them."""
    for measure, time in (("half_within", spread.median), ("nine_of_ten_within", spread.slow)):
        seconds = time.total_seconds() if time is not None else None
        yield table, key, f"{prefix}{measure}", seconds, len(spread.times), None, None


def _rows(stats: Stats) -> Iterator[tuple[object, ...]]:
    yield "table", "key", "measure", "value", "of", "low", "high"
    yield "waiting", None, "cases", stats.waiting, None, None, None
    yield "waiting", None, "oldest", iso(stats.oldest) if stats.oldest else None, None, None, None
    yield "waiting", None, "open_appeals", stats.appeals, None, None, None
    yield "decided", None, "cases", stats.decided, None, None, None
    yield from _time_rows("seconds_to_decision", None, "", stats.waited)
    yield from _time_rows("seconds_of_handling", None, "", stats.handled)
    for pace in stats.paces:
        yield "pace_by_moderator", pace.email, "decided", pace.decided, stats.decided, None, None
        yield from _time_rows("pace_by_moderator", pace.email, "waiting_", pace.waiting)
        yield from _time_rows("pace_by_moderator", pace.email, "handling_", pace.handling)
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
            yield f"by_{name}", each.key, "decided", each.decided, None, None, None
            for measure, rate in (("false_accusations", each.accused), ("missed", each.missed)):
                yield f"by_{name}", each.key, measure, rate.part, rate.total, rate.low, rate.high
