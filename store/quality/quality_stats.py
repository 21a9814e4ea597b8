"""Statistics of checks: by moderator, by model, and each answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from core.vocabulary import RULINGS, Finding, Outcome
from store.tables.case_tables import Decision, Verdict
from store.tables.people_tables import Moderator
from store.tables.quality_tables import Check, CheckKind


@dataclass(frozen=True, slots=True)
class PersonChecked:
    """How one person answered: golden cases right of those ruled on; second looks by them, and at them."""

    email: str
    golden: int
    golden_right: int
    looks: int
    looks_agreed: int
    looked_at: int
    upheld: int


@dataclass(frozen=True, slots=True)
class ModelChecked:
    """How one model version's findings stand to known answers, and how often two people agreed on them."""

    model: str
    drawn: int
    drawn_flagged: int
    generated: int
    generated_flagged: int
    looks: int
    agreed: int


def checked_by_person(session: Session, since: datetime) -> list[PersonChecked]:
    """Count answers for each person; to escalate is neither right nor wrong."""
    first = aliased(Decision)
    ruled = Check.outcome.in_(RULINGS)
    golden, second = Check.kind == CheckKind.GOLDEN, Check.kind == CheckKind.SECOND
    right = Check.outcome == Check.expected
    by_them = session.execute(
        select(
            Moderator.email,
            _count(golden & ruled),
            _count(golden & right),
            _count(second & ruled),
            _count(second & right),
        )
        .join(Moderator, Moderator.id == Check.moderator_id)
        .where(Check.answered_at >= since)
        .group_by(Moderator.email)
    )
    at_them = session.execute(
        select(Moderator.email, _count(ruled), _count(right))
        .select_from(Check)
        .join(first, first.id == Check.decision_id)
        .join(Moderator, Moderator.id == first.moderator_id)
        .where(Check.answered_at >= since)
        .group_by(Moderator.email)
    )
    found = {email: [*map(int, counts), 0, 0] for email, *counts in by_them}
    for email, looked_at, upheld in at_them:
        found.setdefault(email, [0] * 6)[4:] = [int(looked_at), int(upheld)]
    return [PersonChecked(email, *counts) for email, counts in sorted(found.items())]


def checked_by_model(session: Session, since: datetime) -> list[ModelChecked]:
    """Count known answers and second looks for each model version; a golden case counts once."""
    flagged = Verdict.finding == Finding.FLAGGED
    cases = (
        select(Check.golden_id, Check.expected, func.max(Check.verdict_id).label("verdict_id"))
        .where(Check.kind == CheckKind.GOLDEN, Check.answered_at >= since)
        .group_by(Check.golden_id, Check.expected)
        .subquery()
    )
    drawn, generated = cases.c.expected == Outcome.HUMAN, cases.c.expected == Outcome.AI
    golden = session.execute(
        select(
            Verdict.model,
            _count(drawn),
            _count(drawn & flagged),
            _count(generated),
            _count(generated & flagged),
        )
        .select_from(cases)
        .join(Verdict, Verdict.id == cases.c.verdict_id)
        .group_by(Verdict.model)
    )
    looks = session.execute(
        select(Verdict.model, func.count(), _count(Check.outcome == Check.expected))
        .join(Verdict, Verdict.id == Check.verdict_id)
        .where(
            Check.kind == CheckKind.SECOND,
            Check.answered_at >= since,
            Check.outcome.in_(RULINGS),
        )
        .group_by(Verdict.model)
    )
    found = {model: [*map(int, counts), 0, 0] for model, *counts in golden}
    for model, count, agreed in looks:
        found.setdefault(model, [0] * 6)[4:] = [int(count), int(agreed)]
    return [ModelChecked(model, *counts) for model, counts in sorted(found.items())]


def list_answers(
    session: Session, *, before_id: str | None = None, since: datetime | None = None, limit: int = 50
) -> list[Check]:
    """List answered checks, newest first, with who answered, the verdict, and whose decision it was."""
    query = (
        select(Check)
        .where(Check.answered_at.is_not(None))
        .options(
            joinedload(Check.moderator),
            joinedload(Check.verdict),
            joinedload(Check.decision).joinedload(Decision.moderator),
        )
        .order_by(Check.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Check.id < before_id)
    if since is not None:
        query = query.where(Check.answered_at >= since)
    return list(session.scalars(query))


def every_answer(session: Session, *, since: datetime | None = None) -> Iterator[Check]:
    """All answers, read page by page."""
    before_id = None
    while found := list_answers(session, before_id=before_id, since=since, limit=500):
        yield from found
        before_id = found[-1].id
        session.expunge_all()


def count_waiting(session: Session) -> int:
    """Count the second looks that no one has taken."""
    query = select(func.count()).select_from(Check)
    return session.scalar(query.where(Check.answered_at.is_(None), Check.kind == CheckKind.SECOND)) or 0


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
