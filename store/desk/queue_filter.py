"""The filters of the review queue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session

from core.declarations import Contradiction, Declared
from core.title_languages import TitleLanguage
from core.vocabulary import Finding, Grade, Source
from store.appeals.appeal_resolution import is_appealed
from store.tables.case_tables import Image
from store.tables.marketplace_tables import Listing
from store.tables.queue_tables import is_assigned, is_assigned_to, is_assigned_to_others
from store.tables.report_tables import ReaderReport
from store.tables.review_states import ReviewState
from store.tables.review_tables import is_claimed, is_claimed_by, is_claimed_by_others
from store.tables.submission_tables import Submission
from store.tables.ways import of_client, of_language, of_source

Columns = TypeVarTuple("Columns")
# What is declared, and the finding against it: a verdict's label follows from its finding.
AGAINST = {
    Contradiction.DECLARED_HUMAN_FOUND_AI: (Declared.HUMAN, Finding.FLAGGED),
    Contradiction.DECLARED_AI_FOUND_HUMAN: (Declared.AI, Finding.CLEAR),
}
# Listings of a seller, by bench.desk: from so many on it is quicker to walk along the queue and look each
# case up among all that the seller sells, and from so many on to ask each case for its seller.
GREAT_SELLER, GIANT_SELLER = 1000, 20_000


class Tab(StrEnum):
    """Name a part of the queue."""

    OPEN = "open"
    ESCALATED = "escalated"
    APPEALS = "appeals"
    ALL = "all"


class Sort(StrEnum):
    """Name an order: most likely generated, longest waiting, newest, closest to a threshold, most near copies
    that wait as well, or none.

    `MIXED` goes by the digest: flagged and uncertain as they come, so that no one meets a long run of one.
    """

    RISK = "risk"
    OLDEST = "oldest"
    NEWEST = "newest"
    DOUBT = "doubt"
    COPIES = "copies"
    MIXED = "mixed"


class Claimed(StrEnum):
    """Who holds the claim on a case: me, someone else, no one, or not someone else."""

    ME = "me"
    OTHERS = "others"
    NOBODY = "nobody"
    NOT_OTHERS = "not_others"


class Assigned(StrEnum):
    """Whom a lead has assigned a case to: me, someone else, no one, or not someone else."""

    ME = "me"
    OTHERS = "others"
    NOBODY = "nobody"
    NOT_OTHERS = "not_others"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the queue, and when; claims are theirs or others' and live or over by this."""

    moderator_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases are wanted, and in which order.

    `days` is how long a case must have waited; `thresholds` are the scores that `Sort.DOUBT` is about. `rule`
    is that of the named queue `queue_id`, whose tab and order do not count; without it the queue is empty.
    """

    tab: Tab = Tab.OPEN
    sort: Sort = Sort.RISK
    finding: Finding | None = None
    grade: Grade | None = None
    claimed: Claimed | None = None
    assigned: Assigned | None = None
    days: int | None = None
    source: Source | None = None
    declared: Declared | None = None
    contradiction: Contradiction | None = None
    client_id: str | None = None
    listing_id: str | None = None
    seller: str | None = None
    language: TitleLanguage | None = None
    score_from: float | None = None
    score_to: float | None = None
    thresholds: tuple[float, ...] = (0.5,)
    queue_id: str | None = None
    rule: "QueueFilter | None" = None

    @property
    def sellers(self) -> set[str]:
        """The sellers that are asked for, here and by the rule."""
        return {one for one in (self.seller, self.rule.seller if self.rule else None) if one is not None}


def narrow(
    query: Select[*Columns], wanted: QueueFilter, viewer: Viewer, *, great: Mapping[str, int] | None = None
) -> Select[*Columns]:
    """Keep of a query over images what is wanted; for `great` sellers the queue is walked."""
    asked = [wanted] if wanted.rule is None else [wanted, replace(wanted.rule, tab=Tab.ALL)]
    # What an index of images holds comes first, what is asked of their submissions last.
    for conditions in (_of_image(one, viewer) for one in asked):
        query = query.where(*conditions)
    for conditions in (_of_submissions(one) for one in asked):
        query = query.where(*conditions)
    for conditions in (_of_seller(one, great or {}) for one in asked):
        query = query.where(*conditions)
    if wanted.rule is None and wanted.queue_id is not None:
        return query.where(false())  # it was deleted, or is not for this person: never more than it had
    return query


def left_by_others(wanted: QueueFilter) -> QueueFilter:
    """The same without what others have claimed or were assigned, unless it asks for that itself."""
    return replace(
        wanted,
        claimed=wanted.claimed or Claimed.NOT_OTHERS,
        assigned=wanted.assigned or Assigned.NOT_OTHERS,
    )


def great_sellers(session: Session, wanted: QueueFilter) -> dict[str, int]:
    """How many listings those of the sellers asked for have who are great, as far as the giants."""
    found = {one: _count_listings(session, one) for one in sorted(wanted.sellers)}
    return {one: count for one, count in found.items() if count > GREAT_SELLER}


def _count_listings(session: Session, seller: str) -> int:
    some = select(Listing.listing_id).where(Listing.seller == seller).limit(GIANT_SELLER + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _of_image(wanted: QueueFilter, viewer: Viewer) -> Iterator[ColumnElement[bool]]:
    if wanted.tab is Tab.APPEALS:
        yield is_appealed()
    elif wanted.tab is not Tab.ALL:
        yield Image.review == ReviewState(wanted.tab)
    if wanted.finding is not None:
        yield Image.finding == wanted.finding
    if wanted.grade is not None:
        yield Image.grade == wanted.grade
    if wanted.contradiction in AGAINST:
        yield Image.finding == AGAINST[wanted.contradiction][1]
    if wanted.score_from is not None:
        yield Image.score >= wanted.score_from
    if wanted.score_to is not None:
        yield Image.score <= wanted.score_to
    if wanted.days is not None:
        yield Image.created_at <= viewer.at - timedelta(days=wanted.days)
    yield from _of_ways(wanted)
    yield from _of_people(wanted, viewer)


def _of_people(wanted: QueueFilter, viewer: Viewer) -> Iterator[ColumnElement[bool]]:
    me, at = viewer.moderator_id, viewer.at
    if wanted.claimed is not None:
        yield {
            Claimed.ME: is_claimed_by(me, at),
            Claimed.OTHERS: is_claimed_by_others(me, at),
            Claimed.NOBODY: ~is_claimed(at),
            Claimed.NOT_OTHERS: ~is_claimed_by_others(me, at),
        }[wanted.claimed]
    if wanted.assigned is not None:
        yield {
            Assigned.ME: is_assigned_to(me),
            Assigned.OTHERS: is_assigned_to_others(me),
            Assigned.NOBODY: ~is_assigned(),
            Assigned.NOT_OTHERS: ~is_assigned_to_others(me),
        }[wanted.assigned]


def _of_ways(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    """What an image's own bits rule out, before its submissions are asked one by one."""
    bits = []
    if wanted.source is not None and wanted.source is not Source.REPORT:
        bits.append(of_source(wanted.source))
    if wanted.language is not None:
        bits.append(of_language(wanted.language))
    if wanted.client_id is not None:
        bits.append(of_client(wanted.client_id))
    # Each by itself: of several at once PostgreSQL would expect next to nothing, and plan for that.
    yield from (Image.ways.bitwise_and(bit) != 0 for bit in bits)


