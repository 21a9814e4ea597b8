"""Lists of hashes: those of others, kept under their source's name, and our own decisions for others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from core.vocabulary import Label
from store.database import Database
from store.known_images import LEAST_QUALITY, RULINGS, word_columns
from store.known_tables import HashList, ImageHash, ListedHash
from store.tables import Decision, Image

STEP = 1000  # hashes a statement


@dataclass(frozen=True, slots=True)
class SharedHash:
    """A hash as lists share it: 64 hex digits, and who made its picture."""

    hex: str
    label: Label


def open_list(session: Session, name: str, at: datetime) -> str:
    """Find the list of this source, or make it; give its id."""
    found = session.scalar(select(HashList).where(HashList.name == name))
    if found is None:
        found = HashList(name=name, created_at=at)
        session.add(found)
    found.updated_at = at
    session.flush()
    return found.id


def add_hashes(session: Session, list_id: str, hashes: Sequence[SharedHash]) -> None:
    """Add hashes to a list; what it holds already takes the label that it is given now."""
    if not hashes:
        return
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    # Of one hash twice in a step the last counts: a statement may not touch a row twice.
    rows = {
        one.hex: {"list_id": list_id, "hash": one.hex, "label": one.label, **word_columns(one.hex)}
        for one in hashes
    }
    new = insert(ListedHash)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[ListedHash.list_id, ListedHash.hash], set_={"label": new.excluded.label}
        ),
        list(rows.values()),
    )


def close_list(session: Session, list_id: str) -> int:
    """Count what a list holds now, and write it down."""
    count = session.scalar(select(func.count()).where(ListedHash.list_id == list_id)) or 0
    session.get_one(HashList, list_id).count = count
    return count


def all_lists(session: Session) -> list[HashList]:
    """List the lists by name."""
    return list(session.scalars(select(HashList).order_by(HashList.name)))


def forget_list(session: Session, name: str) -> int | None:
    """Forget a list with all its hashes; give how many, None where there is no such list.

    Verdicts that rest on it stay as they were: they say what was known then.
    """
    found = session.scalar(select(HashList).where(HashList.name == name))
    if found is None:
        return None
    count = session.scalar(select(func.count()).where(ListedHash.list_id == found.id)) or 0
    session.execute(delete(ListedHash).where(ListedHash.list_id == found.id))
    session.delete(found)
    return count


def decided_hashes(database: Database, label: Label | None = None) -> Iterator[SharedHash]:
    """Give the hashes of what people decided, page by page; of hashes that tell pictures apart only."""
    outcomes = [outcome for outcome, known in RULINGS.items() if label in {None, known}]
    last = ""
    while True:
        with database.reading() as session:
            rows = session.execute(
                select(ImageHash.image_sha256, ImageHash.hash, Decision.outcome)
                .join(Image, Image.sha256 == ImageHash.image_sha256)
                .join(Decision, Decision.id == Image.decision_id)
                .where(
                    ImageHash.image_sha256 > last,
                    ImageHash.quality >= LEAST_QUALITY,
                    Decision.outcome.in_(outcomes),
                )
                .order_by(ImageHash.image_sha256)
                .limit(STEP)
            ).all()
        if not rows:
            return
        last = rows[-1][0]
        for _, digits, outcome in rows:
            yield SharedHash(digits, RULINGS[outcome])
