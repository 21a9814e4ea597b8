"""What leads assign: a case that a moderator is asked to decide, until somebody decides it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased

from core.ids import new_id
from store.base.insertion import upsert
from store.tables.case_tables import Image
from store.tables.people_tables import Moderator
from store.tables.queue_tables import CaseAssignment, is_decided_since
from store.tables.review_states import WAITING, ReviewState
from store.tables.review_tables import Event


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whom a case is assigned to, by whom and since when."""

    moderator_id: str
    email: str
    by: str
    at: datetime


def assign_cases(
    session: Session,
    sha256s: Sequence[str],
    moderator_id: str | None,
    *,
    by: str,
    at: datetime,
    states: Collection[ReviewState] = WAITING,
) -> int:
    """Assign those of these cases that wait in one of some states, or take them back; returns how many.

    Each change is a line of the audit log.
    """
    # Locked, in one order for everybody: a decision at this moment either has ended the case already, or ends
    # this assignment as well.
    waiting = session.scalars(
        select(Image.sha256)
        .where(Image.sha256.in_(sha256s), Image.review.in_(states))
        .order_by(Image.sha256)
        .with_for_update()
    ).all()
    standing = select(CaseAssignment).where(CaseAssignment.image_sha256.in_(sha256s), ~is_decided_since())
    before = {one.image_sha256: one.moderator_id for one in session.scalars(standing)}
    changed = [sha256 for sha256 in waiting if before.get(sha256) != moderator_id]
    if not changed:
        return 0
    if moderator_id is None:
        session.execute(delete(CaseAssignment).where(CaseAssignment.image_sha256.in_(changed)))
    else:
        facts = {"moderator_id": moderator_id, "assigned_by": by, "assigned_at": at}
        new = upsert(session, CaseAssignment).values([{"image_sha256": one, **facts} for one in changed])
        session.execute(new.on_conflict_do_update(index_elements=[CaseAssignment.image_sha256], set_=facts))
    kind = "case_unassigned" if moderator_id is None else "case_assigned"
    events = [
        {
            "id": new_id(),
            "kind": kind,
            "moderator_id": by,
            "subject": sha256,
            "detail": {"member": moderator_id or before[sha256]},
            "created_at": at,
        }
        for sha256 in changed
    ]
    session.execute(insert(Event), events)
    return len(changed)


def end_assignments(session: Session, sha256s: Sequence[str]) -> None:
    """Forget the assignments of cases that were decided since; to be called when no one can undo that."""
    session.execute(
        delete(CaseAssignment)
        .where(CaseAssignment.image_sha256.in_(sha256s), is_decided_since())
        .execution_options(synchronize_session=False)
    )


def find_assignments(session: Session, sha256s: Sequence[str]) -> dict[str, Assignment]:
    """Find whom these cases are assigned to, as long as they wait; someone disabled has none."""
    lead = aliased(Moderator)
    # As a value, or SQLite begins with all that waits.
    review = select(Image.review).where(Image.sha256 == CaseAssignment.image_sha256).scalar_subquery()
    rows = session.execute(
        select(CaseAssignment, Moderator.email, lead.email.label("by"))
        .join(Moderator, Moderator.id == CaseAssignment.moderator_id)
        .join(lead, lead.id == CaseAssignment.assigned_by)
        .where(
            CaseAssignment.image_sha256.in_(sha256s),
            Moderator.disabled_at.is_(None),
            review.in_(WAITING),
            ~is_decided_since(),
        )
    )
    return {
        one.image_sha256: Assignment(one.moderator_id, email, by, one.assigned_at) for one, email, by in rows
    }
