"""Images without a perceptual hash: finding them, and what a late hash triggers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.known.known_image import PictureHash
from core.vocabulary import RULINGS
from store.known.known_images import find_known, keep_hash, note_changes
from store.tables.case_tables import Decision, Image
from store.tables.known_tables import ImageHash


def unhashed(session: Session, *, after: str, limit: int) -> Sequence[str]:
    """List images whose bytes are kept and that have no hash, by SHA-256, after this one."""
    return session.scalars(
        select(Image.sha256)
        .outerjoin(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(Image.sha256 > after, Image.purged_at.is_(None), ImageHash.image_sha256.is_(None))
        .order_by(Image.sha256)
        .limit(limit)
    ).all()


def keep_late_hash(session: Session, sha256: str, found: PictureHash, at: datetime) -> None:
    """Keep the hash of an image; the sweeper judges again what it now is known to resemble.

    Those are its similar pictures where a person decided it, else itself where a person decided one of them.
    """
    keep_hash(session, sha256, found)
    session.execute(update(Image).where(Image.sha256 == sha256).values(near_family=None))
    session.flush()
    outcome = session.scalar(
        select(Decision.outcome).join(Image, Image.reported_id == Decision.id).where(Image.sha256 == sha256)
    )
    if outcome in RULINGS or any(one.case for one in find_known(session, found, but=sha256)):
        note_changes(session, [sha256], at)
