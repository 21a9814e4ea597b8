"""Listings: what a marketplace offers, with one submission for each image that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.clients.quota import Quota
from core.declarations import Declared
from core.ids import new_id
from core.market.listing_news import ImageNews, ListingNews
from core.vocabulary import Source
from store.base.insertion import insert_once
from store.clients.quotas import take_quota
from store.intake.retries import retry_now
from store.intake.submissions import SubmissionRequest, insert_submissions
from store.market.listing_declarations import note_declaration, redeclare
from store.market.listing_ends import delete_listing, restore_listing
from store.tables.marketplace_tables import Listing, ListingImage
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What news of a listing led to."""

    submissions: list[Submission]
    known: int
    removed: int
    problems: int
    is_stale: bool = False
    held: int = 0  # images that wait for the client's quota to reset

    def describe(self, news: ListingNews) -> str:
        """A sentence on what a delivery led to."""
        if news.is_deleted:
            return "The listing is deleted."
        said = f"{len(self.submissions)} new, {self.known} known, {self.removed} removed"
        said += f", {self.problems} with a URL that cannot be fetched" if self.problems else ""
        said += f", {self.held} waiting until the quota resets" if self.held else ""
        return said + (", out of date: a newer delivery was received before." if self.is_stale else ".")


def take_in(
    session: Session,
    client_id: str,
    news: ListingNews,
    *,
    at: datetime,
    sends: int,
    quota: Quota | None = None,
    received_at: datetime | None = None,
) -> TakenIn:
    """Bring a listing up to date: new images are submitted, known ones keep what is known of them.

    News older than what is known (deliveries overtake each other) may add images, never remove any;
    received before the listing was deleted, they change nothing. What the quota has no room for is
    `held`: the same news taken in later add it.
    """
    shown = () if news.is_deleted else news.images or ()
    known: dict[str, ListingImage] = {}
    is_stale = False
    declared = news.declared or Declared.UNKNOWN
    listing_row = _insert(session, client_id, news, at)
    if listing_row is None:
        # Locked, so that of two deliveries at once the second sees what the first one added.
        query = select(Listing).where(Listing.client_id == client_id, Listing.listing_id == news.listing_id)
        listing = session.scalars(query.with_for_update()).one()
        if news.is_deleted:
            delete_listing(session, client_id, listing, at)
            return TakenIn([], 0, 0, 0)
        if listing.deleted_at is not None and (received_at or at) < listing.deleted_at:
            return TakenIn([], 0, 0, 0, is_stale=True)
        is_back = listing.deleted_at is not None
        is_stale = bool(news.changed_at and listing.changed_at and news.changed_at < listing.changed_at)
        _change(listing, news, at, is_stale=is_stale)
        if news.declared is not None and not is_stale:
            redeclare(session, listing, news.declared, at=at)
        if is_back and not is_stale:  # after that, which locks submissions before it locks pictures
            restore_listing(session, client_id, listing)
        declared = listing.declared
        listing_row, known = listing.id, _known(session, listing.id)
    new = [(place, image) for place, image in enumerate(shown) if image.key not in known]
    new, held = _within_quota(session, client_id, quota, new, at)
    submissions = _add_images(
        session, client_id, listing_row, news, new, declared=declared, at=at, sends=sends
    )
    # Whoever names a picture again says that it should be there by now.
    again = [row.submission_id for image in shown if (row := known.get(image.key)) and row.submission_id]
    if again and not is_stale:
        retry_now(session, again, at=at)
    removed = 0
    if known and news.images is not None and not is_stale:
        removed = _set_shown(known, {image.key: place for place, image in enumerate(shown)}, at)
    session.flush()
    problems = sum(image.problem is not None for image in shown)
    known_count = len(shown) - len(submissions) - problems - held
    return TakenIn(submissions, known_count, removed, problems, is_stale, held)


def _within_quota(
    session: Session,
    client_id: str,
    quota: Quota | None,
    new: list[tuple[int, ImageNews]],
    at: datetime,
) -> tuple[list[tuple[int, ImageNews]], int]:
    """Leave out the last of the new images that the quota has no room for; returns how many."""
    wanted = sum(image.problem is None for _, image in new)
    left = take_quota(session, client_id, quota, wanted, at)
    held = wanted - left
    taken: list[tuple[int, ImageNews]] = []
    for place, image in new:
        if image.problem is None:
            left -= 1
            if left < 0:
                continue
        taken.append((place, image))
    return taken, held


def _insert(session: Session, client_id: str, news: ListingNews, at: datetime) -> str | None:
    """The id of a new listing's row; None if there is one already."""
    row_id = new_id()
    row = {
        "id": row_id,
        "client_id": client_id,
        "listing_id": news.listing_id,
        "title": news.title,
        "url": news.url,
        "seller": news.seller,
        "declared": news.declared or Declared.UNKNOWN,
        "changed_at": news.changed_at,
        "created_at": at,
        "updated_at": at,
        "deleted_at": at if news.is_deleted else None,
    }
    if not insert_once(session, Listing, row):
        return None
    if news.declared is not None:
        note_declaration(session, row_id, news.declared, at=at)
    return row_id


def _change(listing: Listing, news: ListingNews, at: datetime, *, is_stale: bool) -> None:
    listing.updated_at = at
    if not is_stale:
        listing.title, listing.url, listing.seller = news.title, news.url, news.seller
        listing.changed_at = news.changed_at or listing.changed_at
        listing.deleted_at = None


def _known(session: Session, listing_row: str) -> dict[str, ListingImage]:
    rows = session.scalars(select(ListingImage).where(ListingImage.listing_row == listing_row))
    return {row.key_sha256: row for row in rows}


def _add_images(
    session: Session,
    client_id: str,
    listing_row: str,
    news: ListingNews,
    new: Sequence[tuple[int, ImageNews]],
    *,
    declared: Declared,
    at: datetime,
    sends: int,
) -> list[Submission]:
    requests = [
        SubmissionRequest(
            source=Source.MARKETPLACE,
            image_url=image.url,
            page_url=news.url,
            title=news.title,
            listing_id=news.listing_id,
            external_id=image.external_id,
            declared=declared,
        )
        for _, image in new
        if image.problem is None
    ]
    submissions = insert_submissions(session, client_id, requests, at=at, sends=sends)
    ids = iter(row.id for row in submissions)
    if new:
        session.execute(
            insert(ListingImage),
            [
                {
                    "id": new_id(),
                    "listing_row": listing_row,
                    "key_sha256": image.key,
                    "place": place,
                    "external_id": image.external_id,
                    "url": image.url,
                    "submission_id": next(ids) if image.problem is None else None,
                    "problem": image.problem,
                    "created_at": at,
                }
                for place, image in new
            ],
        )
    return submissions


def _set_shown(known: dict[str, ListingImage], places: dict[str, int], at: datetime) -> int:
    """Note where known images stand, and which are shown no more; returns how many are new to that."""
    removed = 0
    for key, row in known.items():
        if key in places:
            row.place, row.removed_at = places[key], None
        elif row.removed_at is None:
            row.removed_at = at
            removed += 1
    return removed