def _of_submissions(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.source is Source.REPORT:
        # Readers also report what came in by other ways.
        yield Image.sha256.in_(select(ReaderReport.image_sha256).where(ReaderReport.is_muted.is_(False)))
    came = list(_came(wanted))
    if came and wanted.seller is None:
        # One submission must fit all of them: "this client's listing", not "this client, and that listing".
        is_shown = Submission.image_sha256.is_not(None)  # said aloud: partial indexes are chosen by it
        yield select(1).where(Submission.image_sha256 == Image.sha256, is_shown, *came).exists()


def _came(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    """What one submission must be like."""
    if wanted.client_id is not None:
        yield Submission.client_id == wanted.client_id
    if wanted.source is not None and wanted.source is not Source.REPORT:
        yield Submission.source == wanted.source
    if wanted.declared is not None:
        yield Submission.declared == wanted.declared
    if wanted.contradiction in AGAINST:
        yield Submission.declared == AGAINST[wanted.contradiction][0]
    if wanted.listing_id is not None:
        yield Submission.listing_id == wanted.listing_id
    if wanted.language is not None:
        yield Submission.language == wanted.language


def _of_seller(wanted: QueueFilter, great: Mapping[str, int]) -> Iterator[ColumnElement[bool]]:
    if wanted.seller is None:
        return
    came = list(_came(wanted))
    if great.get(wanted.seller, 0) > GIANT_SELLER:
        # One question inside the other, or SQLite begins for each case with all that they sell; and the
        # offset keeps PostgreSQL from turning the outer one round.
        came.append(_its_listing().where(Listing.seller == wanted.seller).exists())
        is_shown = Submission.image_sha256.is_not(None)
        theirs = select(1).where(Submission.image_sha256 == Image.sha256, is_shown, *came)
        yield theirs.offset(0).exists()
        return
    sold = sellers_images(wanted.seller, *came)
    if wanted.seller in great:
        # Within a call neither database begins with the seller: what they sell is collected once, however
        # many walks there are, and each case is looked up in it.
        yield func.coalesce(Image.sha256.in_(select(sold.cte())), false())
    else:
        # Found from the seller's end: sellers are many, and each has few pictures among all that wait.
        yield Image.sha256.in_(sold)


def sellers_images(seller: str, *more: ColumnElement[bool]) -> Select[str | None]:
    """Select the images that a seller's listings show or have shown, by the submissions made for them."""
    return (
        select(Submission.image_sha256)
        .join(
            Listing,
            (Listing.client_id == Submission.client_id) & (Listing.listing_id == Submission.listing_id),
        )
        .where(Listing.seller == seller, Submission.image_sha256.is_not(None), *more)
    )


def _its_listing() -> Select[int]:
    """Select the listing that a submission was made for."""
    return select(1).where(
        Listing.client_id == Submission.client_id, Listing.listing_id == Submission.listing_id
    )
