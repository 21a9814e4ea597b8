"""Families of near copies among the cases that wait, and how many others of its family each case has.

The sweeper keeps both: a case that is new joins the family of the nearest case that looks the same, else it
begins its own; and the count, by which the queue can be put in order, is renewed once in a while.
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from core.known.known_image import LEAST_QUALITY
from store.base.insertion import is_on_sqlite
from store.known.known_images import NEAR, bits_apart, is_near, near_values
from store.tables.case_tables import Image
from store.tables.known_tables import ImageHash
from store.tables.review_states import WAITING

COUNTED = 5000  # changed counts that are written in one go


def find_families(session: Session, *, limit: int) -> dict[str, str]:
    """Find a family for waiting cases without one, a few at a time: the first image of it by each image.

    Each is a search among all hashes, so this only reads: no one who decides waits for it.
    """
    rows = session.execute(
        select(Image.sha256, ImageHash.hash, ImageHash.quality)
        .outerjoin(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(Image.review.in_(WAITING), Image.near_family.is_(None))
        .order_by(Image.sha256)
        .limit(limit)
    ).all()
    families: dict[str, str] = {}
    hashes: dict[str, int] = {}  # of those that have a family by now, and are not stored with it yet
    for sha256, hash_, quality in rows:
        families[sha256] = sha256
        if quality is not None and quality >= LEAST_QUALITY:
            bits = int(hash_, 16)
            apart = [((bits ^ other).bit_count(), one, families[one]) for one, other in hashes.items()]
            near = [one for one in (*apart, *_nearest(session, hash_)) if one[0] <= NEAR]
            families[sha256] = min(near)[2] if near else sha256
            hashes[sha256] = bits
    return families


def keep_families(session: Session, families: Mapping[str, str]) -> None:
    """Keep the families that were found, for those that have got none meanwhile."""
    for sha256, family in sorted(families.items()):
        session.execute(
            update(Image)
            .where(Image.sha256 == sha256, Image.near_family.is_(None))
            .values(near_family=family)
        )


def _nearest(session: Session, hash_: str) -> list[tuple[int, str, str]]:
    """The nearest image that has a family, if any: by how many bits it differs, itself, and the family."""
    is_sqlite = is_on_sqlite(session)
    apart = bits_apart(ImageHash)
    rows = session.execute(
        select(apart, Image.sha256, Image.near_family)
        .join(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(
            is_near(ImageHash, is_sqlite=is_sqlite),
            ImageHash.quality >= LEAST_QUALITY,
            Image.near_family.is_not(None),
        )
        .order_by(apart, Image.sha256)
        .limit(1),
        near_values(hash_, is_sqlite=is_sqlite),
    )
    return [(bits, sha256, family) for bits, sha256, family in rows if family is not None]


def count_families(session: Session) -> int:
    """Renew the counts of waiting cases where they changed; returns how many did.

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
