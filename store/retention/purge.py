"""Purging data older than the retention settings, in small steps.

Submissions, the bytes of images and the files of appeals go; verdicts and decisions stay, for they are
the record of what was said and by whom, and hold no picture (`docs/operating.md`). So do bytes that no row
knows: of uploads whose transaction failed, of a purge that was interrupted.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from core.vocabulary import State
from store.appeals.appeal_files import forget_files, unwanted
from store.base.database import Database
from store.bytes.blobs import BlobStore
from store.clients.quotas import forget_quota_uses
from store.known.alike import forget_looks
from store.known.known_images import forget_hashes
from store.market.hook_deliveries import forget_deliveries
from store.market.strikes import forget_strikes
from store.outbox.client_events import forget_events
from store.outbox.named_endpoints import delete_idle_endpoints
from store.people.audit_notes import note_event
from store.reports.reader_reports import forget_reports
from store.retention.erasure import trim_records
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.people_tables import Session as Login
from store.tables.review_states import ReviewState
from store.tables.review_tables import Event
from store.tables.submission_tables import IdempotencyKey, Submission

PURGED = "purged"  # the kind of its line in the audit log
STEP = 500  # rows a transaction, so that no one waits long for a purge
# Bytes are put before rows, so young ones may only be waiting for theirs; to put them again makes them young.
YOUNG = timedelta(days=1)
KEY_LIFE = timedelta(hours=24)  # how long an idempotency key is good for


@dataclass(frozen=True, slots=True)
class KeptFor:
    """How long records are kept beside submissions and pictures.

    The log for two years: a complaint, and a court after it, take their time. A strike so long after it
    counts no more.
    """

    log: timedelta = timedelta(days=730)
    strikes: timedelta = timedelta(days=365)
    reports: timedelta = timedelta(days=365)
    descriptors: timedelta = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was forgotten."""

    submissions: int
    images: int
    files: int  # sent with appeals
    orphans: int
    events: int
    texts: int


USUALLY = KeptFor()


def purge_expired(
    database: Database,
    blobs: BlobStore,
    *,
    at: datetime,
    retention: timedelta,
    kept: KeptFor = USUALLY,
    by: str = "command line",
) -> Purged:
    """Forget what is older than the retention times; cases that wait for a person are kept.

    `kept.log` is for the desk's records: its log, and texts that people wrote. Each purge is a line of
    that log, with who did it.
    """
    with database.writing() as session:
        forget_deliveries(session, at)
        forget_quota_uses(session, at)
        delete_idle_endpoints(session, at - retention)
        forget_strikes(session, at - kept.strikes)
        forget_reports(session, at - kept.reports)
        forget_hashes(session, at - kept.descriptors)
        session.execute(delete(Login).where(Login.expires_at < at))
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < at - KEY_LIFE))
    submissions = images = 0
    while step := _purge_submissions(database, blobs, at - retention, at):
        submissions += step
    while step := _purge_images(database, blobs, at - retention, at):
        images += step
    files = 0
    while step := _purge_files(database, blobs, at - retention, at):
        files += step
    orphans = forget_orphans(database, blobs, at=at)
    with database.writing() as session:
        trimmed = trim_records(session, at - kept.log)
        counts = {"submissions": submissions, "images": images, "files": files, **asdict(trimmed)}
        note_event(session, PURGED, moderator_id=None, at=at, detail={"by": by, **counts})
    return Purged(submissions, images, files, orphans, trimmed.events, trimmed.texts)


def last_purge(session: Session) -> datetime | None:
    """When the retention settings were last applied."""
    return session.scalar(select(func.max(Event.created_at)).where(Event.kind == PURGED))


def _purge_submissions(database: Database, blobs: BlobStore, before: datetime, at: datetime) -> int:
    """Delete a step of old, final submissions whose case is not open, and uploads that led nowhere."""
    with database.writing() as session:
        rows = session.execute(
            select(Submission.id, Submission.upload_sha256)
            .outerjoin(Image, Image.sha256 == Submission.image_sha256)
            .where(
                Submission.created_at < before,
                Submission.state.in_([State.EXAMINED, State.FAILED]),
                Submission.image_sha256.is_(None) | ~_is_waiting(),
            )
            .limit(STEP)
        ).all()
        ids = [row.id for row in rows]
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.submission_id.in_(ids)))
        forget_events(session, ids)
        session.execute(delete(Submission).where(Submission.id.in_(ids)))
        uploads = {row.upload_sha256 for row in rows if row.upload_sha256}
        # The bytes of an image go with the image.
        orphans = unwanted(session, uploads) - set(
            session.scalars(select(Image.sha256).where(Image.sha256.in_(uploads)))
        )
    _delete_old(blobs, orphans, at)
    return len(rows)


def _purge_images(database: Database, blobs: BlobStore, before: datetime, at: datetime) -> int:
    """Delete the bytes of a step of old images that no submission shows any more."""
    with database.writing() as session:
        unwanted_now = (~_is_waiting(), ~exists().where(Submission.image_sha256 == Image.sha256))
        # Locked, so that no submission gets one of these now, and asked again, for those that just did. What
        # an examination has locked is left for another day.
        locked = session.scalars(
            select(Image.sha256)
            .where(Image.created_at < before, Image.purged_at.is_(None), *unwanted_now)
            .limit(STEP)
            .with_for_update(skip_locked=True)
        ).all()
        digests = session.scalars(select(Image.sha256).where(Image.sha256.in_(locked), *unwanted_now)).all()
        session.execute(update(Image).where(Image.sha256.in_(digests)).values(purged_at=at))
        forget_looks(session, digests)
        orphans = unwanted(session, digests)
    _delete_old(blobs, orphans, at)
    return len(digests)


def _purge_files(database: Database, blobs: BlobStore, before: datetime, at: datetime) -> int:
    """Delete a step of the files of appeals that were resolved long ago."""
    with database.writing() as session:
        digests = forget_files(session, resolved_before=before, at=at, limit=STEP)
        orphans = unwanted(session, digests)
    _delete_old(blobs, orphans, at)
    return len(digests)


def forget_orphans(database: Database, blobs: BlobStore, *, at: datetime) -> int:
    """Delete every image that no row knows, and what was made from it; how many there were."""
    before = at - YOUNG
    old = (sha256 for sha256, kept_at in blobs.kept() if kept_at < before)
    forgotten = 0
    while step := list(islice(old, STEP)):
        with database.reading() as session:
            orphans = unwanted(session, step)
        forgotten += _delete_old(blobs, orphans, at)
    return forgotten


def _delete_old(blobs: BlobStore, sha256s: Iterable[str], at: datetime) -> int:
    """Delete bytes, except those that were put again lately; returns how many.

    Theirs may be the row of an upload or of a picture that is about to be stored. Where it never is, they
    are orphans a day later.
    """
    deleted = 0
    for sha256 in sorted(sha256s):
        kept_at = blobs.kept_at(sha256)
        if kept_at is None or kept_at < at - YOUNG:
            blobs.delete(sha256)
            deleted += 1
    return deleted


def _is_waiting() -> ColumnElement[bool]:
    """SQL condition: a moderator is wanted, or clients and artists are still to be told of a decision."""
    has_appeal = exists().where(Appeal.image_sha256 == Image.sha256, Appeal.resolved_at.is_(None))
    is_untold = Image.report_due_at.is_not(None)
    return Image.review.in_([ReviewState.OPEN, ReviewState.ESCALATED]) | has_appeal | is_untold
