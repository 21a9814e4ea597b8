"""What a seller's own page shows beside the counts: decisions over time, listings, pictures, appeals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from core.declarations import Declared
from core.vocabulary import Finding, Outcome
from store.appeals.appeals import appealed_ruling
from store.market.sellers import MANY, pictures_of
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

MONTHS = 12
MOST_DECISIONS = 20_000  # of a year, put in order here
LISTINGS, DECISIONS, PICTURES = 10, 6, 24
WAITING = (ReviewState.OPEN, ReviewState.ESCALATED)
RULINGS = (Outcome.HUMAN, Outcome.AI, Outcome.ASSISTED)


@dataclass(frozen=True, slots=True)
class MonthOfDecisions:
    """How many decisions of a month stand, by outcome."""

    first: date
    counts: dict[Outcome, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(slots=True)
class ListingLine:
    """One listing: how many pictures it has, how many wait, and what was decided last."""

    listing_id: str
    title: str | None
    declared: Declared
    pictures: int = 0
    waiting: int = 0
    decision: Decision | None = field(default=None)


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """Answered appeals: the decision stood, another one against the picture took its place, or it fell."""

    upheld: int
    changed: int
    overturned: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.upheld + self.changed + self.overturned


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """The record of one seller; `against` counts pictures by what is declared and what was found."""

    months: Sequence[MonthOfDecisions]
    against: dict[Declared, dict[Finding, int]]
    listings: Sequence[ListingLine]
    decisions: Sequence[tuple[Decision, str | None]]
    pictures: Sequence[tuple[Image, str | None]]
    waiting: int
    answers: AnswerCounts


def seller_record(
    session: Session,
    client_id: str,
    seller: str,
    *,
    at: datetime,
    only: str = "",
    blind: Collection[str] = (),
) -> SellerRecord:
    """Gather the record, of so many listings at most; `only` is `review`, `ai`, or empty for all pictures.

    Those in `blind` count as not decided.
    """
    _, pictures = pictures_of(client_id, seller, MANY)
    stands = and_(Decision.id == Image.decision_id, Image.sha256.not_in(blind))
    shown: dict[str, ColumnElement[bool]] = {
        "review": Image.review.in_(WAITING) | Image.sha256.in_(blind),
        "ai": Decision.outcome == Outcome.AI,
    }
    grid = (
        select(Image, _title(client_id))
        .join(pictures, pictures.c.sha256 == Image.sha256)
        .outerjoin(Decision, stands)
        .options(joinedload(Image.verdict), joinedload(Image.decision))
        .order_by(Image.risk.desc(), Image.sha256)
        .limit(PICTURES)
    )
    if only in shown:
        grid = grid.where(shown[only])
    decided = (
        select(Decision, _title(client_id))
        .join(Image, stands)
        .join(pictures, pictures.c.sha256 == Image.sha256)
        .options(joinedload(Decision.moderator))
        .order_by(Decision.id.desc())
        .limit(DECISIONS)
    )
    return SellerRecord(
        months=_months(session, pictures, stands, at),
        against=_against(session, pictures),
        listings=_listings(session, client_id, seller, blind),
        decisions=[(decision, title) for decision, title in session.execute(decided)],
        pictures=[(image, title) for image, title in session.execute(grid)],
        waiting=_waiting(session, pictures),
        answers=_answers(session, client_id, pictures, blind),
    )


def _answers(session: Session, client_id: str, pictures: Subquery, blind: Collection[str]) -> AnswerCounts:
    """Count answered appeals by what the answer made of the decision that was appealed against."""
    rows = session.execute(
        select(Appeal.outcome, appealed_ruling())
        .join(pictures, pictures.c.sha256 == Appeal.image_sha256)
        .where(
            Appeal.client_id == client_id, Appeal.reported_at.is_not(None), Appeal.image_sha256.not_in(blind)
        )
    )
    upheld = changed = overturned = 0
    for outcome, ruling in rows:
        if outcome is Outcome.HUMAN and ruling is not Outcome.HUMAN:
            overturned += 1
        elif ruling is None or ruling is outcome:  # without a ruling, the finding was appealed against
            upheld += 1
        else:
            changed += 1
    return AnswerCounts(upheld, changed, overturned)


def _title(client_id: str) -> ColumnElement[str | None]:
    """SQL expression: a title that this client gave an image."""
    return (
        select(func.max(Submission.title))
        .where(Submission.image_sha256 == Image.sha256, Submission.client_id == client_id)
        .correlate(Image)
        .scalar_subquery()
    )


def _waiting(session: Session, pictures: Subquery) -> int:
    query = (
        select(func.count())
        .select_from(Image)
        .join(pictures, pictures.c.sha256 == Image.sha256)
        .where(Image.review.in_(WAITING))
    )
    return session.scalar(query) or 0


def _months(
    session: Session, pictures: Subquery, stands: ColumnElement[bool], at: datetime
) -> list[MonthOfDecisions]:
    """The last twelve months, the oldest first."""
    months, first = [], at.date().replace(day=1)
    for _ in range(MONTHS):
        months.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    counts = {month: dict.fromkeys(RULINGS, 0) for month in reversed(months)}
    rows = session.execute(
        select(Decision.created_at, Decision.outcome)
        .join(Image, stands)
        .join(pictures, pictures.c.sha256 == Image.sha256)
        .where(Decision.created_at >= at - timedelta(days=366), Decision.outcome.in_(RULINGS))
        .limit(MOST_DECISIONS)
    )
    for decided_at, outcome in rows:
        month = decided_at.date().replace(day=1)
        if month in counts:
            counts[month][outcome] += 1
    return [MonthOfDecisions(month, found) for month, found in counts.items()]


def _against(session: Session, pictures: Subquery) -> dict[Declared, dict[Finding, int]]:
    """Pictures by what is declared and what was found; of several declarations the most open counts."""
    said = case(
        *((pictures.c[one] == 1, one.value) for one in (Declared.AI, Declared.ASSISTED, Declared.HUMAN)),
        else_=Declared.UNKNOWN.value,
    ).label("said")
    found = {one: dict.fromkeys(Finding, 0) for one in Declared}
    rows = session.execute(
        select(said, Image.finding, func.count())
        .join(pictures, pictures.c.sha256 == Image.sha256)
        .where(Image.finding.is_not(None))
        .group_by("said", Image.finding)
    )
    for declared, finding, count in rows:
        found[Declared(declared)][finding] = count
    return found


def _listings(session: Session, client_id: str, seller: str, blind: Collection[str]) -> list[ListingLine]:
    """The listings that changed last."""
    newest = (
        select(Listing)
        .where(Listing.seller == seller, Listing.client_id == client_id)
        .order_by(Listing.updated_at.desc(), Listing.id)
        .limit(LISTINGS)
    )
    lines = {
        row.listing_id: ListingLine(row.listing_id, row.title, row.declared)
        for row in session.scalars(newest)
    }
    rows = session.execute(
        select(Submission.listing_id, Image.sha256, Image.review, Decision)
        .join(Image, Image.sha256 == Submission.image_sha256)
        .outerjoin(Decision, Decision.id == Image.decision_id)
        .where(Submission.client_id == client_id, Submission.listing_id.in_(lines))
        .distinct()
    )
    for listing_id, sha256, review, decision in rows:
        line = lines[listing_id or ""]
        line.pictures += 1
        line.waiting += review in WAITING or sha256 in blind
        if decision is not None and sha256 not in blind:
            line.decision = max(line.decision or decision, decision, key=lambda one: one.id)
    return list(lines.values())
