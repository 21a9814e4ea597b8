"""How long decided cases waited, and how long moderators had them open."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from core.vocabulary import RULINGS
from store.tables.case_tables import Decision, Image, Moderator, settles
from store.tables.review_tables import Undo

SAMPLE = 20_000  # decisions from which times are told; more would say the same


@dataclass(slots=True)
class CaseTimes:
    """Times of decided cases, shortest first.

    `waiting` is from the arrival of an image to its first ruling, `handling` from the moment at which a
    moderator opened the case to their decision, where that moment is known.
    """

    waiting: list[timedelta] = field(default_factory=list)
    handling: list[timedelta] = field(default_factory=list)


def case_times(session: Session, since: datetime) -> tuple[CaseTimes, dict[str, CaseTimes]]:
    """The times of what was decided since a moment: of all, and by the moderator whose decision stands."""
    settled = settled_cases(since).subquery()
    rows = session.execute(
        select(Moderator.email, settled.c.came, settled.c.decided, settled.c.opened, settled.c.settled).join(
            settled, settled.c.moderator_id == Moderator.id
        )
    )
    everyone, each = CaseTimes(), defaultdict[str, CaseTimes](CaseTimes)
    for email, came, decided, opened, at in rows:
        for found in (everyone, each[email]):
            found.waiting.append(decided - came)
            if opened is not None:
                found.handling.append(at - opened)
    for found in (everyone, *each.values()):
        found.waiting.sort()
        found.handling.sort()
    return everyone, dict(each)


def settled_cases(since: datetime) -> Select[*tuple[Any, ...]]:
    """Select the newest decisions that settle a case, with the moments from which times are told."""
    earlier = aliased(Decision)
    was_undone = select(1).where(Undo.decision_id == earlier.id).exists()
    # A case that was decided again waited for its first ruling only.
    first = (
        select(func.min(earlier.created_at))
        .where(earlier.image_sha256 == Image.sha256, earlier.outcome.in_(RULINGS), ~was_undone)
        .correlate(Image)
        .scalar_subquery()
    )
    return (
        select(
            Decision.id.label("id"),
            Decision.image_sha256.label("sha256"),
            Decision.verdict_id.label("verdict_id"),
            Decision.moderator_id.label("moderator_id"),
            Decision.opened_at.label("opened"),
            Decision.created_at.label("settled"),
            first.label("decided"),
            Image.created_at.label("came"),
        )
        .join(Image, Image.sha256 == Decision.image_sha256)
        .where(Decision.created_at >= since, settles())
        .order_by(Decision.id.desc())
        .limit(SAMPLE)
    )
