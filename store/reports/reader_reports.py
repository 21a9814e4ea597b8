"""Readers' reports: one for each reader and picture, each a wish that a person looks.

A report moves no score and no place in the queue. It opens a case that no one has decided, once, however
many readers ask; that of a muted reader opens nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.ids import new_id
from core.vocabulary import Finding, Outcome
from store.base.insertion import insert_once
from store.base.locking import lock_row
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.client_tables import Client
from store.tables.report_tables import MutedReader, ReaderReport
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

RIGHT = (Outcome.AI, Outcome.ASSISTED)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report as it is stored; `is_new` unless the reader had reported the picture before."""

    id: str
    submission_id: str
    created_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class ReaderRecord:
    """How a reader's reports turned out: decided as they said, decided human, and not decided."""

    client_id: str
    client: str
    reader: str
    right: int
    wrong: int
    undecided: int
    last_at: datetime
    is_muted: bool


def add_report(
    session: Session,
    submission: Submission,
    reader: str,
    *,
    reason: str,
    url_sha256: str | None,
    at: datetime,
) -> StoredReport:
    """Store a report, and ask for a look where the picture is known; an earlier one of the reader's stays.

    `url_sha256` is of the address that the submission was found or made by, in one spelling.
    """
    sha256 = submission.image_sha256 or _lock_unexamined(session, submission.id)
    same = [ReaderReport.submission_id == submission.id]
    if sha256 is not None:
        # Locked, so that a decision or a verdict of this moment sees the report, or the report sees it.
        lock_row(session, Image, sha256)
        same.append(ReaderReport.image_sha256 == sha256)
    if url_sha256 is not None and submission.reported_url_sha256 is None:
        # With the submission: a report may be merged into an earlier one, and its address stays known.
        session.execute(
            update(Submission)
            .where(Submission.id == submission.id)
            .values(reported_url_sha256=url_sha256)
            .execution_options(synchronize_session=False)
        )
    earlier = (
        select(ReaderReport)
        .where(ReaderReport.client_id == submission.client_id, ReaderReport.reader == reader, or_(*same))
        .order_by(ReaderReport.id)
        .limit(1)
    )
    found = session.scalar(earlier)
    if found is not None:
        return StoredReport(found.id, found.submission_id, found.created_at, is_new=False)
    is_muted = session.get(MutedReader, (submission.client_id, reader)) is not None
    report_id = new_id()
    row = {
        "id": report_id,
        "client_id": submission.client_id,
        "reader": reader,
        "submission_id": submission.id,
        "image_sha256": sha256,
        "reason": reason,
        "is_muted": is_muted,
        "created_at": at,
    }
    if not insert_once(session, ReaderReport, row):
        found = session.scalars(earlier).one()  # sent twice at the same moment
        return StoredReport(found.id, found.submission_id, found.created_at, is_new=False)
    if sha256 is not None:
        _settle_new(session, report_id, sha256)
        if not is_muted:
            _ask_for_look(session, sha256)
    return StoredReport(report_id, submission.id, at, is_new=True)


def find_reported(session: Session, client_id: str, url_sha256: str) -> Submission | None:
    """The submission that was made for an earlier report of the same address, if it is still there."""
    return session.scalar(
        select(Submission)
        .where(Submission.client_id == client_id, Submission.reported_url_sha256 == url_sha256)
        .order_by(Submission.id.desc())
        .limit(1)
    )


def look_at_reported(session: Session, submission_id: str, sha256: str) -> None:
    """Note which picture a submission's reports are about, now that it is examined, and ask for a look.

    Who had reported the picture under another address has reported it once: the earlier report stays.
    """
    # Locked, so that of two submissions with the same picture the second sees the reports of the first.
    lock_row(session, Image, sha256)
    earlier = aliased(ReaderReport)
    session.execute(
        delete(ReaderReport)
        .where(
            ReaderReport.submission_id == submission_id,
            ReaderReport.image_sha256.is_(None),
            exists().where(
                earlier.client_id == ReaderReport.client_id,
                earlier.reader == ReaderReport.reader,
                earlier.image_sha256 == sha256,
            ),
        )
        .execution_options(synchronize_session=False)
    )
    muted = session.scalars(
        update(ReaderReport)
        .where(ReaderReport.submission_id == submission_id, ReaderReport.image_sha256.is_(None))
        .values(image_sha256=sha256)
        .returning(ReaderReport.is_muted)
        .execution_options(synchronize_session=False)
    ).all()
    if not all(muted):
        _ask_for_look(session, sha256)


def has_reports(session: Session, submission_id: str) -> bool:
    """True if readers reported a submission.

    To be asked once its row is locked, and in a statement of its own: one that waited for the lock does not
    see the report for which it waited.
    """
    query = select(1).where(ReaderReport.submission_id == submission_id).limit(1)
    return session.scalar(query) is not None


def is_reported(sha256: str) -> ColumnElement[bool]:
    """SQL condition: a reader who was not muted reported this image."""
    return select(1).where(ReaderReport.image_sha256 == sha256, ReaderReport.is_muted.is_(False)).exists()


