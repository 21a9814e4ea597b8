"""What listings declare, kept with its history; the submissions made for a listing follow it."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.vocabulary import Source, State
from store.base.locking import lock_rows
from store.intake.declared_queue import apply_declarations
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent, Listing, ListingDeclaration
from store.tables.submission_tables import Submission


def note_declaration(session: Session, listing_row: str, declared: Declared, *, at: datetime) -> None:
    """Add to the history of what a listing declares."""
    session.add(ListingDeclaration(listing_row=listing_row, declared=declared, created_at=at))


def redeclare(session: Session, listing: Listing, declared: Declared, *, at: datetime) -> None:
    """Change what a listing and its submissions declare.

    Events that were told keep what was declared by then, so that an event always reads the same.
    """
    if declared is listing.declared:
        return
    listing.declared = declared
    note_declaration(session, listing.id, declared, at=at)
    theirs = (
        Submission.client_id == listing.client_id,
        Submission.listing_id == listing.listing_id,
        Submission.source == Source.MARKETPLACE,
    )
    # What is not examined yet, then the pictures, then what is: as whoever examines or judges again does.
    _move(session, declared, *theirs, Submission.state != State.EXAMINED)
    shown = session.scalars(select(Submission.image_sha256).where(*theirs).distinct()).all()
    sha256s = sorted(one for one in shown if one is not None)
    lock_rows(session, Image, sha256s)
    _move(session, declared, *theirs)
    for sha256 in sha256s:
        apply_declarations(session, sha256, at=at)


def _move(session: Session, declared: Declared, *which: ColumnElement[bool]) -> None:
    before = select(Submission.declared).where(Submission.id == ClientEvent.submission_id).scalar_subquery()
    theirs = select(Submission.id).where(*which)
    session.execute(
        update(ClientEvent)
        .where(ClientEvent.submission_id.in_(theirs), ClientEvent.declared.is_(None))
        .values(declared=before)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Submission)
        .where(*which, Submission.declared != declared)
        .values(declared=declared)
        .execution_options(synchronize_session=False)
    )


def declarations_of(session: Session, listing_row: str) -> list[ListingDeclaration]:
    """List what a listing has declared, newest first."""
    query = select(ListingDeclaration).where(ListingDeclaration.listing_row == listing_row)
    return list(session.scalars(query.order_by(ListingDeclaration.id.desc()).limit(50)))
