"""Checks: cases put before somebody as if nobody had decided them yet.

A golden case changes nothing, whatever is answered. A second look changes something only where it
disagrees: then a lead decides. Which check comes after which case follows from who looks and what
they looked at, so that asking twice gives the same answer.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from random import SystemRandom

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, aliased

from core.ids import new_id
from core.vocabulary import Outcome
from store.appeal_resolution import is_appealed
from store.case_claims import is_claimed_by_others
from store.decisions import Seen, StaleCaseError, decide
from store.own_submissions import is_own
from store.quality import Rates
from store.quality_tables import Check, CheckKind, GoldenCase
from store.queue_filter import Tab, Viewer, Wanted, narrow
from store.review_states import ReviewState
from store.tables import Decision, Image

GIVEN_FOR = timedelta(hours=1)  # after which a second look that nobody took is somebody else's
RULINGS = (Outcome.HUMAN, Outcome.AI)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told of a check once they have answered it."""

    kind: CheckKind
    expected: Outcome
    outcome: Outcome
    lesson: str
    sha256: str
    escalation_id: str | None

    @property
    def is_agreed(self) -> bool:
        """Tell whether the answer was the expected one."""
        return self.outcome is self.expected


def sample_decisions(session: Session, decision_ids: list[str], rate: float) -> int:
    """Put a share of decisions up for a second look; give how many."""
    chance = SystemRandom()
    chosen = [decision_id for decision_id in decision_ids if chance.random() < rate]
    if not chosen:
        return 0
    rows = session.execute(
        select(Decision.id, Decision.image_sha256, Decision.verdict_id, Decision.outcome).where(
            Decision.id.in_(chosen), Decision.outcome.in_(RULINGS)
        )
    )
    found = [
        Check(
            kind=CheckKind.SECOND,
            image_sha256=row.image_sha256,
            verdict_id=row.verdict_id,
            decision_id=row.id,
            expected=row.outcome,
        )
        for row in rows
    ]
    session.add_all(found)
    return len(found)


def draw(moderator_id: str, sha256: str, rates: Rates) -> CheckKind | None:
    """Say whether a check comes after this case, and which kind; the same each time it is asked.

    Second looks come twice as often as they arise, so that none waits for long.
    """
    digest = hashlib.sha256(f"check {moderator_id} {sha256}".encode()).digest()
    place = int.from_bytes(digest[:6]) / 2**48
    if place < rates.golden:
        return CheckKind.GOLDEN
    return CheckKind.SECOND if place < rates.golden + min(0.5, 2 * rates.second) else None


def give_check(session: Session, kind: CheckKind, wanted: Wanted, viewer: Viewer, after: Image) -> str | None:
    """Put a check before somebody, one that fits their filters and lies near the case they were at.

    Give the image's SHA-256, or None where there is none for them.
    """
    wanted = replace(wanted, tab=Tab.ALL, claimed=None, days=None)
    if kind is CheckKind.GOLDEN:
        return _give_golden(session, wanted, viewer, after)
    return _give_second(session, wanted, viewer, after)


def open_check(session: Session, sha256: str, viewer: Viewer) -> Check | None:
    """Find the check that a case is for somebody at this moment."""
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
    """Tell which cases somebody has before them as checks: what is known of those is kept from them."""
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
            note=f"Second look: {outcome.value} instead of {check.expected.value}. {note}".strip(),
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


def told_of(session: Session, check_id: str, viewer: Viewer, *, within: timedelta) -> Told | None:
    """Tell somebody what the case that they have just decided was."""
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
    return Told(
        check.kind, check.expected, check.outcome, row.lesson or "", check.image_sha256, check.escalation_id
    )


def _give_golden(session: Session, wanted: Wanted, viewer: Viewer, after: Image) -> str | None:
    was_answered = (
        select(1)
        .where(
            Check.golden_id == GoldenCase.id,
            Check.moderator_id == viewer.moderator_id,
            Check.answered_at.is_not(None),
        )
        .exists()
    )
    query = (
        narrow(select(GoldenCase, Image.verdict_id), wanted, viewer)
        .select_from(GoldenCase)
        .join(Image, Image.sha256 == GoldenCase.image_sha256)
        .where(
            GoldenCase.retired_at.is_(None),
            GoldenCase.added_by != viewer.moderator_id,
            ~was_answered,
            *_may_be_put_before(viewer, after),
        )
        .order_by(func.abs(Image.risk - after.risk), Image.sha256)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    golden = row.GoldenCase
    add = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    new = add(Check).values(
        id=new_id(),
        kind=CheckKind.GOLDEN,
        image_sha256=golden.image_sha256,
        verdict_id=row.verdict_id,
        golden_id=golden.id,
        expected=golden.answer,
        moderator_id=viewer.moderator_id,
        given_at=viewer.at,
        note="",
        created_at=viewer.at,
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Check.moderator_id, Check.golden_id],
            set_={"given_at": viewer.at, "verdict_id": row.verdict_id},
            where=Check.answered_at.is_(None),
        )
    )
    sha256: str = golden.image_sha256
    return sha256


def _give_second(session: Session, wanted: Wanted, viewer: Viewer, after: Image) -> str | None:
    is_free = or_(
        Check.moderator_id.is_(None),
        Check.moderator_id == viewer.moderator_id,
        Check.given_at <= viewer.at - GIVEN_FOR,
    )
    is_mine = func.coalesce(Check.moderator_id == viewer.moderator_id, False)
    query = (
        narrow(select(Check.id, Check.image_sha256), wanted, viewer)
        .join(Image, (Image.sha256 == Check.image_sha256) & (Image.decision_id == Check.decision_id))
        .where(
            Check.kind == CheckKind.SECOND,
            Check.answered_at.is_(None),
            is_free,
            *_may_be_put_before(viewer, after),
        )
        .order_by(is_mine.desc(), func.abs(Image.risk - after.risk), Image.sha256)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return session.scalar(
        update(Check)
        .where(Check.id == row.id, Check.answered_at.is_(None), is_free)
        .values(moderator_id=viewer.moderator_id, given_at=viewer.at)
        .returning(Check.image_sha256)
        .execution_options(synchronize_session=False)
    )


def _may_be_put_before(viewer: Viewer, after: Image) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that somebody has no word of their own on an image, and nobody else is at it."""
    own = aliased(Decision)
    has_decided = select(1).where(own.image_sha256 == Image.sha256, own.moderator_id == viewer.moderator_id)
    return (
        Image.review == ReviewState.CLOSED,
        Image.decision_id.is_not(None),
        Image.verdict_id.is_not(None),
        Image.purged_at.is_(None),
        Image.sha256 != after.sha256,
        ~has_decided.exists(),
        ~is_claimed_by_others(viewer.moderator_id, viewer.at),
        ~is_appealed(),
        ~is_own(viewer.moderator_id),
    )
