"""The context of a case: similar pictures with their decisions, its listing and its seller."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from store.desk.cases import hide_decisions
from store.known.alike import alike_images
from store.known.known_images import NearImage, near_images
from store.market.listing_declarations import declarations_of
from store.market.sellers import SellerHistory, seller_history
from store.tables.case_tables import Image
from store.tables.marketplace_tables import Listing, ListingDeclaration
from store.tables.submission_tables import Submission

NEAR_SHOWN = 12
OTHERS_SHOWN = 12
ALIKE_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CaseContext:
    """What helps to decide beside the picture; `others` are other images of the newest listing, and
    `declarations` what that listing has declared, newest first."""

    near: list[NearImage]
    alike: list[Image]
    listing: Listing | None
    others: list[Image]
    seller: SellerHistory | None
    declarations: list[ListingDeclaration]


def find_context(
    session: Session, image: Image, submissions: Sequence[Submission], blind: set[str]
) -> CaseContext:
    """Find what surrounds a case; `submissions` are its own, newest first.

    `blind` are images that who asks has before them as checks: no decision on them is told or counted.
    """
    sha256 = image.sha256
    near = near_images(session, sha256, limit=NEAR_SHOWN)
    hide_decisions([one.image for one in near], blind)
    shown = {one.image.sha256 for one in near}
    alike = alike_images(session, image, limit=ALIKE_SHOWN + len(near))
    # A case that is a check for who looks would give its answer away by being among the decided.
    alike = [one for one in alike if one.sha256 not in shown | blind][:ALIKE_SHOWN]
    offered = next((one for one in submissions if one.listing_id), None)
    if offered is None or offered.listing_id is None:
        return CaseContext(near, alike, None, [], None, [])
    client_id, listing_id = offered.client_id, offered.listing_id
    listing = session.scalar(
        select(Listing).where(Listing.client_id == client_id, Listing.listing_id == listing_id)
    )
    seller = None
    if listing is not None and listing.seller:
        seller = seller_history(session, client_id, listing.seller, blind=blind)
    others = _others(session, client_id, listing_id, sha256)
    hide_decisions(others, blind)
    said = declarations_of(session, listing.id) if listing is not None else []
    return CaseContext(near, alike, listing, others, seller, said)


def _others(session: Session, client_id: str, listing_id: str, sha256: str) -> list[Image]:
    """List the other images of a listing in the order in which they came, also without its own row."""
    came = (
        select(Submission.image_sha256, func.min(Submission.id).label("first"))
        .where(
            Submission.client_id == client_id,
            Submission.listing_id == listing_id,
            Submission.image_sha256.is_not(None),
            Submission.image_sha256 != sha256,
        )
        .group_by(Submission.image_sha256)
        .order_by("first")
        .limit(OTHERS_SHOWN)
        .subquery()
    )
    return list(
        session.scalars(
            select(Image)
            .join(came, came.c.image_sha256 == Image.sha256)
            .order_by(came.c.first)
            .options(joinedload(Image.decision))
        )
    )
