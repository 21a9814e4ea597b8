"""Checks: cases shown to a moderator as if no one had decided them yet.

A golden case changes nothing, whatever is answered. A second look changes something only where it
disagrees: then a lead decides. Which come is the matter of `store.quality.check_giving`.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.vocabulary import Outcome
from store.desk.decisions import Seen, StaleCaseError, decide
from store.desk.queue_filter import Viewer
from store.tables.case_tables import Image
from store.tables.quality_tables import Check, CheckKind, GoldenCase
from store.tables.review_states import ReviewState

GIVEN_FOR = timedelta(hours=1)  # after which a second look that no one took is someone else's


@dataclass(frozen=True, slots=True)
class SecondLookResult:
    """What a moderator sees of a check after answering it."""

    kind: CheckKind
    expected: Outcome
    outcome: Outcome
    lesson: str
    sha256: str
    escalation_id: str | None

    @property
    def is_agreed(self) -> bool:
        """True if the answer was the expected one."""
        return self.outcome is self.expected


def open_check(session: Session, sha256: str, viewer: Viewer) -> Check | None:
    """The check that a case is for a moderator at this moment, if any."""
    return session.scalar(
        select(Check)
        .join(Image, Image.sha256 == Check.image_sha256)
        .where(
            Check.image_sha256 == sha256,
            Check.moderator_id == viewer.moderator_id,
            Check.answered_at.is_(None),
            Check.given_at > viewer.at - GIVEN_FOR,
            Image.review == ReviewState.CLOSED,
            or_(Check.decision_id.is_(None), Check.decision_id == Image.decision_id),
        )
        .limit(1)
    )


def blind_for(session: Session, viewer: Viewer) -> set[str]:
    """The cases that a moderator has as checks, whose known answers must be hidden from them."""
    return set(
        session.scalars(
            select(Check.image_sha256).where(
                Check.moderator_id == viewer.moderator_id,
                Check.answered_at.is_(None),
                Check.given_at > viewer.at - GIVEN_FOR,
            )
        )
    )


def answer_check(
    session: Session, check: Check, seen: Seen, viewer: Viewer, *, outcome: Outcome, note: str
) -> None:
    """Keep an answer; a second look that disagrees goes to a lead, by a decision like any other.

    Errors: StaleCaseError where the case changed meanwhile or the check is answered already.
    """
    image = session.get_one(Image, check.image_sha256)
    if image.verdict_id != seen.verdict_id:
        raise StaleCaseError
    escalation_id = None
    if check.kind is CheckKind.SECOND and outcome is not check.expected:
        escalation_id = decide(
            session,
            Seen(seen.sha256, seen.verdict_id, check.decision_id),
            moderator_id=viewer.moderator_id,
            outcome=Outcome.ESCALATE,
            note=f"Second look: {outcome.value}, not {check.expected.value}. {note}".strip(),
            at=viewer.at,
        )
    answered = session.scalar(
        update(Check)
        .where(Check.id == check.id, Check.answered_at.is_(None))
        .values(answered_at=viewer.at, outcome=outcome, note=note, escalation_id=escalation_id)
        .returning(Check.id)
        .execution_options(synchronize_session=False)
    )
    if answered is None:
        raise StaleCaseError


def reopen_check(session: Session, escalation_id: str) -> None:
    """Ask again for a second look whose disagreement was taken back."""
    session.execute(
        update(Check)
        .where(Check.escalation_id == escalation_id)
        .values(answered_at=None, outcome=None, note="", escalation_id=None)
        .execution_options(synchronize_session=False)
    )


def check_result(
    session: Session, check_id: str, viewer: Viewer, *, within: timedelta
) -> SecondLookResult | None:
    """What the case that a moderator has just decided was, if it was a check."""
    row = session.execute(
        select(Check, GoldenCase.lesson)
        .outerjoin(GoldenCase, GoldenCase.id == Check.golden_id)
        .where(
            Check.id == check_id,
            Check.moderator_id == viewer.moderator_id,
            Check.answered_at > viewer.at - within,
        )
    ).one_or_none()
    if row is None or row.Check.outcome is None:
        return None
    check = row.Check
    return SecondLookResult(
        check.kind, check.expected, check.outcome, row.lesson or "", check.image_sha256, check.escalation_id
    )
