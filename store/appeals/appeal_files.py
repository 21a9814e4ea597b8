"""Files sent with appeals: rows that name blobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.vocabulary import FileKind
from store.tables.appeal_tables import Appeal, AppealFile
from store.tables.case_tables import Image
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that lies among the blobs already."""

    name: str
    kind: FileKind
    bytes: int
    sha256: str


def add_files(session: Session, appeal_id: str, files: Sequence[NewFile]) -> None:
    """Record that files belong to an appeal."""
    session.add_all(
        AppealFile(appeal_id=appeal_id, name=file.name, kind=file.kind, bytes=file.bytes, sha256=file.sha256)
        for file in files
    )


def bytes_of_submission(session: Session, submission_id: str) -> int:
    """Size of all files that were ever sent with appeals on one submission."""
    query = (
        select(func.coalesce(func.sum(AppealFile.bytes), 0))
        .join(Appeal, Appeal.id == AppealFile.appeal_id)
        .where(Appeal.submission_id == submission_id)
    )
    return int(session.scalar(query) or 0)


def bytes_from_artists(session: Session, *, since: datetime) -> int:
    """Size of all files that came from artists' pages since a moment."""
    query = (
        select(func.coalesce(func.sum(AppealFile.bytes), 0))
        .join(Appeal, Appeal.id == AppealFile.appeal_id)
        .where(AppealFile.created_at > since, Appeal.from_artist)
    )
    return int(session.scalar(query) or 0)


def find_file(session: Session, appeal_id: str, file_id: str) -> AppealFile | None:
    """Find a file of an appeal that has not been purged."""
    return session.scalar(
        select(AppealFile).where(
            AppealFile.id == file_id, AppealFile.appeal_id == appeal_id, AppealFile.purged_at.is_(None)
        )
    )


def forget_files(session: Session, *, resolved_before: datetime, at: datetime, limit: int) -> list[str]:
    """Mark a step of the files of old, resolved appeals as purged; returns their digests."""
    rows = session.execute(
        select(AppealFile.id, AppealFile.sha256)
        .join(Appeal, Appeal.id == AppealFile.appeal_id)
        .where(AppealFile.purged_at.is_(None), Appeal.resolved_at < resolved_before)
        .limit(limit)
    ).all()
    session.execute(
        update(AppealFile).where(AppealFile.id.in_([row.id for row in rows])).values(purged_at=at, name="")
    )
    return [row.sha256 for row in rows]


def forget_files_about(session: Session, image_sha256: str, *, at: datetime) -> list[str]:
    """Mark every file of appeals about one image as purged; returns their digests."""
    rows = session.execute(
        select(AppealFile.id, AppealFile.sha256)
        .join(Appeal, Appeal.id == AppealFile.appeal_id)
        .where(AppealFile.purged_at.is_(None), Appeal.image_sha256 == image_sha256)
    ).all()
    session.execute(
        update(AppealFile).where(AppealFile.id.in_([row.id for row in rows])).values(purged_at=at, name="")
    )
    return [row.sha256 for row in rows]


def unwanted(session: Session, sha256s: Iterable[str]) -> set[str]:
    """Those of these blobs that no image, upload or file of an appeal names any more.

    The same bytes may be several of these at once, as when an artist appeals with the picture itself.
    """
    asked = set(sha256s)
    for column, is_kept in (
        (Image.sha256, Image.purged_at.is_(None)),
        (Submission.upload_sha256, Submission.upload_sha256.is_not(None)),
        (AppealFile.sha256, AppealFile.purged_at.is_(None)),
    ):
        asked -= set(session.scalars(select(column).where(column.in_(asked), is_kept)))
    return asked
