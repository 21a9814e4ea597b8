"""Deleting a listing cancels what waits and closes open cases; its return reverses both."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.clock import now
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.sayings.stored import saying_json
from core.vocabulary import EventKind, FailureCode, State
from store.base.locking import lock_rows
from store.intake.declared_queue import apply_declarations, reopen
from store.outbox.client_events import NewEvent, add_events
from store.people.audit_notes import note_event
from store.tables.case_tables import Image
from store.tables.declaration_tables import DeclaredPass
from store.tables.marketplace_tables import Listing, ListingImage
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

CALLED_OFF = say(FailureDetail.LISTING_DELETED)


def delete_listing(session: Session, client_id: str, listing: Listing, at: datetime) -> None:
    """End a listing: cancel waiting submissions, and close cases that no other listing keeps open."""
    if listing.deleted_at is not None:
        return
    listing.deleted_at = listing.updated_at = at
    called_off = session.scalars(
        update(Submission)
        .where(
            Submission.client_id == client_id,
            Submission.listing_id == listing.listing_id,
            or_(Submission.state == State.QUEUED, Submission.retry_at.is_not(None)),
        )
        .values(
            claim_id=None,
            failing_since=None,
            retry_at=None,
            state=State.FAILED,
            examined_at=at,
            failure_code=FailureCode.GONE,
            failure_reason=saying_json(CALLED_OFF),
            failure_permanent=True,
        )
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    ).all()
    add_events(session, EventKind.SUBMISSION_FAILED, [NewEvent(client_id, one) for one in called_off], at=at)
    session.flush()
    closed = _close_cases(session, client_id, listing.listing_id)
    for sha256 in closed:
        note_event(
            session,
            "listing_deleted",
            moderator_id=None,
            at=at,
            subject=sha256,
            detail={"client": client_id, "listing": listing.listing_id},
        )


def _close_cases(session: Session, client_id: str, listing_id: str) -> list[str]:
    """Close the open cases of a listing's images, unless another submission shows the same image.

    It opens again when the image is submitted again (`store/intake/claim_ends.py`). Escalated
    cases stay: a person asked for another.
    """
    # Locked first: an update that waits for an examination does not see the submission that it ends.
    open_cases = session.scalars(
        select(Image.sha256)
        .where(Image.sha256.in_(_images_of(client_id, listing_id)), Image.review == ReviewState.OPEN)
        .order_by(Image.sha256)
        .with_for_update(key_share=True)
    ).all()
    return list(
        session.scalars(
            update(Image)
            .where(Image.sha256.in_(open_cases), Image.review == ReviewState.OPEN, ~is_shown())
            .values(review=ReviewState.NONE)
            .returning(Image.sha256)
            .execution_options(synchronize_session=False)
        )
    )


def is_shown() -> ColumnElement[bool]:
    """SQL condition: a submission shows this image, and not by a listing that was deleted."""
    one, gone = aliased(Submission), aliased(Listing)
    return exists().where(
        one.image_sha256 == Image.sha256,
        ~exists().where(
            gone.client_id == one.client_id,
            gone.listing_id == one.listing_id,
            gone.deleted_at.is_not(None),
        ),
    )


def bring_back(session: Session, client_id: str) -> int:
    """Open the cases again that a client's declarations closed; returns how many.

    Those whose listings are gone by now stay closed, like all cases of such listings.
    """
    left = exists().where(
        DeclaredPass.image_sha256 == Image.sha256,
        DeclaredPass.client_id == client_id,
        DeclaredPass.is_sampled.is_(False),
    )
    lock_rows(session, Image, select(Image.sha256).where(left, Image.review == ReviewState.NONE))
    return reopen(session, left, is_shown())


def restore_listing(session: Session, client_id: str, listing: Listing) -> None:
    """Restore a deleted listing: its closed cases are open again, and cancelled submissions are replaced.

    Images that were called off forget their submission, so that they are new to who takes the listing in.
    """
    called_off = select(Submission.id).where(
        Submission.client_id == client_id,
        Submission.listing_id == listing.listing_id,
        Submission.state == State.FAILED,
        Submission.failure_code == FailureCode.GONE,
        Submission.failure_reason["code"].as_string() == CALLED_OFF.code.value,
    )
    session.execute(
        delete(ListingImage)
        .where(ListingImage.listing_row == listing.id, ListingImage.submission_id.in_(called_off))
        .execution_options(synchronize_session=False)
    )
    shown = session.scalars(_images_of(client_id, listing.listing_id).distinct()).all()
    sha256s = sorted(one for one in shown if one is not None)
    lock_rows(session, Image, sha256s)
    reopen(session, Image.sha256.in_(sha256s))
    # What left the queue because it is declared AI does not come back with its listing.
    for sha256 in sha256s:
        apply_declarations(session, sha256, at=now())


def _images_of(client_id: str, listing_id: str) -> Select[str | None]:
    return select(Submission.image_sha256).where(
        Submission.client_id == client_id, Submission.listing_id == listing_id
    )
