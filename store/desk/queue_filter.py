"""The filters of the review queue."""

from collections.abc import Collection, Iterator
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

Columns = TypeVarTuple("Columns")
# What is declared, and the finding against it: a verdict's label follows from its finding.
AGAINST = {
    Contradiction.DECLARED_HUMAN_FOUND_AI: (Declared.HUMAN, Finding.FLAGGED),
    Contradiction.DECLARED_AI_FOUND_HUMAN: (Declared.AI, Finding.CLEAR),
}
GREAT_SELLER = 1000  # listings; where walking the queue for a page begins to win, by bench.desk


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
    query: Select[*Columns], wanted: QueueFilter, viewer: Viewer, *, great: Collection[str] = ()
) -> Select[*Columns]:
    """Keep of a query over images what is wanted; `great` are sellers for whom the queue is walked."""
    conditions = [*_of_image(wanted, viewer), *_of_submissions(wanted, great)]
    if wanted.rule is not None:
        rule = replace(wanted.rule, tab=Tab.ALL)
        conditions += [*_of_image(rule, viewer), *_of_submissions(rule, great)]
    elif wanted.queue_id is not None:
        conditions.append(false())  # it was deleted, or is not for this person: never more than it had
    return query.where(*conditions)


def left_by_others(wanted: QueueFilter) -> QueueFilter:
    """The same without what others have claimed or were assigned, unless it asks for that itself."""
    return replace(
        wanted,
        claimed=wanted.claimed or Claimed.NOT_OTHERS,
        assigned=wanted.assigned or Assigned.NOT_OTHERS,
    )


def great_sellers(session: Session, wanted: QueueFilter) -> set[str]:
    """Those of the sellers asked for who have so many listings that walking the queue finds a page sooner."""
    return {one for one in sorted(wanted.sellers) if _is_great(session, one)}


def _is_great(session: Session, seller: str) -> bool:
    some = select(Listing.listing_id).where(Listing.seller == seller).limit(GREAT_SELLER + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > GREAT_SELLER


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


def _of_submissions(wanted: QueueFilter, great: Collection[str]) -> Iterator[ColumnElement[bool]]:
    came: list[ColumnElement[bool]] = []
    if wanted.source is Source.REPORT:
        # Readers also report what came in by other ways.
        yield Image.sha256.in_(select(ReaderReport.image_sha256).where(ReaderReport.is_muted.is_(False)))
    elif wanted.source is not None:
        came.append(Submission.source == wanted.source)
    if wanted.declared is not None:
        came.append(Submission.declared == wanted.declared)
    if wanted.contradiction in AGAINST:
        came.append(Submission.declared == AGAINST[wanted.contradiction][0])
    if wanted.client_id is not None:
        came.append(Submission.client_id == wanted.client_id)
    if wanted.listing_id is not None:
        came.append(Submission.listing_id == wanted.listing_id)
    if wanted.language is not None:
        came.append(Submission.language == wanted.language)
    if came and wanted.seller is None:
        # One submission must fit all of them: "this client's listing", not "this client, and that listing".
        is_shown = Submission.image_sha256.is_not(None)  # said aloud: partial indexes are chosen by it
        yield select(1).where(Submission.image_sha256 == Image.sha256, is_shown, *came).exists()
    if wanted.seller is not None:
        if wanted.seller in great:
            # One question inside the other, or SQLite begins for each case with all that they sell; and the
            # offset keeps PostgreSQL from turning the outer one round.
            came.append(_its_listing().where(Listing.seller == wanted.seller).exists())
            is_shown = Submission.image_sha256.is_not(None)
            theirs = select(1).where(Submission.image_sha256 == Image.sha256, is_shown, *came)
            yield theirs.offset(0).exists()
        else:
            # Found from the seller's end: sellers are many, and each has few pictures among all that wait.
            yield Image.sha256.in_(sellers_images(wanted.seller, *came))


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
