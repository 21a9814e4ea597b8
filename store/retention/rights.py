"""What is held on a seller, an artist or a reader, erased.

What the law may ask for stays (`docs/operating.md`): which verdicts and decisions there were on which digest,
and that and how an appeal was answered; without names, texts, pictures and files.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from core.clock import now
from store.appeals.appeal_files import unwanted
from store.base.database import Database
from store.bytes.blobs import BlobStore
from store.outbox.client_events import forget_events
from store.people.audit_notes import note_command
from store.retention.erasure import ErasureError, erase_image
from store.retention.held_data import held_on_artist, held_on_reader, of_reader, of_seller, sold_by
from store.retention.seller_traces import forget_filters_on
from store.tables.appeal_tables import Appeal, AppealFile, AppealMessage
from store.tables.case_tables import Image
from store.tables.marketplace_tables import (
    HookDelivery,
    Listing,
    ListingDeclaration,
    ListingImage,
)
from store.tables.report_tables import MutedReader, ReaderReport
from store.tables.seller_tables import Strike
from store.tables.submission_tables import IdempotencyKey, Submission

STEP = 500  # submissions a transaction: no statement takes as many values as a large shop has pictures


@dataclass(frozen=True, slots=True)
class ErasedSeller:
    """How much of a seller was erased; `images` are those that only they showed."""

    listings: int
    submissions: int
    images: int
    strikes: int


def erase_seller(database: Database, blobs: BlobStore, client_id: str, seller: str) -> ErasedSeller:
    """Forget a seller: listings, submissions, strikes, and pictures that no one else shows.

    Errors: ErasureError for an unknown one, and while an appeal on one of their pictures is open.
    """
    theirs, struck = sold_by(client_id, seller), (Strike.client_id == client_id, Strike.seller == seller)
    with database.reading() as session:
        listed = exists().where(*of_seller(client_id, seller))
        if not session.scalar(select(listed | exists().where(*struck))):
            raise ErasureError(f"seller {seller} not found")
        is_open = exists().where(Appeal.submission_id == Submission.id, Appeal.resolved_at.is_(None))
        if session.scalar(select(exists().where(theirs, is_open))):
            raise ErasureError("this seller has an open appeal; resolve it first")
    submissions = images = 0
    # In steps, each by itself, and listings last: what is interrupted can be asked for again.
    while step := _submissions_of(database, theirs):
        submissions += len(step)
        images += _erase_submissions(database, blobs, step)
    with database.writing() as session:
        listings = _delete_listings(session, client_id, seller)
        strikes = session.execute(delete(Strike).where(*struck).returning(Strike.id)).all()
        forget_filters_on(session, client_id, seller)
        note_command(session, "erased", at=now(), subject=f"seller of {client_id}")
    return ErasedSeller(listings, submissions, images, len(strikes))


def _submissions_of(database: Database, theirs: ColumnElement[bool]) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Submission.id).where(theirs).order_by(Submission.id).limit(STEP)))


def _erase_submissions(database: Database, blobs: BlobStore, ids: Collection[str]) -> int:
    """Erase submissions with the pictures that no other one shows; returns how many pictures."""
    with database.reading() as session:
        alone = _shown_by_no_one_else(session, ids)
    for sha256 in alone:
        erase_image(database, blobs, sha256)
    with database.writing() as session:
        files = _blank_appeals(session, Appeal.submission_id.in_(ids), now())
        _delete_submissions(session, ids)
    _drop(database, blobs, files)
    return len(alone)


def erase_artist(database: Database, blobs: BlobStore, submission_id: str) -> int:
    """Forget what an artist wrote and sent about a submission; returns how many appeals there were.

    Errors: ErasureError where there are none, and while one is open.
    """
    at = now()
    with database.writing() as session:
        appeals = held_on_artist(session, submission_id)["appeals"]
        if not appeals:
            raise ErasureError(f"submission {submission_id} has no appeals")
        if any(one["resolved_at"] is None for one in appeals):
            raise ErasureError("this submission has an open appeal; resolve it first")
        files = _blank_appeals(session, Appeal.submission_id == submission_id, at)
        note_command(session, "erased", at=at, subject=submission_id)
    _drop(database, blobs, files)
    return len(appeals)


def erase_reader(database: Database, client_id: str, reader: str) -> int:
    """Forget a reader's reports, and that they were muted; returns how many. Errors: ErasureError."""
    with database.writing() as session:
        held = held_on_reader(session, client_id, reader)
        session.execute(delete(ReaderReport).where(*of_reader(client_id, reader)))
        session.execute(
            delete(MutedReader).where(MutedReader.client_id == client_id, MutedReader.reader == reader)
        )
        note_command(session, "erased", at=now(), subject=f"reader-{reader[:12]}")
    return len(held["reports"])


def _shown_by_no_one_else(session: Session, ids: Collection[str]) -> list[str]:
    """The images of these submissions that no other submission shows."""
    shown = select(Submission.image_sha256).where(
        Submission.id.in_(ids), Submission.image_sha256.is_not(None)
    )
    others = select(Submission.image_sha256).where(
        Submission.image_sha256.in_(shown), Submission.id.not_in(ids)
    )
    query = select(Image.sha256).where(Image.sha256.in_(shown), Image.sha256.not_in(others))
    return list(session.scalars(query.order_by(Image.sha256)))


def _delete_listings(session: Session, client_id: str, seller: str) -> int:
    """Delete a seller's listings, with what was received and declared of them; returns how many."""
    theirs = of_seller(client_id, seller)
    names = select(Listing.listing_id).where(*theirs)
    session.execute(
        delete(HookDelivery).where(HookDelivery.client_id == client_id, HookDelivery.listing_id.in_(names))
    )
    rows = select(Listing.id).where(*theirs)
    session.execute(delete(ListingDeclaration).where(ListingDeclaration.listing_row.in_(rows)))
    session.execute(delete(ListingImage).where(ListingImage.listing_row.in_(rows)))
    return len(session.execute(delete(Listing).where(*theirs).returning(Listing.id)).all())


def _blank_appeals(session: Session, condition: ColumnElement[bool], at: datetime) -> list[str]:
    """Take the words and files out of appeals; returns the files' digests."""
    appeals = select(Appeal.id).where(condition)
    session.execute(update(AppealMessage).where(AppealMessage.appeal_id.in_(appeals)).values(text=""))
    files = session.scalars(
        update(AppealFile)
        .where(AppealFile.appeal_id.in_(appeals), AppealFile.purged_at.is_(None))
        .values(purged_at=at, name="")
        .returning(AppealFile.sha256)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(Appeal).where(condition).values(reason="", evidence_url=None, more_urls=[], language=None)
    )
    return list(files)


def _delete_submissions(session: Session, ids: Collection[str]) -> None:
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.submission_id.in_(ids)))
    forget_events(session, list(ids))
    session.execute(delete(ReaderReport).where(ReaderReport.submission_id.in_(ids)))
    session.execute(delete(Submission).where(Submission.id.in_(ids)))


def _drop(database: Database, blobs: BlobStore, files: Collection[str]) -> None:
    """Delete the bytes of files that nothing else names."""
    with database.reading() as session:
        orphans = unwanted(session, files)
    for sha256 in orphans:
        blobs.delete(sha256)
