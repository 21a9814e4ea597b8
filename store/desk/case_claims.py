"""Claims on cases: a moderator reserves a case for ten minutes, so that no one repeats the work.

A claim strands nothing: its end is a moment in the row, and whoever comes after that moment has it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.orm import Session

from store.base.insertion import upsert
from store.people.audit_notes import note_event
from store.tables.people_tables import Moderator
from store.tables.review_tables import CaseClaim

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a case, and until when."""

    moderator_id: str
    email: str
    claimed_at: datetime
    until: datetime


def claim_case(session: Session, sha256: str, moderator_id: str, at: datetime) -> bool:
    """Claim a case that is free, or one's own for longer; returns whether one has it now."""
    new = upsert(session, CaseClaim).values(
        image_sha256=sha256, moderator_id=moderator_id, claimed_at=at, opened_at=at, until=at + LEASE
    )
    goes_on = (CaseClaim.moderator_id == moderator_id) & (CaseClaim.until > at)
    statement = new.on_conflict_do_update(
        index_elements=[CaseClaim.image_sha256],
        set_={
            "moderator_id": moderator_id,
            "claimed_at": at,
            "opened_at": case((goes_on, CaseClaim.opened_at), else_=at),
            "until": at + LEASE,
        },
        where=(CaseClaim.moderator_id == moderator_id) | (CaseClaim.until <= at),
    ).returning(CaseClaim.image_sha256)
    return session.scalar(statement, execution_options={"populate_existing": True}) is not None


def take_over(session: Session, sha256: str, moderator_id: str, at: datetime) -> None:
    """Take over a case; the audit log records it if another moderator had it."""
    holder = find_holder(session, sha256, at)
    session.execute(delete(CaseClaim).where(CaseClaim.image_sha256 == sha256))
    claim_case(session, sha256, moderator_id, at)
    if holder is not None and holder.moderator_id != moderator_id:
        note_event(
            session,
            "takeover",
            moderator_id=moderator_id,
            at=at,
            subject=sha256,
            detail={"from": holder.moderator_id},
        )


def release_case(
    session: Session, sha256: str, moderator_id: str, *, claimed_at: datetime | None = None
) -> None:
    """Release a case; nothing happens if the moderator does not hold it.

    `claimed_at` names one claim: a page that closes late must not give back what its successor claimed.
    """
    mine = delete(CaseClaim).where(CaseClaim.image_sha256 == sha256, CaseClaim.moderator_id == moderator_id)
    session.execute(mine if claimed_at is None else mine.where(CaseClaim.claimed_at == claimed_at))


def find_holders(session: Session, sha256s: list[str], at: datetime) -> dict[str, Holder]:
    """Find who has these cases."""
    rows = session.execute(
        select(
            CaseClaim.image_sha256,
            CaseClaim.moderator_id,
            Moderator.email,
            CaseClaim.claimed_at,
            CaseClaim.until,
        )
        .join(Moderator, Moderator.id == CaseClaim.moderator_id)
        .where(CaseClaim.image_sha256.in_(sha256s), CaseClaim.until > at)
    )
    return {row.image_sha256: Holder(row.moderator_id, row.email, row.claimed_at, row.until) for row in rows}


def find_holder(session: Session, sha256: str, at: datetime) -> Holder | None:
    """Find who has this case."""
    return find_holders(session, [sha256], at).get(sha256)
