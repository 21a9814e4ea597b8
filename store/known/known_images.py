"""Known images: decisions on similar pictures, and entries of imported lists."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, and_, bindparam, delete, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from core.known.known_image import LEAST_QUALITY, KnownImage, PictureHash
from core.vocabulary import RULINGS, Label, Outcome
from store.base.hash_column import WORDS, HashBits, distance, is_neighbour, neighbours_of_words, words_of
from store.base.insertion import insert_once, is_on_sqlite, upsert
from store.tables.case_tables import Decision, Image
from store.tables.known_tables import HashList, ImageHash, KnownChange, ListedHash

NEAR = 31  # bits of 256, as the field matches
LABELS = {Outcome.AI: Label.AI, Outcome.HUMAN: Label.HUMAN}  # an assisted picture is neither
MOST = 16  # found for one picture, the nearest first


@dataclass(frozen=True, slots=True)
class NearImage:
    """Another image of ours that looks the same, by how many bits it differs, and who decided it.

    A decision shows here once it can no longer be undone.
    """

    image: Image
    distance: int


def is_near(table: type[ImageHash | ListedHash], *, is_sqlite: bool) -> ColumnElement[bool]:
    """SQL condition: a row's hash is within 31 bits of the one in `near_values`."""
    words = (
        is_neighbour(getattr(table, f"w{place}"), f"w{place}", is_sqlite=is_sqlite) for place in range(WORDS)
    )
    return and_(or_(*words), bits_apart(table) <= NEAR)


def bits_apart(table: type[ImageHash | ListedHash]) -> ColumnElement[int]:
    """SQL expression: by how many bits a row's hash differs from the one in `near_values`."""
    return distance(table.hash, bindparam("hash", type_=HashBits()))


def near_values(hex_digits: str, *, is_sqlite: bool) -> dict[str, Any]:
    """The values to bind to a query with `is_near`."""
    return {"hash": hex_digits, **neighbours_of_words(hex_digits, is_sqlite=is_sqlite)}


def keep_hash(session: Session, sha256: str, found: PictureHash) -> None:
    """Keep the hash of an image; the same bytes have the same hash, so it is kept once."""
    values = {"image_sha256": sha256, "hash": found.hex, "quality": found.quality, **word_columns(found.hex)}
    insert_once(session, ImageHash, values)


def word_columns(hex_digits: str) -> dict[str, int]:
    """The words of a hash, by the names of their columns."""
    return {f"w{place}": word for place, word in zip(range(WORDS), words_of(hex_digits), strict=True)}


def find_known(session: Session, found: PictureHash, *, but: str) -> list[KnownImage]:
    """Find what is known of pictures that look like this one, other than the image `but` itself.

    Decisions first, then lists, each nearest first. A picture with too few edges has no similar pictures.
    """
    if found.quality < LEAST_QUALITY:
        return []
    is_sqlite = is_on_sqlite(session)
    rows = session.execute(
        _known(is_sqlite=is_sqlite), {"but": but, **near_values(found.hex, is_sqlite=is_sqlite)}
    )
    return [_known_image(row) for row in sorted(rows, key=_place)]


def near_images(session: Session, sha256: str, *, limit: int = MOST) -> list[NearImage]:
    """List the images that look like this one: those that a person decided first, then the nearest."""
    own = session.get(ImageHash, sha256)
    if own is None or own.quality < LEAST_QUALITY:
        return []
    is_sqlite, bits = is_on_sqlite(session), bits_apart(ImageHash)
    rows = session.execute(
        select(Image, bits)
        .join(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(
            is_near(ImageHash, is_sqlite=is_sqlite),
            ImageHash.quality >= LEAST_QUALITY,
            Image.sha256 != sha256,
        )
        .order_by(Image.reported_id.is_(None), bits, Image.sha256)
        .limit(limit)
        .options(joinedload(Image.verdict), joinedload(Image.reported).joinedload(Decision.moderator)),
        near_values(own.hash, is_sqlite=is_sqlite),
    )
    return [NearImage(*row) for row in rows]


def note_changes(session: Session, sha256s: Collection[str], at: datetime) -> None:
    """Note that other rulings on images are reported now, for their near copies to be judged again."""
    one = select(ImageHash.image_sha256, literal(at, KnownChange.due_at.type), literal("")).where(
        ImageHash.image_sha256.in_(sha256s), ImageHash.quality >= LEAST_QUALITY
    )
    session.execute(
        upsert(session, KnownChange)
        .from_select(["image_sha256", "due_at", "after_sha256"], one)
        .on_conflict_do_update(
            index_elements=[KnownChange.image_sha256], set_={"due_at": at, "after_sha256": ""}
        )
    )


def _place(row: Row[Any]) -> tuple[Any, ...]:
    """Decisions first, then lists, each nearest first; of equals the newest decision, the first name."""
    if row.outcome is not None:
        return 0, row.apart, -int(row.id, 16)
    return 1, row.apart, row.name


def _known_image(row: Row[Any]) -> KnownImage:
    if row.outcome is None:
        return KnownImage(row.label, row.apart, list_name=row.name)
    label = LABELS.get(row.outcome)
    return KnownImage(label, row.apart, case=row.sha256, decision_id=row.id, decided_at=row.decided_at)


@lru_cache(2)  # for each kind of database: to put it together costs as much as to ask it
def _known(*, is_sqlite: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Select decisions and lists in one go, so that the neighbours are handed over once."""
    decided = (
        select(
            ImageHash.image_sha256.label("sha256"),
            bits_apart(ImageHash).label("apart"),
            Decision.id.label("id"),
            Decision.outcome.label("outcome"),
            Decision.created_at.label("decided_at"),
            literal(None, HashList.name.type).label("name"),
            literal(None, ListedHash.label.type).label("label"),
        )
        .join(Image, Image.sha256 == ImageHash.image_sha256)
        .join(Decision, Decision.id == Image.reported_id)
        .where(
            is_near(ImageHash, is_sqlite=is_sqlite),
            ImageHash.quality >= LEAST_QUALITY,
            ImageHash.image_sha256 != bindparam("but", type_=ImageHash.image_sha256.type),
            Decision.outcome.in_(RULINGS),
        )
        .order_by("apart", Decision.id.desc())
        .limit(MOST)
        .subquery()
    )
    listed = (
        select(
            literal(None, ImageHash.image_sha256.type).label("sha256"),
            bits_apart(ListedHash).label("apart"),
            literal(None, Decision.id.type).label("id"),
            literal(None, Decision.outcome.type).label("outcome"),
            literal(None, Decision.created_at.type).label("decided_at"),
            HashList.name.label("name"),
            ListedHash.label.label("label"),
        )
        .join(HashList, HashList.id == ListedHash.list_id)
        .where(is_near(ListedHash, is_sqlite=is_sqlite))
        .order_by("apart", HashList.name)
        .limit(MOST)
        .subquery()
    )
    return select(decided).union_all(select(listed))


def forget_hashes(session: Session, before: datetime) -> None:
    """Delete the perceptual hashes of images whose bytes were purged before a moment."""
    purged = select(Image.sha256).where(Image.purged_at < before)
    session.execute(delete(ImageHash).where(ImageHash.image_sha256.in_(purged)))
