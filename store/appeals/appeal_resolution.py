"""Appeals and decisions: who may decide an appealed case, and what a decision does to its appeals."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from core.vocabulary import EventKind, Outcome
from store.outbox.client_events import NewEvent, add_events
from store.tables.appeal_tables import Appeal, AppealMessage
from store.tables.case_tables import Decision, Image
from store.tables.review_tables import BulkProposal, Undo
from store.tables.submission_tables import Submission


class OwnDecisionError(Exception):
    """The appeal is against what the moderator decided or confirmed, so another must decide it."""


class UnseenAppealError(Exception):
    """More was said in appeals than the moderator has seen."""


def is_appealed() -> ColumnElement[bool]:
    """SQL condition: an image has an open appeal."""
    return Image.sha256.in_(select(Appeal.image_sha256).where(Appeal.resolved_at.is_(None)))


def appealed() -> Select[str]:
    """Select the images with open appeals, each once."""
    return select(Appeal.image_sha256).where(Appeal.resolved_at.is_(None)).distinct()


def appealed_among(session: Session, sha256s: Sequence[str]) -> set[str]:
    """Those of these images that have open appeals."""
    query = select(Appeal.image_sha256).where(Appeal.image_sha256.in_(sha256s), Appeal.resolved_at.is_(None))
    return set(session.scalars(query))


def untold_among(session: Session, sha256s: Sequence[str]) -> set[str]:
    """Those of these images with appeals that are open from outside: also if the answer is not told yet."""
    query = select(Appeal.image_sha256).where(Appeal.image_sha256.in_(sha256s), Appeal.reported_at.is_(None))
    return set(session.scalars(query))


def barred_from(session: Session, sha256s: Sequence[str], moderator_id: str) -> set[str]:
    """Those of these images with an appeal against what the moderator decided, or confirmed for another.

    They may not decide these appeals, nor overrule an answer of which no one has been told yet.
    """
    undone = aliased(Undo)
    confirmed = select(1).where(
        BulkProposal.batch_id == Decision.batch_id, BulkProposal.settled_by == moderator_id
    )
    query = (
        select(Decision.image_sha256)
        .join(Appeal, Appeal.image_sha256 == Decision.image_sha256)
        .outerjoin(undone, undone.decision_id == Decision.id)
        .where(
            Decision.image_sha256.in_(sha256s),
            or_(Decision.moderator_id == moderator_id, confirmed.exists()),
            Decision.outcome != Outcome.ESCALATE,
            Decision.created_at <= Appeal.created_at,
            Appeal.reported_at.is_(None),
            undone.id.is_(None),
        )
    )
    return set(session.scalars(query))


def resolve_appeals(
    session: Session,
    sha256: str,
    *,
    seen: str,
    decision_id: str,
    outcome: Outcome,
    moderator_id: str,
    at: datetime,
) -> int:
    """Let a decision answer the open appeals on its image; returns how many.

    What was answered and is not told yet follows the decision that stands when it is (`report_answers`).
    `seen` names what was on the moderator's screen (`name_said`). Who appealed is told with the decision, by
    `report_answers`. To escalate answers nothing.
    Errors: OwnDecisionError where the appeal is against this moderator; UnseenAppealError where more was
    said, also at this moment. The transaction is then to be rolled back.
    """
    if outcome is Outcome.ESCALATE:
        return 0
    # Locked, so that an artist who adds to one at this moment is heard now, or told that it is answered.
    untold = session.execute(
        select(Appeal.id, Appeal.resolved_at)
        .where(Appeal.image_sha256 == sha256, Appeal.reported_at.is_(None))
        .order_by(Appeal.id)
        .with_for_update(key_share=True)
    ).all()
    if untold and barred_from(session, [sha256], moderator_id):
        raise OwnDecisionError
    waiting = [row.id for row in untold if row.resolved_at is None]
    if not waiting:
        return 0
    if name_said(appeals_on(session, sha256)) != seen:
        raise UnseenAppealError
    session.execute(
        update(Appeal)
        .where(Appeal.id.in_(waiting))
        .values(resolved_at=at, resolved_by=moderator_id, decision_id=decision_id, outcome=outcome)
        .execution_options(synchronize_session=False)
    )
    return len(waiting)


def name_said(appeals: Sequence[Appeal]) -> str:
    """Name all that open appeals say, with every message and file: another name once anything is added.

    Empty where none is open. Not the newest id alone: what is said in one appeal can be stored before, and
    be seen after, what is said in another.
    """
    said: set[str] = set()
    for one in appeals:
        if one.resolved_at is None:
            said |= {one.id, *(file.id for file in one.files), *(message.id for message in one.messages)}
    return hashlib.sha256(",".join(sorted(said)).encode()).hexdigest()[:32] if said else ""


def report_answers(
    session: Session,
    decisions: Mapping[str, str | None],
    sellers: Mapping[str, dict[str, Any]],
    *,
    at: datetime,
) -> None:
    """Add an event for each answered appeal on these images.

    `decisions` are theirs by SHA-256, `sellers` the standings of sellers by submission id. Of a submission
    that was erased before its answer could be told, no one is told.
    """
    _follow(session, decisions)
    rows = session.execute(
        update(Appeal)
        .where(
            Appeal.image_sha256.in_(decisions), Appeal.resolved_at.is_not(None), Appeal.reported_at.is_(None)
        )
        .values(reported_at=at)
        .returning(Appeal.id, Appeal.client_id, Appeal.submission_id, Appeal.image_sha256)
        .execution_options(synchronize_session=False)
    ).all()
    asked = [row.submission_id for row in rows]
    kept = set(session.scalars(select(Submission.id).where(Submission.id.in_(asked))))
    events = [
        NewEvent(
            row.client_id,
            row.submission_id,
            decisions[row.image_sha256],
            row.id,
            sellers.get(row.submission_id),
        )
        for row in rows
        if row.submission_id in kept
    ]
    add_events(session, EventKind.APPEAL_RESOLVED, events, at=at)


def _follow(session: Session, decisions: Mapping[str, str | None]) -> None:
    """Let answers that no one was told of follow the decisions that stand: one may have been overruled.

    Where no ruling stands, as after an escalation, the appeal is open again.
    """
    is_untold = (Appeal.resolved_at.is_not(None), Appeal.reported_at.is_(None))
    answered = session.execute(
        select(Appeal.id, Appeal.image_sha256, Appeal.decision_id).where(
            Appeal.image_sha256.in_(decisions), *is_untold
        )
    )
    for appeal_id, sha256, answered_by in answered.all():
        decision_id = decisions[sha256]
        if decision_id == answered_by:
            continue
        ruling = session.get(Decision, decision_id) if decision_id is not None else None
        values: dict[str, Any] = dict.fromkeys(("resolved_at", "resolved_by", "decision_id", "outcome"))
        if ruling is not None and ruling.outcome is not Outcome.ESCALATE:
            values = {
                "resolved_at": ruling.created_at,
                "resolved_by": ruling.moderator_id,
                "decision_id": ruling.id,
                "outcome": ruling.outcome,
            }
        session.execute(
            update(Appeal)
            .where(Appeal.id == appeal_id)
            .values(values)
            .execution_options(synchronize_session=False)
        )


def reopen_appeals(session: Session, decision_id: str) -> None:
    """Open the appeals again that a decision answered which was taken back."""
    session.execute(
        update(Appeal)
        .where(Appeal.decision_id == decision_id, Appeal.reported_at.is_(None))
        .values(resolved_at=None, resolved_by=None, decision_id=None, outcome=None)
        .execution_options(synchronize_session=False)
    )


def appeals_on(session: Session, sha256: str, *, limit: int = 100) -> list[Appeal]:
    """List the appeals on an image, newest first, with who resolved them, files and messages."""
    query = (
        select(Appeal)
        .where(Appeal.image_sha256 == sha256)
        .options(
            joinedload(Appeal.resolver),
            selectinload(Appeal.files),
            selectinload(Appeal.messages).joinedload(AppealMessage.moderator),
        )
        .order_by(Appeal.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))
