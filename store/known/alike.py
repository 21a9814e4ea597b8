"""Pictures alike in look that people have decided: the same style or scene, not only near copies."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, union_all, update
from sqlalchemy.orm import Session, joinedload

from core.vocabulary import RULINGS
from store.base.hash_column import HashBits, distance, words_of
from store.base.insertion import insert_once
from store.known.known_images import word_columns
from store.tables.case_tables import Decision, Image
from store.tables.known_tables import DecidedLook

# Of independent pictures half of the bits differ, and of a thousand pairs one differs by fewer than 50.
ALIKE = 100
SPARE = 50  # looked at beyond what is wanted, for decisions that were withdrawn
NEWEST = 2000  # decided last, compared whatever they share: where few were decided, these are all


def keep_looks(session: Session, sha256s: Collection[str], at: datetime) -> None:
    """Let decided images be found by what they look like."""
    rows = session.execute(
        select(Image.sha256, Image.look, Image.look_kind).where(
            Image.sha256.in_(sha256s), Image.look.is_not(None), Image.reported_id.is_not(None)
        )
    )
    for sha256, look, kind in rows.all():
        found = {"image_sha256": sha256, "kind": kind, "hash": look, "decided_at": at}
        insert_once(session, DecidedLook, found | word_columns(look or ""))


def forget_looks(session: Session, sha256s: Collection[str]) -> None:
    """Forget what images look like whose bytes go."""
    session.execute(delete(DecidedLook).where(DecidedLook.image_sha256.in_(sha256s)))
    session.execute(update(Image).where(Image.sha256.in_(sha256s)).values(look=None, look_kind=None))


def alike_images(session: Session, own: Image, *, limit: int) -> list[Image]:
    """List the images that a person decided most alike in look, those first that differ by the fewest bits.

    Compared are those that share one of 16 words with this one (locality-sensitive hashing: Indyk and
    Motwani, STOC 1998) and those that were decided last.
    """
    if own.look is None:
        return []
    is_another = (DecidedLook.kind == own.look_kind, DecidedLook.image_sha256 != own.sha256)
    shares_word = or_(
        *(getattr(DecidedLook, f"w{place}") == word for place, word in enumerate(words_of(own.look)))
    )
    looks = (DecidedLook.image_sha256, DecidedLook.hash)
    newest = (
        select(*looks).where(*is_another).order_by(DecidedLook.decided_at.desc()).limit(NEWEST).subquery()
    )
    compared = union_all(select(*looks).where(*is_another, shares_word), select(newest)).subquery()
    bits = distance(compared.c.hash, bindparam("hash", type_=HashBits()))
    # The nearest first, and only then what was decided on them: a withdrawn decision is rare.
    nearest = (
        select(compared.c.image_sha256, func.min(bits).label("bits"))
        .where(bits <= ALIKE)
        .group_by(compared.c.image_sha256)
        .order_by("bits", compared.c.image_sha256)
        .limit(limit + SPARE)
        .subquery()
    )
    found = session.scalars(
        select(Image)
        .join(nearest, nearest.c.image_sha256 == Image.sha256)
        .join(Decision, Decision.id == Image.reported_id)
        .where(Decision.outcome.in_(RULINGS))
        .order_by(nearest.c.bits, Image.sha256)
        .limit(limit)
        .options(joinedload(Image.reported).joinedload(Decision.moderator)),
        {"hash": own.look},
    )
    return list(found)
