"""What is held on a seller, an artist or a reader, read in one piece."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from store.intake.submissions import WITH_ANSWER
from store.outbox.submission_json import standing_json, time_json
from store.retention.erasure import ErasureError
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image
from store.tables.marketplace_tables import HookDelivery, Listing, ListingDeclaration, ListingImage
from store.tables.report_tables import MutedReader, ReaderReport
from store.tables.review_tables import Undo
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
        "decisions": [],
        "appeals": [],
        "reports": [],
        "deliveries": _deliveries(session, client_id, seller),
    }
    if not listings and not found["strikes"]:
        raise ErasureError(f"seller {seller} not found")
    query = select(Submission).where(sold_by(client_id, seller)).options(*WITH_ANSWER).order_by(Submission.id)
    found["submissions"] = [standing_json(row) for row in session.scalars(query)]
    ids = select(Submission.id).where(sold_by(client_id, seller))
    shown = select(Submission.image_sha256).where(sold_by(client_id, seller))
    found["appeals"] = _appeals(session, Appeal.submission_id.in_(ids))
    found["decisions"] = _decisions(session, Decision.image_sha256.in_(shown))
    on_theirs = ReaderReport.submission_id.in_(ids) | ReaderReport.image_sha256.in_(shown)
    found["reports"] = _reports(session, (ReaderReport.client_id == client_id) & on_theirs)
    return found


def held_on_artist(session: Session, submission_id: str) -> dict[str, Any]:
    """Everything held on the artist of a submission: what they wrote and sent. Errors: ErasureError."""
    row = session.scalar(select(Submission).where(Submission.id == submission_id).options(*WITH_ANSWER))
    appeals = _appeals(session, Appeal.submission_id == submission_id)
    if row is None and not appeals:
        raise ErasureError(f"submission {submission_id} not found")
    shown = select(Submission.image_sha256).where(Submission.id == submission_id)
    return {
        "submission": standing_json(row) if row is not None else None,
        "decisions": _decisions(session, Decision.image_sha256.in_(shown)),
        "appeals": appeals,
    }


def held_on_reader(session: Session, client_id: str, reader: str) -> dict[str, Any]:
    """Everything held on a reader, by their pseudonym. Errors: ErasureError where there is nothing."""
    reports = _reports(session, and_(*of_reader(client_id, reader)))
    is_muted = session.get(MutedReader, (client_id, reader)) is not None
    if not reports and not is_muted:
        raise ErasureError("reader not found")
    return {
        "reader": reader,
        "is_muted": is_muted,
        "reports": reports,
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


def _deliveries(session: Session, client_id: str, seller: str) -> list[dict[str, Any]]:
    """What the marketplace sent of a seller's listings, as it came, as long as that is kept."""
    names = select(Listing.listing_id).where(*of_seller(client_id, seller))
    query = (
        select(HookDelivery)
        .where(HookDelivery.client_id == client_id, HookDelivery.listing_id.in_(names))
        .order_by(HookDelivery.id)
    )
    return [
        {
            "listing_id": one.listing_id,
            "topic": one.topic,
            "received_at": time_json(one.created_at),
            "body": one.body.decode(errors="replace"),
        }
        for one in session.scalars(query)
    ]


def _decisions(session: Session, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Every decision that was told and not undone, without who made it."""
    query = (
        select(Decision)
        .join(Image, Image.sha256 == Decision.image_sha256)
        .outerjoin(Undo, Undo.decision_id == Decision.id)
        .where(condition, Decision.id <= Image.reported_id, Undo.id.is_(None))
        .order_by(Decision.id)
    )
    return [
        {
            "image_sha256": one.image_sha256,
            "outcome": one.outcome.value,
            "ground": one.ground,
            "decided_at": time_json(one.created_at),
        }
        for one in session.scalars(query)
    ]


def _reports(session: Session, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Readers' reports, without who sent them."""
    return [
        {
            "submission_id": one.submission_id,
            "image_sha256": one.image_sha256,
            "reason": one.reason,
            "created_at": time_json(one.created_at),
            "outcome": one.outcome and one.outcome.value,
        }
        for one in session.scalars(select(ReaderReport).where(condition).order_by(ReaderReport.id))
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
