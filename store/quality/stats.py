"""Statistics of the review: volume, waiting time, agreement between decisions and findings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, case, func, select
from sqlalchemy.orm import Session

from core.vocabulary import Finding, Outcome
from store.appeals.appeal_resolution import appealed
from store.tables.case_tables import Decision, Image, Moderator, Submission, Verdict, settles
from store.tables.quality_tables import LiveSample
from store.tables.review_states import ReviewState

BINS = 20  # of the score, each 0.05 wide


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


def scores(session: Session, since: datetime, until: datetime) -> list[int]:
    """Count verdicts by score, in `BINS` equal bins from 0 to 1."""
    edges = [index / BINS for index in range(BINS)]
    sums = [
        func.sum(case((_within(low, low + 1 / BINS, is_last=index == BINS - 1), 1), else_=0))
        for index, low in enumerate(edges)
    ]
    row = session.execute(select(*sums).where(Verdict.created_at >= since, Verdict.created_at < until)).one()
    return [int(count or 0) for count in row]


def agreement_by_model(session: Session, since: datetime) -> list[Agreement]:
    """Compare people and machine for each model version."""
    return _agreement(session.execute(_counted(Verdict.model, since).group_by(Verdict.model)).all())


def sampled_agreement(session: Session, since: datetime) -> list[Agreement]:
    """Compare people and each model version on the verdicts drawn at random, by the decisions that stand."""
    query = _compared(Verdict.model).select_from(LiveSample)
    query = query.join(Verdict, Verdict.id == LiveSample.verdict_id)
    query = query.join(Image, Image.sha256 == LiveSample.image_sha256)
    query = query.join(Decision, Decision.id == Image.decision_id)
    wanted = (LiveSample.created_at >= since, settles())
    return _agreement(session.execute(query.where(*wanted).group_by(Verdict.model)).all())


def count_sampled(session: Session, since: datetime) -> int:
    """Count the verdicts drawn at random, decided or not."""
    drawn = select(func.count()).select_from(LiveSample).where(LiveSample.created_at >= since)
    return session.scalar(drawn) or 0


def agreement_by_source(session: Session, since: datetime) -> list[Agreement]:
    """Compare people and machine for each source; an image from two sources counts for both."""
    came = (
        select(Submission.image_sha256, Submission.source)
        .where(Submission.image_sha256.is_not(None))
        .distinct()
        .subquery()
    )
    query = _counted(came.c.source, since).join(came, came.c.image_sha256 == Decision.image_sha256)
    return _agreement(session.execute(query.group_by(came.c.source)).all())


def agreement_by_moderator(session: Session, since: datetime) -> list[Agreement]:
    """Compare each moderator with the machine."""
    query = _counted(Moderator.email, since).join(Moderator, Moderator.id == Decision.moderator_id)
    return _agreement(session.execute(query.group_by(Moderator.email)).all())


def _counted(key: SQLColumnExpression[str], since: datetime) -> Select[str, int, int, int, int, int]:
    """Count what was decided since a moment, by the decisions that stand."""
    return (
        _compared(key)
        .select_from(Decision)
        .join(Image, Image.sha256 == Decision.image_sha256)
        .join(Verdict, Verdict.id == Decision.verdict_id)
        .where(Decision.created_at >= since, settles())
    )


def _compared(key: SQLColumnExpression[str]) -> Select[str, int, int, int, int, int]:
    human, ai = Decision.outcome == Outcome.HUMAN, Decision.outcome == Outcome.AI
    flagged, clear = Verdict.finding == Finding.FLAGGED, Verdict.finding == Finding.CLEAR
    return select(
        key, _count(flagged), _count(flagged & human), _count(clear), _count(clear & ai), func.count()
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _agreement(rows: Sequence[Row[str, int, int, int, int, int]]) -> list[Agreement]:
    found = [Agreement(str(key), *map(int, counts)) for key, *counts in rows]
    return sorted(found, key=lambda one: -one.decided)


def _within(low: float, high: float, *, is_last: bool) -> ColumnElement[bool]:
    upper = Verdict.score <= 1.0 if is_last else Verdict.score < high
    return (Verdict.score >= low) & upper
