"""Check rates and golden cases, as set by leads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.vocabulary import Outcome
from store.people.audit_notes import note_event
from store.tables.case_tables import Image
from store.tables.quality_tables import GoldenCase, QualityRates
from store.tables.review_states import ReviewState


class GoldenError(Exception):
    """The case cannot be one with a known answer: it is one already, or no one has decided it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How many of a hundred cases are golden ones, and how many decisions get a second look; 0 to 1."""

    golden: float = 0.0
    second: float = 0.0


def rates(session: Session) -> Rates:
    """The current check rates; 0 until a lead sets them."""
    row = session.execute(
        select(QualityRates.golden, QualityRates.second).order_by(QualityRates.id.desc()).limit(1)
    ).one_or_none()
    return Rates(row.golden, row.second) if row else Rates()


def set_rates(session: Session, wanted: Rates, *, moderator_id: str, at: datetime) -> None:
    """Let other rates hold from now on."""
    session.add(
        QualityRates(golden=wanted.golden, second=wanted.second, moderator_id=moderator_id, created_at=at)
    )
    detail = {"golden": wanted.golden, "second": wanted.second}
    note_event(session, "quality_changed", moderator_id=moderator_id, at=at, detail=detail)


def add_golden(
    session: Session, sha256: str, *, answer: Outcome, lesson: str, moderator_id: str, at: datetime
) -> None:
    """Make a decided case one with a known answer. Errors: GoldenError."""
    image = session.get(Image, sha256)
    if image is None or image.review is not ReviewState.CLOSED or image.decision_id is None:
        raise GoldenError
    try:
        with session.begin_nested():
            session.add(
                GoldenCase(
                    image_sha256=sha256, answer=answer, lesson=lesson, added_by=moderator_id, created_at=at
                )
            )
    except IntegrityError:
        raise GoldenError from None
    note_event(
        session,
        "golden_added",
        moderator_id=moderator_id,
        at=at,
        subject=sha256,
        detail={"answer": answer.value},
    )


def retire_golden(session: Session, golden_id: str, *, moderator_id: str, at: datetime) -> None:
    """Retire a golden case; its answers are kept."""
    sha256 = session.scalar(
        update(GoldenCase)
        .where(GoldenCase.id == golden_id, GoldenCase.retired_at.is_(None))
        .values(retired_at=at)
        .returning(GoldenCase.image_sha256)
        .execution_options(synchronize_session=False)
    )
    if sha256 is not None:
        note_event(session, "golden_retired", moderator_id=moderator_id, at=at, subject=sha256)


def list_golden(session: Session, *, limit: int = 200) -> list[GoldenCase]:
    """List the live golden cases, newest first, with their images."""
    query = select(GoldenCase).where(GoldenCase.retired_at.is_(None)).options(joinedload(GoldenCase.image))
    return list(session.scalars(query.order_by(GoldenCase.id.desc()).limit(limit)))


def find_golden(session: Session, sha256: str) -> GoldenCase | None:
    """Find the golden case that an image is."""
    return session.scalar(
        select(GoldenCase).where(GoldenCase.image_sha256 == sha256, GoldenCase.retired_at.is_(None))
    )
