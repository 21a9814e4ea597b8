"""Sellers: the results of their pictures, by the seller names that marketplaces send."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.vocabulary import Finding, Outcome
from store.tables.case_tables import Decision, Image
from store.tables.marketplace_tables import Listing
from store.tables.submission_tables import Submission

FEW = 200  # listings that are counted beside a case
MANY = 5_000  # on the seller's own page
SAID = (Declared.HUMAN, Declared.AI, Declared.ASSISTED)


@dataclass(frozen=True, slots=True)
class SellerHistory:
    """What became of a seller's pictures; `is_cut` where only some of their listings were counted.

    `flagged` and `uncertain` are the machine's findings as they stand, decided or not; `overturned` are
    pictures that it flagged and a person called human. `declared_*` count what the seller says, and
    `contradicted_*` the pictures whose finding says the opposite.
    """

    client_id: str
    seller: str
    listings: int
    pictures: int
    flagged: int
    uncertain: int
    decided_ai: int
    decided_human: int
    decided_assisted: int
    overturned: int
    declared_human: int
    declared_ai: int
    declared_assisted: int
    contradicted_human: int
    contradicted_ai: int
    is_cut: bool


def seller_history(
    session: Session, client_id: str, seller: str, *, limit: int = FEW, blind: Collection[str] = ()
) -> SellerHistory:
    """Count a seller's listings and pictures, of so many listings at most; each picture counts once.

    Those in `blind` count as not decided: who asks has them before them as if no one had decided them.
    """
    listings, pictures = pictures_of(client_id, seller, limit)
    flagged, human = Image.finding == Finding.FLAGGED, Decision.outcome == Outcome.HUMAN
    row = session.execute(
        select(
            select(func.count()).select_from(listings).scalar_subquery(),
            func.count(),
            _sum(flagged),
            _sum(Image.finding == Finding.UNCERTAIN),
            _sum(Decision.outcome == Outcome.AI),
            _sum(human),
            _sum(Decision.outcome == Outcome.ASSISTED),
            _sum(flagged & human),
            *(_sum(pictures.c[one] == 1) for one in SAID),
            _sum((pictures.c[Declared.HUMAN] == 1) & flagged),
            _sum((pictures.c[Declared.AI] == 1) & (Image.finding == Finding.CLEAR)),
        )
        .select_from(Image)
        .join(pictures, pictures.c.sha256 == Image.sha256)
        .outerjoin(Decision, (Decision.id == Image.decision_id) & Image.sha256.not_in(blind))
    ).one()
    listed, pictures_count, *found = (int(count or 0) for count in row)
    flagged_count, uncertain, decided_ai, decided_human, decided_assisted, overturned, *declared = found
    declared_human, declared_ai, declared_assisted, contradicted_human, contradicted_ai = declared
    return SellerHistory(
        client_id=client_id,
        seller=seller,
        listings=listed,
        pictures=pictures_count,
        flagged=flagged_count,
        uncertain=uncertain,
        decided_ai=decided_ai,
        decided_human=decided_human,
        decided_assisted=decided_assisted,
        overturned=overturned,
        declared_human=declared_human,
        declared_ai=declared_ai,
        declared_assisted=declared_assisted,
        contradicted_human=contradicted_human,
        contradicted_ai=contradicted_ai,
        is_cut=listed == limit,
    )


def pictures_of(client_id: str, seller: str, limit: int) -> tuple[Subquery, Subquery]:
    """A seller's listings by id, at most so many, and their pictures with what is declared of each.

    Along the index by seller, and no further than asked: who sells a lot must not slow down each case.
    """
    listings = (
        select(Listing.listing_id)
        .where(Listing.seller == seller, Listing.client_id == client_id)
        .limit(limit)
        .subquery()
    )
    pictures = (
        select(
            Submission.image_sha256.label("sha256"),
            *(_any(Submission.declared == one).label(one) for one in SAID),
        )
        .join(listings, listings.c.listing_id == Submission.listing_id)
        .where(Submission.client_id == client_id, Submission.image_sha256.is_not(None))
        .group_by(Submission.image_sha256)
        .subquery()
    )
    return listings, pictures


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
