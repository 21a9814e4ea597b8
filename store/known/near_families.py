"""Families of near copies among the cases that wait, and how many others of its family each case has.

The sweeper keeps both: a case that is new joins the family of the nearest case that looks the same, else it
begins its own; and the count, by which the queue can be put in order, is renewed once in a while.
"""

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from core.known.known_image import LEAST_QUALITY
from store.base.insertion import is_on_sqlite
from store.known.known_images import bits_apart, is_near, near_values
from store.tables.case_tables import Image
from store.tables.known_tables import ImageHash
from store.tables.review_states import WAITING

COUNTED = 5000  # changed counts that are written in one go


def join_families(session: Session, *, limit: int) -> int:
    """Find a family for waiting cases without one, a few at a time; give how many there were."""
    rows = session.execute(
        select(Image.sha256, ImageHash.hash, ImageHash.quality)
        .outerjoin(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(Image.review.in_(WAITING), Image.near_family.is_(None))
        .order_by(Image.sha256)
        .limit(limit)
    ).all()
    for sha256, hash_, quality in rows:
        has_edges = quality is not None and quality >= LEAST_QUALITY
        family = _nearest_family(session, hash_) if has_edges else None
        session.execute(update(Image).where(Image.sha256 == sha256).values(near_family=family or sha256))
    return len(rows)


def _nearest_family(session: Session, hash_: str) -> str | None:
    is_sqlite = is_on_sqlite(session)
    return session.scalar(
        select(Image.near_family)
        .join(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(
            is_near(ImageHash, is_sqlite=is_sqlite),
            ImageHash.quality >= LEAST_QUALITY,
            Image.near_family.is_not(None),
        )
        .order_by(bits_apart(ImageHash), Image.sha256)
        .limit(1),
        near_values(hash_, is_sqlite=is_sqlite),
    )


def count_families(session: Session) -> int:
    """Renew the counts of waiting cases where they changed; give how many did.

    Rows that a decision holds at this moment keep their count until the next time: nobody waits for a count.
    """
    counted = (
        select(Image.near_family, (func.count() - 1).label("others"))
        .where(Image.review.in_(WAITING), Image.near_family.is_not(None))
        .group_by(Image.near_family)
        .subquery()
    )
    changed = session.execute(
        select(Image.sha256.label("one"), counted.c.others)
        .join(counted, counted.c.near_family == Image.near_family)
        .where(Image.review.in_(WAITING), Image.near_waiting != counted.c.others)
        .order_by(Image.sha256)
        .limit(COUNTED)
        .with_for_update(of=Image, skip_locked=True)
    ).all()
    if changed:
        renew = update(Image.__table__).where(Image.__table__.c.sha256 == bindparam("one"))  # type: ignore[arg-type]
        session.connection().execute(
            renew.values(near_waiting=bindparam("others")), [row._asdict() for row in changed]
        )
    return len(changed)
