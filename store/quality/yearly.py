"""The figures of a year, for the transparency report that a platform publishes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from core.vocabulary import RULINGS, Outcome
from store.appeals.appeals import appealed_ruling
from store.base.columns import UtcDateTime
from store.desk.decisions import UNDOABLE
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.review_tables import Undo
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class YearlyDecisions:
    """Rulings that were not undone: by outcome, by ground, and what Kantei had found by what means.

    A ruling counts in the year in which it was made, even if another replaced it later: a published year does
    not change. (`settles` counts cases instead, each by its latest decision.) Escalations rule on nothing.
    `against` are those against a picture, each with a statement of reasons for every submission. People made
    all of them; `in_bulk` counts those made for several cases at once, and `from_reports` those of `against`
    that a reader's report led to.
    """

    total: int
    against: int
    by_outcome: dict[str, int]
    by_ground: dict[str, int]
    by_finding: dict[str, int]
    by_means: dict[str, int]
    from_reports: int
    in_bulk: int
    median_hours_to_decide: float | None


@dataclass(frozen=True, slots=True)
class YearlyAppeals:
    """Appeals by when they were opened, and answers by when they were given."""

    received: int
    from_artists: int
    answered: int
    by_outcome: dict[str, int]
    upheld: int
    changed: int
    median_hours_to_answer: float | None


@dataclass(frozen=True, slots=True)
class YearlyReport:
    """What was submitted, found, decided and appealed in a year, by UTC."""

    year: int
    submissions: int
    by_source: dict[str, int]
    by_declaration: dict[str, int]
    decisions: YearlyDecisions
    appeals: YearlyAppeals


def yearly_report(session: Session, year: int, at: datetime) -> YearlyReport:
    """Count a year; submissions that were purged are no longer counted. Errors: ValueError for no year.

    What can still be undone at this moment does not count yet.
    """
    since, until = year_of(year)
    last = at - UNDOABLE
    came = (Submission.created_at >= since, Submission.created_at < until)
    by_source = _count(session, Submission.source, *came)
    return YearlyReport(
        year=year,
        submissions=sum(by_source.values()),
        by_source=by_source,
        by_declaration=_count(session, Submission.declared, *came),
        decisions=_decisions(session, since, until, last),
        appeals=_appeals(session, since, until, last),
    )


def year_of(year: int) -> tuple[datetime, datetime]:
    """The first moment of a year, and the first after it, in UTC. Errors: ValueError for no year."""
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def _decisions(session: Session, since: datetime, until: datetime, last: datetime) -> YearlyDecisions:
    stands = ~select(1).where(Undo.decision_id == Decision.id).exists()
    rules = (stands, Decision.outcome.in_(RULINGS), Decision.created_at <= last)
    made = (Decision.created_at >= since, Decision.created_at < until, *rules)
    against = (*made, Decision.outcome.in_([Outcome.AI, Outcome.ASSISTED]))
    by_outcome = _count(session, Decision.outcome, *made)
    joined = Decision.verdict_id == Verdict.id
    ruled = func.min(Decision.created_at, type_=UtcDateTime)
    first = session.execute(
        select(Image.created_at, ruled)
        .join(Decision, Decision.image_sha256 == Image.sha256)
        .where(*rules)
        .group_by(Image.sha256, Image.created_at)
        .having(ruled >= since, ruled < until)
    )
    return YearlyDecisions(
        total=sum(by_outcome.values()),
        against=by_outcome.get(Outcome.AI, 0) + by_outcome.get(Outcome.ASSISTED, 0),
        by_outcome=by_outcome,
        by_ground=_count(session, func.coalesce(Decision.ground, "none"), *made),
        by_finding=_count(session, Verdict.finding, joined, *against),
        by_means=_count(session, Verdict.basis, joined, *against),
        from_reports=_total(session, *against, Decision.from_report.is_(True)),
        in_bulk=_total(session, *made, Decision.batch_id.is_not(None)),
        median_hours_to_decide=_median_hours(first),
    )


def _appeals(session: Session, since: datetime, until: datetime, last: datetime) -> YearlyAppeals:
    opened = (Appeal.created_at >= since, Appeal.created_at < until)
    answered = (Appeal.resolved_at >= since, Appeal.resolved_at < until, Appeal.resolved_at <= last)
    answers = session.execute(select(Appeal.outcome, appealed_ruling()).where(*answered))
    pairs = [(now, earlier) for now, earlier in answers if earlier is not None]
    times = session.execute(select(Appeal.created_at, Appeal.resolved_at).where(*answered))
    by_outcome = _count(session, Appeal.outcome, *answered)
    return YearlyAppeals(
        received=_total_of(session, Appeal.id, *opened),
        from_artists=_total_of(session, Appeal.id, *opened, Appeal.from_artist.is_(True)),
        answered=sum(by_outcome.values()),
        by_outcome=by_outcome,
        upheld=sum(now is earlier for now, earlier in pairs),
        changed=sum(now is not earlier for now, earlier in pairs),
        median_hours_to_answer=_median_hours(times),
    )


def _count(session: Session, key: SQLColumnExpression[Any], *where: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(key, func.count()).where(*where).group_by(key).order_by(key))
    return {str(value): count for value, count in rows}


def _total(session: Session, *where: ColumnElement[bool]) -> int:
    return _total_of(session, Decision.id, *where)


def _total_of(session: Session, key: SQLColumnExpression[Any], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(key)).where(*where)) or 0


def _median_hours(times: Iterable[Any]) -> float | None:
    hours = [(end - start).total_seconds() / 3600 for start, end in times]
    return round(median(hours), 2) if hours else None
