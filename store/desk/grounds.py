"""The list of grounds, and the ground of a decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.usual_grounds import MOST_GROUNDS, SHIPPED, USUAL_CODES, usual_ground
from core.vocabulary import Outcome
from store.tables.case_tables import Decision, Image
from store.tables.ground_tables import Ground

Evidence = Sequence[Mapping[str, Any]]


class GroundError(Exception):
    """The list was not changed: it would be too long, the code is taken or unknown, or decisions need it."""


def list_grounds(session: Session, *, retired: bool = False) -> list[Ground]:
    """List the grounds in their order; with `retired`, those too that are offered no more."""
    known = {one.code: one for one in session.scalars(select(Ground))}
    shipped = (one for one in _shipped() if one.code not in known)
    every = sorted([*known.values(), *shipped], key=lambda one: (one.position, one.code))
    offered = [one for one in every if one.retired_at is None or one.code in USUAL_CODES]
    return offered + [one for one in every if retired and one not in offered]


def _shipped() -> list[Ground]:
    return [
        Ground(code=code, en=en, ja=ja, position=place) for place, (code, en, ja) in enumerate(SHIPPED, 1)
    ]


def find_ground(session: Session, code: str) -> Ground | None:
    """Find a ground that is offered."""
    return next((one for one in list_grounds(session) if one.code == code), None)


def usual_of(
    grounds: Sequence[Ground], outcome: Outcome, evidence: Evidence, *, is_appealed: bool = False
) -> Ground:
    """The usual one of these grounds for a decision; no other stands in for what artists are told."""
    code = usual_ground(outcome, evidence, is_appealed=is_appealed)
    return next(one for one in grounds if one.code == code)


def change_ground(
    session: Session, decision_id: str, ground: Ground, *, moderator_id: str, at: datetime
) -> bool:
    """Name another ground for one's own decision, or for one's own batch; False where it is too late.

    What was reported stays as it was told: the images are locked, so that a report at this moment either
    is done already or tells the new ground.
    """
    mine = select(Decision.id, Decision.image_sha256).where(
        (Decision.id == decision_id) | (Decision.batch_id == decision_id),
        Decision.moderator_id == moderator_id,
    )
    sha256s = sorted(row.image_sha256 for row in session.execute(mine))
    standing = session.scalars(
        select(Image.decision_id)
        .where(Image.sha256.in_(sha256s), Image.report_due_at > at)
        .order_by(Image.sha256)
        .with_for_update()
    ).all()
    changed = session.execute(
        update(Decision)
        .where(Decision.id.in_(select(mine.subquery().c.id)), Decision.id.in_(standing))
        .values(ground=ground.code, ground_texts=ground.texts)
        .returning(Decision.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(changed)


def add_ground(session: Session, code: str, texts: Mapping[str, str], *, at: datetime) -> Ground:
    """Add a ground at the end of the list. Errors: GroundError."""
    every = list_grounds(session, retired=True)
    if code in {one.code for one in every} or len(list_grounds(session)) >= MOST_GROUNDS:
        raise GroundError
    place = max(one.position for one in every) + 1
    ground = Ground(code=code, en=texts["en"], ja=texts["ja"], position=place, created_at=at)
    session.add(ground)
    return ground


def reword_ground(
    session: Session, code: str, texts: Mapping[str, str], *, position: int, is_retired: bool, at: datetime
) -> Ground:
    """Change a ground for decisions to come; one that decisions have by themselves stays offered.

    Errors: GroundError.
    """
    ground = next((one for one in list_grounds(session, retired=True) if one.code == code), None)
    if ground is None or (is_retired and code in USUAL_CODES):
        raise GroundError
    session.add(ground)  # one that ships has no row until it is changed
    others = [one for one in list_grounds(session) if one.code != code]
    if not is_retired and len(others) >= MOST_GROUNDS:
        raise GroundError
    ground.en, ground.ja, ground.position = texts["en"], texts["ja"], position
    ground.retired_at = (ground.retired_at or at) if is_retired else None
    return ground
