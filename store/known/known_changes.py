"""Changed decisions and their similar images: what must be judged again, a few at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from core.known.known_image import LEAST_QUALITY, PictureHash
from store.base.insertion import is_on_sqlite
from store.bytes.image_facts import ImageFacts
from store.known.known_images import is_near, near_values
from store.tables.case_tables import Image, Verdict
from store.tables.known_tables import ImageHash, KnownChange
from store.tables.review_tables import is_claimed

STEP = 100  # images judged again for one change before others have their turn
AGAIN = timedelta(minutes=1)  # until an image is looked at again that a moderator is looking at now


@dataclass(frozen=True, slots=True)
class Change:
    """A changed decision, and how far its similar pictures were judged again."""

    image_sha256: str
    after_sha256: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """An undecided image, with the inputs of its verdict."""

    facts: ImageFacts
    verdict: Verdict
    picture_hash: PictureHash
    is_claimed: bool


def due_changes(session: Session, at: datetime, *, limit: int) -> list[Change]:
    """List changes whose time has come, the longest waiting first."""
    rows = session.scalars(
        select(KnownChange)
        .where(KnownChange.due_at <= at)
        .order_by(KnownChange.due_at, KnownChange.image_sha256)
        .limit(limit)
    )
    return [Change(row.image_sha256, row.after_sha256) for row in rows]


def undecided_near(session: Session, change: Change, at: datetime) -> list[Undecided]:
    """List the next images that look like a changed one, itself included, and that wait or are clear."""
    own, is_sqlite = session.get_one(ImageHash, change.image_sha256), is_on_sqlite(session)
    rows = session.execute(
        select(Image, ImageHash, is_claimed(at))
        .join(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(
            is_near(ImageHash, is_sqlite=is_sqlite),
            ImageHash.quality >= LEAST_QUALITY,
            Image.sha256 > change.after_sha256,
            Image.decision_id.is_(None),
            Image.verdict_id.is_not(None),
            Image.purged_at.is_(None),
        )
        .order_by(Image.sha256)
        .limit(STEP)
        .options(joinedload(Image.verdict)),
        near_values(own.hash, is_sqlite=is_sqlite),
    )
    return [
        Undecided(
            ImageFacts(image.sha256, image.width, image.height, image.format, image.bytes, image.is_animated),
            image.verdict,
            PictureHash(one.hash, one.quality),
            held,
        )
        for image, one, held in rows
        if image.verdict is not None
    ]


def move_on(
    session: Session, change: Change, seen: list[Undecided], *, due_at: datetime, holds: bool
) -> None:
    """Note how far a change has come: done, more to do, or all again later where a case is being looked at.

    A ruling that changed again meanwhile is left as it is.
    """
    mine = (
        KnownChange.image_sha256 == change.image_sha256,
        KnownChange.after_sha256 == change.after_sha256,
        KnownChange.due_at <= due_at,
    )
    if holds:
        session.execute(update(KnownChange).where(*mine).values(due_at=due_at + AGAIN))
    elif len(seen) == STEP:
        session.execute(update(KnownChange).where(*mine).values(after_sha256=seen[-1].facts.sha256))
    else:
        session.execute(delete(KnownChange).where(*mine))
