"""Looking whether every file that a row names is stored, and has the bytes that its name says."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.appeals.appeal_files import unwanted
from store.base.database import Database
from store.bytes.blobs import PIECE, BlobStore
from store.tables.appeal_tables import AppealFile
from store.tables.case_tables import Image
from store.tables.submission_tables import Submission

STEP = 500  # digests a query
NAMED = (
    (Image.sha256, Image.purged_at.is_(None)),
    (Submission.upload_sha256, Submission.upload_sha256.is_not(None)),
    (AppealFile.sha256, AppealFile.purged_at.is_(None)),
)


@dataclass(slots=True)
class BlobCheck:
    """How many files were looked at, and the digests of those that are missing or damaged."""

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def check_blobs(database: Database, blobs: BlobStore) -> BlobCheck:
    """Read every stored file that a row names. Errors: BlobsUnavailableError, SQLAlchemyError."""
    found = BlobCheck()
    for sha256 in _named(database):
        found.checked += 1
        try:
            is_whole = _digest(blobs, sha256) == sha256
        except KeyError:
            with database.reading() as session:
                if not unwanted(session, [sha256]):  # else it was purged in the meantime
                    found.missing.append(sha256)
            continue
        if not is_whole:
            found.damaged.append(sha256)
    return found


def _named(database: Database) -> Iterator[str]:
    """Each digest that a row names, in pages; one that several kinds of rows name comes once for each."""
    for column, is_kept in NAMED:
        after = ""
        while True:
            with database.reading() as session:
                page = _page(session, column, is_kept, after)
            yield from page
            if len(page) < STEP:
                break
            after = page[-1]


def _page(session: Session, column: object, is_kept: object, after: str) -> list[str]:
    query = select(column).where(is_kept, column > after).distinct().order_by(column).limit(STEP)  # type: ignore[call-overload,operator]  # of three tables
    return list(session.scalars(query))


def _digest(blobs: BlobStore, sha256: str) -> str:
    digest = hashlib.sha256()
    with blobs.open(sha256) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
