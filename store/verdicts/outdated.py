"""Open cases whose verdict is of another model or policy than today's."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.vocabulary import Finding
from store.base.database import Database
from store.tables.case_tables import Image, Verdict
from store.tables.review_states import ReviewState
from store.tables.review_tables import is_claimed

STEP = 200


class CaseTakenError(Exception):
    """A case was opened, decided or erased while it was judged again; nothing was written."""


def count_outdated(session: Session, model: str, policy: str) -> int:
    """Count the open, undecided cases whose verdict is of another model or policy."""
    query = select(func.count()).select_from(Image).join(Verdict, Verdict.id == Image.verdict_id)
    return session.scalar(query.where(*_is_outdated(model, policy))) or 0


def outdated_cases(
    database: Database, model: str, policy: str, *, at: datetime
) -> Iterator[tuple[str, Finding]]:
    """Go through these cases, each with its finding; not those that someone is looking at."""
    after = ""
    while True:
        with database.reading() as session:
            rows = session.execute(
                select(Image.sha256, Verdict.finding)
                .join(Verdict, Verdict.id == Image.verdict_id)
                .where(*_is_outdated(model, policy), ~is_claimed(at), Image.sha256 > after)
                .order_by(Image.sha256)
                .limit(STEP)
            ).all()
        yield from ((row.sha256, row.finding) for row in rows)
        if len(rows) < STEP:
            return
        after = rows[-1].sha256


def lock_undecided(session: Session, sha256: str, *, free_at: datetime | None = None) -> bool:
    """Lock an image to be judged again; False if it was decided or its file deleted meanwhile.

    With `free_at`, False as well where someone has the case open at that moment.
    """
    query = select(Image.sha256).where(
        Image.sha256 == sha256, Image.decision_id.is_(None), Image.purged_at.is_(None)
    )
    if free_at is not None:
        query = query.where(~is_claimed(free_at))
    return session.scalar(query.with_for_update()) is not None


def _is_outdated(model: str, policy: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Image.review == ReviewState.OPEN,
        Image.decision_id.is_(None),
        Image.purged_at.is_(None),
        or_(Verdict.model != model, Verdict.policy != policy),
    )
