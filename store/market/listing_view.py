"""A listing: its images, the current result of each, and the most serious one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.declarations import Declared
from core.vocabulary import Finding, Outcome, State
from store.intake.submissions import WITH_ANSWER
from store.market.listing_ends import CALLED_OFF
from store.tables.case_tables import Image
from store.tables.marketplace_tables import Listing, ListingImage
from store.tables.submission_tables import Submission

MOST = 500  # images of a listing that are listed
LONGEST_ID = 255
WORST_FIRST = (Finding.FLAGGED, Finding.UNCERTAIN, Finding.CLEAR)
RULED = {
    Outcome.AI: Finding.FLAGGED,
    Outcome.ASSISTED: Finding.UNCERTAIN,
    Outcome.HUMAN: Finding.CLEAR,
}


@dataclass(frozen=True, slots=True)
class ImageView:
    """An image that the listing shows or has shown; `problem` says why it is not examined."""

    external_id: str | None
    url: str | None
    removed_at: datetime | None
    problem: str | None
    submission: Submission | None

    @property
    def finding(self) -> Finding | None:
        """The current result: the reported decision if there is one, otherwise the finding."""
        row = self.submission
        if row is None:
            return None
        decision = row.image.reported if row.image is not None else None
        if decision is not None and decision.outcome in RULED:
            return RULED[decision.outcome]
        return row.verdict.finding if row.verdict is not None else None


@dataclass(frozen=True, slots=True)
class Summary:
    """What the images that are shown come to; `finding` is the worst that stands."""

    finding: Finding | None
    images: int
    waiting: int
    examined: int
    failed: int


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing with its images: those shown in their order, the removed, those submitted by other ways."""

    listing_id: str
    title: str | None
    url: str | None
    seller: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    images: Sequence[ImageView]
    declared: Declared = Declared.UNKNOWN

    def summary(self) -> Summary:
        """Sum the listing up; images that were removed do not count."""
        shown = [image for image in self.images if image.removed_at is None]
        states = [image.submission.state for image in shown if image.submission is not None]
        found = {image.finding for image in shown}
        return Summary(
            finding=next((finding for finding in WORST_FIRST if finding in found), None),
            images=len(shown),
            waiting=sum(state in {State.QUEUED, State.PROCESSING} for state in states),
            examined=states.count(State.EXAMINED),
            failed=states.count(State.FAILED),
        )


def view_listing(session: Session, client_id: str, listing_id: str) -> ListingView | None:
    """Read a client's listing by its own id: told by a hook, or named by submissions."""
    if "\0" in listing_id or len(listing_id) > LONGEST_ID:
        return None
    row = session.scalar(
        select(Listing).where(Listing.client_id == client_id, Listing.listing_id == listing_id)
    )
    submissions = _list_submissions(session, client_id, listing_id)
    by_id = {submission.id: submission for submission in submissions}
    images = [
        ImageView(
            image.external_id,
            image.url,
            image.removed_at,
            image.problem,
            by_id.pop(image.submission_id or "", None),
        )
        for image in (_list_images(session, row) if row else ())
    ]
    # What was submitted under this listing's id by other ways than the hook.
    images += [
        ImageView(other.external_id, other.image_url, None, None, other)
        for other in by_id.values()
        if not _is_made_up_for(row, other)
    ]
    if row is not None:
        return ListingView(
            listing_id,
            row.title,
            row.url,
            row.seller,
            row.created_at,
            row.updated_at,
            row.deleted_at,
            images,
            row.declared,
        )
    if not submissions:
        return None
    first, last = submissions[0], submissions[-1]
    return ListingView(
        listing_id,
        last.title,
        last.page_url,
        None,
        first.created_at,
        last.created_at,
        None,
        images,
        last.declared,
    )


def _is_made_up_for(row: Listing | None, submission: Submission) -> bool:
    """True if it was cancelled with a listing that came back, and another submission replaces it."""
    is_called_off = (submission.failure_reason or {}).get("code") == CALLED_OFF.code
    return row is not None and row.deleted_at is None and is_called_off


def _list_images(session: Session, listing: Listing) -> Sequence[ListingImage]:
    return session.scalars(
        select(ListingImage)
        .where(ListingImage.listing_row == listing.id)
        .order_by(ListingImage.removed_at.is_not(None), ListingImage.place, ListingImage.id)
        .limit(MOST)
    ).all()


def _list_submissions(session: Session, client_id: str, listing_id: str) -> Sequence[Submission]:
    return session.scalars(
        select(Submission)
        .where(Submission.client_id == client_id, Submission.listing_id == listing_id)
        .options(*WITH_ANSWER, joinedload(Submission.image).joinedload(Image.decision))
        .order_by(Submission.id)
        .limit(MOST)
    ).all()