def came_by_report(sha256: str) -> ColumnElement[bool]:
    """SQL condition: a reader reported this image before a finding brought it before a moderator."""
    found_before = (
        select(1)
        .where(
            Verdict.image_sha256 == sha256,
            Verdict.finding != Finding.CLEAR,
            Verdict.created_at <= ReaderReport.created_at,
        )
        .correlate(ReaderReport)
        .exists()
    )
    return (
        select(1)
        .where(ReaderReport.image_sha256 == sha256, ReaderReport.is_muted.is_(False), ~found_before)
        .exists()
    )


def settle_reports(session: Session, decisions: Mapping[str, str | None]) -> None:
    """Note what was decided on reported pictures; decisions by SHA-256, none where none stands."""
    rows = session.execute(
        select(Decision.image_sha256, Decision.outcome).where(
            Decision.id.in_([one for one in decisions.values() if one])
        )
    )
    outcomes = {row.image_sha256: row.outcome for row in rows if row.outcome is not Outcome.ESCALATE}
    for outcome in (*RIGHT, Outcome.HUMAN, None):
        sha256s = [one for one in decisions if outcomes.get(one) is outcome]
        session.execute(
            update(ReaderReport)
            .where(ReaderReport.image_sha256.in_(sha256s), ReaderReport.outcome.is_distinct_from(outcome))
            .values(outcome=outcome)
            .execution_options(synchronize_session=False)
        )


def reports_on(session: Session, sha256: str, *, limit: int = 10) -> tuple[int, list[ReaderReport]]:
    """Count the readers who reported an image, and list their newest reports."""
    query = select(ReaderReport).where(ReaderReport.image_sha256 == sha256)
    newest = list(session.scalars(query.order_by(ReaderReport.id.desc()).limit(limit)))
    if not newest:
        return 0, []
    readers = func.count(func.distinct(ReaderReport.reader))
    return session.scalar(select(readers).where(ReaderReport.image_sha256 == sha256)) or 0, newest


def reader_records(
    session: Session, *, readers: Collection[str] | None = None, limit: int = 200
) -> list[ReaderRecord]:
    """How readers' reports turned out, those who were wrong most often first; of some readers, or of all."""
    right, wrong, undecided = (
        func.sum(case((condition, 1), else_=0))
        for condition in (
            ReaderReport.outcome.in_(RIGHT),
            ReaderReport.outcome == Outcome.HUMAN,
            ReaderReport.outcome.is_(None),
        )
    )
    muted = (
        select(1)
        .where(MutedReader.client_id == ReaderReport.client_id, MutedReader.reader == ReaderReport.reader)
        .exists()
    )
    query = (
        select(
            ReaderReport.client_id,
            Client.name,
            ReaderReport.reader,
            right,
            wrong,
            undecided,
            func.max(ReaderReport.created_at),
            muted,
        )
        .join(Client, Client.id == ReaderReport.client_id)
        .group_by(ReaderReport.client_id, Client.name, ReaderReport.reader)
        .order_by(wrong.desc(), undecided.desc(), ReaderReport.reader)
        .limit(limit)
    )
    if readers is not None:
        query = query.where(ReaderReport.reader.in_(readers))
    return [ReaderRecord(*row) for row in session.execute(query)]


def mute_reader(session: Session, client_id: str, reader: str, *, moderator_id: str, at: datetime) -> bool:
    """Let a reader's later reports open no case; False where they are muted already."""
    row = {"client_id": client_id, "reader": reader, "moderator_id": moderator_id, "created_at": at}
    return insert_once(session, MutedReader, row)


def unmute_reader(session: Session, client_id: str, reader: str) -> bool:
    """Let a reader's reports ask for a look again; False where they are not muted."""
    query = delete(MutedReader).where(MutedReader.client_id == client_id, MutedReader.reader == reader)
    return session.execute(query.returning(MutedReader.reader)).first() is not None


def forget_reports(session: Session, before: datetime) -> int:
    """Delete reports from before a moment, and whom they muted; returns how many reports."""
    session.execute(delete(MutedReader).where(MutedReader.created_at < before))
    query = delete(ReaderReport).where(ReaderReport.created_at < before).returning(ReaderReport.id)
    return len(session.execute(query).all())


def _lock_unexamined(session: Session, submission_id: str) -> str | None:
    """Keep a submission's examination from ending; give its picture, and lock nothing, if it has by now."""
    query = select(Submission.image_sha256).where(Submission.id == submission_id)
    session.execute(query.where(Submission.image_sha256.is_(None)).with_for_update(key_share=True)).all()
    return session.scalar(query)


def _settle_new(session: Session, report_id: str, sha256: str) -> None:
    """Note what was decided before the report came."""
    stands = (
        select(Decision.outcome)
        .join(Image, Image.reported_id == Decision.id)
        .where(Image.sha256 == sha256, Decision.outcome != Outcome.ESCALATE)
        .scalar_subquery()
    )
    session.execute(update(ReaderReport).where(ReaderReport.id == report_id).values(outcome=stands))


def _ask_for_look(session: Session, sha256: str) -> None:
    """Put an image into the queue that no one has decided, without moving its score or place."""
    session.execute(
        update(Image)
        .where(Image.sha256 == sha256, Image.review == ReviewState.NONE, Image.decision_id.is_(None))
        .values(review=ReviewState.OPEN)
        .execution_options(synchronize_session=False)
    )
