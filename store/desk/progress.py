"""Where a moderator stands: the place of a case in the queue, what was decided today, what is new."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Select, func, literal, null, select
from sqlalchemy.orm import Session

from store.desk.queue_filter import QueueFilter, Sort, Viewer, great_sellers, narrow
from store.desk.review_queue import COUNT_LIMIT, before_place
from store.tables.case_tables import Decision, Image, settles

MOST_NEW = 99  # a pill says no more than that there are so many


@dataclass(frozen=True, slots=True)
class Progress:
    """How many cases match, how many stand before this one, and what the moderator has decided today.

    `before` is None in an order that has no cheap place (`Sort.DOUBT`). None counts beyond `COUNT_LIMIT`.
    """

    total: int
    before: int | None
    decided_today: int


def find_progress(
    session: Session,
    wanted: QueueFilter,
    viewer: Viewer,
    image: Image | None = None,
    *,
    total: int | None = None,
) -> Progress:
    """Count in one query, after one for each seller asked for.

    `image` is the case whose place is wanted, and `total` what was counted before.
    """
    great = great_sellers(session, wanted) if total is None else {}
    cases = narrow(select(Image.sha256), wanted, viewer, great=great)
    has_place = image is not None and wanted.sort is not Sort.DOUBT
    ahead = before_place(cases, wanted.sort, image) if image is not None and has_place else None
    decided = (
        select(func.count())
        .select_from(Decision)
        .join(Image, Image.sha256 == Decision.image_sha256)
        .where(
            Decision.moderator_id == viewer.moderator_id,
            Decision.created_at >= midnight(viewer.at),
            settles(),
        )
    )
    matching = _counted(cases) if total is None else literal(total)
    counts = (matching, _counted(ahead) if ahead is not None else null(), decided.scalar_subquery())
    return Progress(*session.execute(select(*counts)).one())


def count_new(session: Session, wanted: QueueFilter, viewer: Viewer, *, since: datetime) -> int:
    """Count the cases that came after a moment, as far as `MOST_NEW`."""
    found = narrow(select(Image.sha256).where(Image.created_at > since), wanted, viewer)
    return session.scalar(select(func.count()).select_from(found.limit(MOST_NEW).subquery())) or 0


def midnight(at: datetime) -> datetime:
    """The beginning of the day (UTC)."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _counted(query: Select[str]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.limit(COUNT_LIMIT + 1).subquery()).scalar_subquery()
