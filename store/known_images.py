"""Known images: what people decided on pictures that look like this one, and what others' lists say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SmallInteger, and_, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, joinedload

from core.known_image import LEAST_QUALITY, KnownImage, PictureHash
from core.vocabulary import Label, Outcome
from store.hash_column import WORDS, HashBits, distance, ring, words_of
from store.known_tables import HashList, ImageHash, KnownChange, ListedHash
from store.tables import Decision, Image

NEAR = 31  # bits of 256, as the field matches
RULINGS = {Outcome.AI: Label.AI, Outcome.HUMAN: Label.HUMAN}
RING = ARRAY(SmallInteger)
MOST = 16  # found for one picture, the nearest first
# Near copies are judged again when a decision can no longer be taken back by one key (30 s, and some grace).
SETTLED = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class NearImage:
    """Another image of ours that looks the same, by how many bits it differs, and who decided it."""

    image: Image
    distance: int


def is_near(session: Session, table: type[ImageHash | ListedHash], hex_digits: str) -> ColumnElement[bool]:
    """Say in SQL that a row's hash is within 31 bits of this one."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    same_word = []
    for place, word in enumerate(words_of(hex_digits)):
        column = getattr(table, f"w{place}")
        # An array is one parameter: 272 of them cost PostgreSQL and us more than the search. SQLite has none.
        near = column.in_(ring(word)) if is_sqlite else column == any_(literal(ring(word), RING))
        same_word.append(near)
    return and_(or_(*same_word), _distance(table, hex_digits) <= NEAR)


def keep_hash(session: Session, sha256: str, found: PictureHash) -> None:
    """Keep the hash of an image; the same bytes have the same hash, so it is kept once."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    values = {"image_sha256": sha256, "hash": found.hex, "quality": found.quality, **word_columns(found.hex)}
    session.execute(insert(ImageHash).values(values).on_conflict_do_nothing())


def word_columns(hex_digits: str) -> dict[str, int]:
    """Give the words of a hash by the names of their columns."""
    return {f"w{place}": word for place, word in zip(range(WORDS), words_of(hex_digits), strict=True)}


def find_known(session: Session, found: PictureHash, *, but: str) -> list[KnownImage]:
    """Find what is known of pictures that look like this one, other than the image `but` itself.

    Decisions first, then lists, each nearest first. A picture with too few edges has no look-alikes.
    """
    if found.quality < LEAST_QUALITY:
        return []
    return [*_decided(session, found.hex, but), *_listed(session, found.hex)]


def near_images(session: Session, sha256: str, *, limit: int = MOST) -> list[NearImage]:
    """List the images that look like this one: those that a person decided first, then the nearest."""
    own = session.get(ImageHash, sha256)
    if own is None or own.quality < LEAST_QUALITY:
        return []
    bits = _distance(ImageHash, own.hash)
    rows = session.execute(
        select(Image, bits)
        .join(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(
            is_near(session, ImageHash, own.hash), ImageHash.quality >= LEAST_QUALITY, Image.sha256 != sha256
        )
        .order_by(Image.decision_id.is_(None), bits, Image.sha256)
        .limit(limit)
        .options(joinedload(Image.verdict), joinedload(Image.decision).joinedload(Decision.moderator))
    )
    return [NearImage(*row) for row in rows]


def note_change(session: Session, sha256: str, at: datetime) -> None:
    """Note that the ruling on an image is another one now, for its near copies to be judged again."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    due_at = at + SETTLED
    one = select(ImageHash.image_sha256, literal(due_at, KnownChange.due_at.type), literal("")).where(
        ImageHash.image_sha256 == sha256, ImageHash.quality >= LEAST_QUALITY
    )
    session.execute(
        insert(KnownChange)
        .from_select(["image_sha256", "due_at", "after_sha256"], one)
        .on_conflict_do_update(
            index_elements=[KnownChange.image_sha256], set_={"due_at": due_at, "after_sha256": ""}
        )
    )


def _decided(session: Session, hex_digits: str, but: str) -> list[KnownImage]:
    bits = _distance(ImageHash, hex_digits)
    rows = session.execute(
        select(ImageHash.image_sha256, bits, Decision.id, Decision.outcome, Decision.created_at)
        .join(Image, Image.sha256 == ImageHash.image_sha256)
        .join(Decision, Decision.id == Image.decision_id)
        .where(
            is_near(session, ImageHash, hex_digits),
            ImageHash.quality >= LEAST_QUALITY,
            ImageHash.image_sha256 != but,
            Decision.outcome.in_(RULINGS),
        )
        .order_by(bits, Decision.id.desc())
        .limit(MOST)
    )
    return [
        KnownImage(RULINGS[outcome], apart, case=sha256, decision_id=decision_id, decided_at=decided_at)
        for sha256, apart, decision_id, outcome, decided_at in rows
    ]


def _listed(session: Session, hex_digits: str) -> list[KnownImage]:
    bits = _distance(ListedHash, hex_digits)
    rows = session.execute(
        select(ListedHash.label, bits, HashList.name)
        .join(HashList, HashList.id == ListedHash.list_id)
        .where(is_near(session, ListedHash, hex_digits))
        .order_by(bits, HashList.name)
        .limit(MOST)
    )
    return [KnownImage(label, apart, list_name=name) for label, apart, name in rows]


def _distance(table: type[ImageHash | ListedHash], hex_digits: str) -> ColumnElement[int]:
    return distance(table.hash, literal(hex_digits, HashBits()))
