"""What listings declare, kept with its history; the submissions made for a listing follow it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.vocabulary import Source
from store.intake.declared_queue import apply_declarations
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
    theirs = select(Submission.id).where(
        Submission.client_id == listing.client_id,
        Submission.listing_id == listing.listing_id,
        Submission.source == Source.MARKETPLACE,
    )
    before = select(Submission.declared).where(Submission.id == ClientEvent.submission_id).scalar_subquery()
    session.execute(
        update(ClientEvent)
        .where(ClientEvent.submission_id.in_(theirs), ClientEvent.declared.is_(None))
        .values(declared=before)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Submission)
        .where(Submission.id.in_(theirs), Submission.declared != declared)
        .values(declared=declared)
        .execution_options(synchronize_session=False)
    )
    shown = select(Submission.image_sha256).where(Submission.id.in_(theirs)).distinct()
    # In one order for everybody, for each stays locked.
    for sha256 in sorted(one for one in session.scalars(shown).all() if one is not None):
        apply_declarations(session, sha256, at=at)


def declarations_of(session: Session, listing_row: str) -> list[ListingDeclaration]:
    """List what a listing has declared, newest first."""
    query = select(ListingDeclaration).where(ListingDeclaration.listing_row == listing_row)
    return list(session.scalars(query.order_by(ListingDeclaration.id.desc()).limit(50)))
