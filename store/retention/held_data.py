"""What is held on a seller, an artist or a reader, read in one piece."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from store.intake.submissions import WITH_ANSWER
from store.outbox.submission_json import standing_json, time_json
from store.retention.erasure import ErasureError
from store.tables.appeal_tables import Appeal
from store.tables.marketplace_tables import Listing, ListingDeclaration, ListingImage
from store.tables.report_tables import MutedReader, ReaderReport
from store.tables.seller_tables import Strike
from store.tables.submission_tables import Submission

STEP = 500  # listings a query


def held_on_seller(session: Session, client_id: str, seller: str) -> dict[str, Any]:
    """Everything held on a seller of a client. Errors: ErasureError where there is nothing."""
    listings = list(session.scalars(select(Listing).where(*of_seller(client_id, seller))))
    strikes = session.scalars(select(Strike).where(Strike.client_id == client_id, Strike.seller == seller))
    found: dict[str, Any] = {
        "seller": seller,
        "client_id": client_id,
        "listings": _listings(session, listings),
        "strikes": [
            {
                "image_sha256": strike.image_sha256,
                "listing_id": strike.listing_id,
                "created_at": time_json(strike.created_at),
                "expires_at": time_json(strike.expires_at),
                "withdrawn_at": time_json(strike.withdrawn_at),
            }
            for strike in strikes
        ],
        "submissions": [],
        "appeals": [],
    }
    if not listings and not found["strikes"]:
        raise ErasureError(f"seller {seller} not found")
    query = select(Submission).where(sold_by(client_id, seller)).options(*WITH_ANSWER).order_by(Submission.id)
    found["submissions"] = [standing_json(row) for row in session.scalars(query)]
    found["appeals"] = _appeals(
        session, Appeal.submission_id.in_(select(Submission.id).where(sold_by(client_id, seller)))
    )
    return found


def held_on_artist(session: Session, submission_id: str) -> dict[str, Any]:
    """Everything held on the artist of a submission: what they wrote and sent. Errors: ErasureError."""
    row = session.scalar(select(Submission).where(Submission.id == submission_id).options(*WITH_ANSWER))
    appeals = _appeals(session, Appeal.submission_id == submission_id)
    if row is None and not appeals:
        raise ErasureError(f"submission {submission_id} not found")
    return {"submission": standing_json(row) if row is not None else None, "appeals": appeals}


def held_on_reader(session: Session, client_id: str, reader: str) -> dict[str, Any]:
    """Everything held on a reader, by their pseudonym. Errors: ErasureError where there is nothing."""
    reports = session.scalars(select(ReaderReport).where(*of_reader(client_id, reader))).all()
    is_muted = session.get(MutedReader, (client_id, reader)) is not None
    if not reports and not is_muted:
        raise ErasureError("reader not found")
    return {
        "reader": reader,
        "is_muted": is_muted,
        "reports": [
            {
                "submission_id": one.submission_id,
                "image_sha256": one.image_sha256,
                "reason": one.reason,
                "created_at": time_json(one.created_at),
                "outcome": one.outcome and one.outcome.value,
            }
            for one in reports
        ],
    }


def of_seller(client_id: str, seller: str) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: a listing is the seller's."""
    return Listing.client_id == client_id, Listing.seller == seller


def of_reader(client_id: str, reader: str) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: a report is the reader's."""
    return ReaderReport.client_id == client_id, ReaderReport.reader == reader


def sold_by(client_id: str, seller: str) -> ColumnElement[bool]:
    """SQL condition: a submission belongs to a listing of the seller's."""
    listed = select(Listing.listing_id).where(*of_seller(client_id, seller))
    return (Submission.client_id == client_id) & Submission.listing_id.in_(listed)


def _listings(session: Session, listings: Sequence[Listing]) -> list[dict[str, Any]]:
    rows = [listing.id for listing in listings]
    images, said = defaultdict(list), defaultdict(list)
    for step in (rows[at : at + STEP] for at in range(0, len(rows), STEP)):
        shown = select(ListingImage).where(ListingImage.listing_row.in_(step)).order_by(ListingImage.id)
        for image in session.scalars(shown):
            images[image.listing_row].append(image.url)
        declared = select(ListingDeclaration).where(ListingDeclaration.listing_row.in_(step))
        for one in session.scalars(declared.order_by(ListingDeclaration.id)):
            said[one.listing_row].append({"declared": one.declared.value, "at": time_json(one.created_at)})
    return [
        {
            "id": listing.listing_id,
            "title": listing.title,
            "url": listing.url,
            "created_at": time_json(listing.created_at),
            "deleted_at": time_json(listing.deleted_at),
            "images": images[listing.id],
            "declarations": said[listing.id],
        }
        for listing in listings
    ]


def _appeals(session: Session, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = (
        select(Appeal)
        .where(condition)
        .options(selectinload(Appeal.files), selectinload(Appeal.messages), joinedload(Appeal.submission))
        .order_by(Appeal.id)
    )
    return [
        {
            "id": one.id,
            "submission_id": one.submission_id,
            "image_sha256": one.image_sha256,
            "reason": one.reason,
            "evidence_urls": one.evidence_urls,
            "language": one.language,
            "created_at": time_json(one.created_at),
            "resolved_at": time_json(one.resolved_at),
            "outcome": one.outcome.value if one.outcome and one.reported_at else None,
            "files": [
                {
                    "name": file.name,
                    "kind": file.kind.value,
                    "bytes": file.bytes,
                    "sha256": file.sha256,
                    "created_at": time_json(file.created_at),
                    "purged_at": time_json(file.purged_at),
                }
                for file in one.files
            ],
            # A reply that can still be undone has been told to no one.
            "messages": [
                {
                    "by": "moderator" if message.moderator_id else "artist",
                    "text": message.text,
                    "at": time_json(message.created_at),
                }
                for message in one.told
            ],
        }
        for one in session.scalars(query)
    ]
