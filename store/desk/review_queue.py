"""The review queue: a query, never a list that could go stale.

One case is one image with all its submissions. Pages are cut by position, not by number, so that a
case decided meanwhile shifts nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from core.vocabulary import FailureCode, State
from store.appeals.appeal_resolution import appealed
from store.desk.doubt_order import closest
from store.desk.queue_filter import QueueFilter, Sort, Viewer, great_sellers, narrow
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

# What each order goes by, and those that begin with the least; `Sort.DOUBT` is no order of columns.
PLACES = {
    Sort.RISK: ("risk", "sha256"),
    Sort.OLDEST: ("created_at", "sha256"),
    Sort.NEWEST: ("created_at", "sha256"),
    Sort.COPIES: ("near_waiting", "risk", "sha256"),
    Sort.MIXED: ("sha256",),
}
RISING = frozenset({Sort.OLDEST, Sort.MIXED})
COUNT_LIMIT = 1000  # an exact number beyond this helps no one to choose, and costs a walk through all


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands in any order."""

    risk: float
    score: float
    created_at: datetime
    near_waiting: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an image came from: its newest submission, and how many there are."""

    submission: Submission
    client: str
    count: int
    is_explicit: bool


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many cases and failures there are behind a tab; one more than `COUNT_LIMIT` means even more."""

    open: int
    escalated: int
    appeals: int
    failed: int
    all: int


def position(image: Image) -> Position:
    """The position of a case in its order."""
    return Position(image.risk, image.score, image.created_at, image.near_waiting, image.sha256)


def list_cases(
    session: Session, wanted: QueueFilter, viewer: Viewer, *, after: Position | None = None, limit: int = 50
) -> list[Image]:
    """List images with verdict and standing decision, those that come after a position."""
    found = list_digests(session, wanted, viewer, after=after, limit=limit)
    images = find_images(session, found)
    return [images[sha256] for sha256 in found if sha256 in images]


def list_digests(
    session: Session,
    wanted: QueueFilter,
    viewer: Viewer,
    *,
    after: Position | None = None,
    limit: int = 50,
    among: Sequence[str] | None = None,
) -> list[str]:
    """List the images of a queue by SHA-256: an order is found in an index without reading a row.

    `among` are images that are known to hold all of them; where they are few, no index is walked.
    """
    query = narrow(select(Image.sha256), wanted, viewer, great=great_sellers(session, wanted))
    if among is not None:
        query = query.where(Image.sha256.in_(among))
    if wanted.sort is Sort.DOUBT:
        mark = (after.score, after.sha256) if after else None
        return closest(session, query, wanted.thresholds, after=mark, limit=limit)
    return list(session.scalars(_ordered(query, wanted.sort, after).limit(limit)))


def count_queue(session: Session) -> QueueCounts:
    """Count what is behind each tab, as far as `COUNT_LIMIT`: among a million as soon as among thousands."""
    # Orders for PostgreSQL alone: each is that of an index, which it might else pass over to read a table
    # from its beginning, where what was decided long ago lies.
    counted = (
        select(Image.sha256).where(Image.review == ReviewState.OPEN).order_by(Image.risk),
        select(Image.sha256).where(Image.review == ReviewState.ESCALATED).order_by(Image.risk),
        appealed(),
        select(Submission.id).where(Submission.state == State.FAILED).order_by(Submission.due_at),
        select(Image.sha256).order_by(Image.sha256),
    )
    numbers = (
        select(func.count()).select_from(query.limit(COUNT_LIMIT + 1).subquery()).scalar_subquery()
        for query in counted
    )
    return QueueCounts(*session.execute(select(*numbers)).one())


def find_origins(session: Session, sha256s: list[str]) -> dict[str, Origin]:
    """Find where images came from, in one query for all."""
    counted = (
        select(func.max(Submission.id).label("id"), func.count().label("count"))
        .where(Submission.image_sha256.in_(sha256s))
        .group_by(Submission.image_sha256)
        .subquery()
    )
    rows = session.execute(
        select(Submission, Client.name, counted.c.count, Client.is_explicit)
        .join(counted, counted.c.id == Submission.id)
        .join(Client, Client.id == Submission.client_id)
    )
    return {
        submission.image_sha256: Origin(submission, client, count, is_explicit)
        for submission, client, count, is_explicit in rows
        if submission.image_sha256
    }


def find_images(session: Session, sha256s: list[str]) -> dict[str, Image]:
    """Find images with verdict and standing decision."""
    query = select(Image).where(Image.sha256.in_(sha256s))
    rows = session.scalars(query.options(joinedload(Image.verdict), joinedload(Image.decision)))
    return {image.sha256: image for image in rows}


def client_names(session: Session) -> dict[str, str]:
    """The names of clients by id, for choosing one; the first 1,000."""
    rows = session.execute(select(Client.id, Client.name).order_by(Client.name).limit(1000))
    return {row.id: row.name for row in rows}


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """Which failed submissions are wanted: of one reason, one client, or with a try still to come."""

    code: FailureCode | None = None
    client_id: str | None = None
    is_retried: bool | None = None


def list_failures(
    session: Session, wanted: FailureFilter, *, before_id: str | None = None, limit: int = 50
) -> list[Submission]:
    """List submissions that failed, newest first, with their clients."""
    query = select(Submission).where(Submission.state == State.FAILED).options(joinedload(Submission.client))
    if wanted.code is not None:
        query = query.where(Submission.failure_code == wanted.code)
    if wanted.client_id is not None:
        query = query.where(Submission.client_id == wanted.client_id)
    if wanted.is_retried is not None:
        query = query.where(Submission.retry_at.is_not(None) == wanted.is_retried)
    if before_id is not None:
        query = query.where(Submission.id < before_id)
    return list(session.scalars(query.order_by(Submission.id.desc()).limit(limit)))


def find_failures(session: Session, submission_ids: Collection[str]) -> list[Submission]:
    """Find those of these submissions that failed."""
    query = select(Submission).where(Submission.id.in_(submission_ids), Submission.state == State.FAILED)
    return list(session.scalars(query))


def before_place(query: Select[str], sort: Sort, image: Image) -> Select[str]:
    """Keep of a query over cases those that come before one in an order; not for `Sort.DOUBT`."""
    columns, mark = _columns(sort), _mark(sort, position(image))
    return query.where(tuple_(*columns) < mark if sort in RISING else tuple_(*columns) > mark)


def _ordered(query: Select[str], sort: Sort, after: Position | None) -> Select[str]:
    columns, rises = _columns(sort), sort in RISING
    if after is not None:
        mark = _mark(sort, after)
        query = query.where(tuple_(*columns) > mark if rises else tuple_(*columns) < mark)
    return query.order_by(*(columns if rises else [column.desc() for column in columns]))


def _columns(sort: Sort) -> list[InstrumentedAttribute[Any]]:
    """What an order goes by; the digest breaks each tie."""
    return [getattr(Image, name) for name in PLACES[sort]]


def _mark(sort: Sort, place: Position) -> tuple[Any, ...]:
    return tuple(getattr(place, name) for name in PLACES[sort])
