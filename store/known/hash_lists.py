"""Lists of hashes: imported lists by source, and our own decisions for export."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.clock import now
from core.known.hash_files import SharedHash, SkipReason
from core.known.known_image import LEAST_QUALITY
from core.vocabulary import Label
from store.base.database import Database
from store.base.insertion import upsert
from store.known.known_images import LABELS, word_columns
from store.people.audit_notes import note_event
from store.tables.case_tables import Decision, Image
from store.tables.known_tables import HashList, ImageHash, ListedHash

STEP = 1000  # hashes a statement


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: hashes taken, entries left out by why, and what the list holds now."""

    taken: int
    left: Counter[SkipReason]
    count: int


def take_list(
    database: Database, name: str, entries: Iterator[SharedHash | SkipReason], *, moderator_id: str | None
) -> Taken:
    """Take a file's hashes into the list of this name, a step at a time, and note it in the log.

    What came before an error stays. Errors: those of `entries`.
    """
    taken, left = 0, Counter[SkipReason]()
    with database.writing() as session:
        list_id = _open_list(session, name, now())
    try:
        while step := _step(entries, left):
            with database.writing() as session:
                _add_hashes(session, list_id, step)
            taken += len(step)
    finally:
        with database.writing() as session:
            count = _close_list(session, list_id)
            _note(session, "list_imported", name, moderator_id, hashes=taken, left_out=left.total())
    return Taken(taken, left, count)


def note_export(session: Session, *, moderator_id: str | None, label: Label | None) -> None:
    """Note that what people decided goes out of the house as hashes."""
    _note(session, "list_exported", "", moderator_id, label=label.value if label else "all")


def _open_list(session: Session, name: str, at: datetime) -> str:
    """Find the list of this source, or make it; returns its id."""
    found = session.scalar(select(HashList).where(HashList.name == name))
    if found is None:
        found = HashList(name=name, created_at=at)
        session.add(found)
    found.updated_at = at
    session.flush()
    return found.id


def _add_hashes(session: Session, list_id: str, hashes: Sequence[SharedHash]) -> None:
    """Add hashes to a list; what it holds already takes the label that it is given now."""
    if not hashes:
        return
    # Of one hash twice in a step the last counts: a statement may not touch a row twice.
    rows = {
        one.hex: {"list_id": list_id, "hash": one.hex, "label": one.label, **word_columns(one.hex)}
        for one in hashes
    }
    new = upsert(session, ListedHash)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[ListedHash.list_id, ListedHash.hash], set_={"label": new.excluded.label}
        ),
        list(rows.values()),
    )


def _close_list(session: Session, list_id: str) -> int:
    """Count what a list holds now, and write it down."""
    count = session.scalar(select(func.count()).where(ListedHash.list_id == list_id)) or 0
    found = session.get(HashList, list_id)
    if found is not None:  # else it was deleted meanwhile
        found.count = count
    return count


def all_lists(session: Session) -> list[HashList]:
    """List the lists by name."""
    return list(session.scalars(select(HashList).order_by(HashList.name)))


def find_list(session: Session, list_id: str) -> HashList | None:
    """Find a list by its id."""
    return session.get(HashList, list_id)


def count_decided(session: Session) -> dict[Label, int]:
    """Count the hashes that people's decisions would hand out, by label."""
    rows = session.execute(
        select(Decision.outcome, func.count())
        .join(Image, Image.reported_id == Decision.id)
        .join(ImageHash, ImageHash.image_sha256 == Image.sha256)
        .where(ImageHash.quality >= LEAST_QUALITY, Decision.outcome.in_(LABELS))
        .group_by(Decision.outcome)
    )
    counts = {LABELS[outcome]: count for outcome, count in rows}
    return {label: counts.get(label, 0) for label in Label}


def forget_list(session: Session, name: str, *, moderator_id: str | None) -> int | None:
    """Forget a list with all its hashes; returns how many, None where there is no such list.

    Verdicts that rest on it stay as they were: they say what was known then.
    """
    found = session.scalar(select(HashList).where(HashList.name == name))
    if found is None:
        return None
    count = session.scalar(select(func.count()).where(ListedHash.list_id == found.id)) or 0
    session.execute(delete(ListedHash).where(ListedHash.list_id == found.id))
    session.delete(found)
    _note(session, "list_forgotten", name, moderator_id, hashes=count)
    return count


def decided_hashes(database: Database, label: Label | None = None) -> Iterator[SharedHash]:
    """The hashes of decided pictures, read page by page; only those good enough to compare."""
    outcomes = [outcome for outcome, known in LABELS.items() if label in {None, known}]
    last = ""
    while True:
        with database.reading() as session:
            rows = session.execute(
                select(ImageHash.image_sha256, ImageHash.hash, Decision.outcome)
                .join(Image, Image.sha256 == ImageHash.image_sha256)
                .join(Decision, Decision.id == Image.reported_id)
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
            yield SharedHash(digits, LABELS[outcome])


def _step(entries: Iterator[SharedHash | SkipReason], left: Counter[SkipReason]) -> list[SharedHash]:
    """Read a step of hashes, and count what is left out by why."""
    found: list[SharedHash] = []
    for entry in entries:
        if isinstance(entry, SkipReason):
            left[entry] += 1
            continue
        found.append(entry)
        if len(found) == STEP:
            break
    return found


def _note(session: Session, kind: str, name: str, moderator_id: str | None, **detail: object) -> None:
    by = {} if moderator_id else {"by": "command line"}
    note_event(session, kind, moderator_id=moderator_id, at=now(), subject=name, detail=by | detail)
