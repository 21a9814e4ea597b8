"""Planning checks: which decisions get a second look, and which moderator gets which check when.

Which check comes after which case follows from who looks and what they looked at, so that asking twice
gives the same answer.
"""

import hashlib
from dataclasses import dataclass, replace
from random import SystemRandom

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.ids import new_id
from core.vocabulary import RULINGS
from store.appeals.appeal_resolution import is_appealed
from store.base.insertion import upsert
from store.clients.own_submissions import is_own
from store.desk.queue_filter import QueueFilter, Tab, Viewer, narrow
from store.quality.checks import GIVEN_FOR
from store.quality.quality import Rates
from store.tables.case_tables import Decision, Image
from store.tables.quality_tables import Check, CheckKind, GoldenCase
from store.tables.review_states import ReviewState
from store.tables.review_tables import is_claimed_by_others


def sample_decisions(session: Session, decision_ids: list[str], rate: float) -> int:
    """Put a share of decisions up for a second look; returns how many."""
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
    """The kind of check that follows this case, or None; the same on every call.

    Second looks come twice as often as they arise, so that none waits for long.
    """
    digest = hashlib.sha256(f"check {moderator_id} {sha256}".encode()).digest()
    place = int.from_bytes(digest[:6]) / 2**48
    if place < rates.golden:
        return CheckKind.GOLDEN
    return CheckKind.SECOND if place < rates.golden + min(0.5, 2 * rates.second) else None


@dataclass(frozen=True, slots=True)
class CheckOffer:
    """A check that fits a moderator now, on the image `sha256`; it is assigned only when it is given.

    `golden` is the case with a known answer, `check_id` the second look that waits; one of them is set.
    """

    sha256: str
    verdict_id: str
    golden: GoldenCase | None = None
    check_id: str | None = None


def choose_check(
    session: Session, kind: CheckKind, wanted: QueueFilter, viewer: Viewer, after: Image
) -> CheckOffer | None:
    """The check that fits a moderator's filters and is nearest to their current case, or None."""
    choose = _choose_golden if kind is CheckKind.GOLDEN else _choose_second
    return choose(session, _for_checks(wanted), viewer, after)


def fits(session: Session, sha256: str, wanted: QueueFilter, viewer: Viewer) -> bool:
    """True if a check would be among the cases of a filter if it waited, as it seems to."""
    one = select(Image.sha256).where(Image.sha256 == sha256)
    return session.scalar(narrow(one, _for_checks(wanted), viewer)) is not None


def _for_checks(wanted: QueueFilter) -> QueueFilter:
    return replace(_without_state(wanted), rule=wanted.rule and _without_state(wanted.rule))


def _without_state(wanted: QueueFilter) -> QueueFilter:
    """The same filter without what only waiting cases have: checks are decided, and assigned to nobody."""
    return replace(wanted, tab=Tab.ALL, claimed=None, assigned=None, days=None)


def give_check(session: Session, offer: CheckOffer, viewer: Viewer) -> str | None:
    """Assign a check to a moderator; the image's SHA-256, or None if another was quicker."""
    if offer.golden is None:
        return session.scalar(
            update(Check)
            .where(Check.id == offer.check_id, Check.answered_at.is_(None), _is_free(viewer))
            .values(moderator_id=viewer.moderator_id, given_at=viewer.at)
            .returning(Check.image_sha256)
            .execution_options(synchronize_session=False)
        )
    new = upsert(session, Check).values(
        id=new_id(),
        kind=CheckKind.GOLDEN,
        image_sha256=offer.sha256,
        verdict_id=offer.verdict_id,
        golden_id=offer.golden.id,
        expected=offer.golden.answer,
        moderator_id=viewer.moderator_id,
        given_at=viewer.at,
        note="",
        created_at=viewer.at,
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Check.moderator_id, Check.golden_id],
            set_={"given_at": viewer.at, "verdict_id": offer.verdict_id},
            where=Check.answered_at.is_(None),
        )
    )
    return offer.sha256


def _choose_golden(session: Session, wanted: QueueFilter, viewer: Viewer, after: Image) -> CheckOffer | None:
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
    return CheckOffer(row.GoldenCase.image_sha256, row.verdict_id, golden=row.GoldenCase) if row else None


def _choose_second(session: Session, wanted: QueueFilter, viewer: Viewer, after: Image) -> CheckOffer | None:
    is_mine = func.coalesce(Check.moderator_id == viewer.moderator_id, False)
    query = (
        narrow(select(Check.id, Check.image_sha256, Check.verdict_id), wanted, viewer)
        .join(Image, (Image.sha256 == Check.image_sha256) & (Image.decision_id == Check.decision_id))
        .where(
            Check.kind == CheckKind.SECOND,
            Check.answered_at.is_(None),
            _is_free(viewer),
            *_may_be_put_before(viewer, after),
        )
        .order_by(is_mine.desc(), func.abs(Image.risk - after.risk), Image.sha256)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return CheckOffer(row.image_sha256, row.verdict_id, check_id=row.id) if row else None


def _is_free(viewer: Viewer) -> ColumnElement[bool]:
    """SQL condition: no other moderator has this second look."""
    return or_(
        Check.moderator_id.is_(None),
        Check.moderator_id == viewer.moderator_id,
        Check.given_at <= viewer.at - GIVEN_FOR,
    )


def _may_be_put_before(viewer: Viewer, after: Image) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: a moderator has not decided an image, and no one else has claimed it."""
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
