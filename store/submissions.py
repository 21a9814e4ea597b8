"""Submissions: making, finding and listing them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from core.vocabulary import Priority, Source, State
from store.tables import IdempotencyKey, Image, Submission

WITH_ANSWER = (
    joinedload(Submission.verdict),
    joinedload(Submission.image).joinedload(Image.decision),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for; exactly one of `image_url` and `upload_sha256` is given."""

    source: Source
    image_url: str | None = None
    upload_sha256: str | None = None
    page_url: str | None = None
    title: str | None = None
    listing_id: str | None = None
    external_id: str | None = None
    callback_url: str | None = None
    priority: Priority = Priority.NORMAL


class IdempotencyMismatchError(Exception):
    """The key was used before with another body."""


def add_submission(session: Session, client_id: str, request: Request) -> Submission:
    """Store one submission, queued and due now."""
    submission = Submission(
        client_id=client_id,
        source=request.source,
        image_url=request.image_url,
        upload_sha256=request.upload_sha256,
        page_url=request.page_url,
        title=request.title,
        listing_id=request.listing_id,
        external_id=request.external_id,
        callback_url=request.callback_url,
        priority=request.priority,
    )
    session.add(submission)
    return submission


def find_repeat(session: Session, client_id: str, key: str, body_sha256: str) -> Submission | None:
    """Find what an idempotency key answered before. Errors: IdempotencyMismatchError."""
    known = session.get(IdempotencyKey, (client_id, key))
    if known is None:
        return None
    if known.body_sha256 != body_sha256:
        raise IdempotencyMismatchError
    return session.get_one(Submission, known.submission_id, options=WITH_ANSWER)


def keep_key(session: Session, client_id: str, key: str, body_sha256: str, submission: Submission) -> None:
    """Remember what a key answered. Errors: IntegrityError where another request was quicker."""
    session.flush()
    session.add(
        IdempotencyKey(client_id=client_id, key=key, body_sha256=body_sha256, submission_id=submission.id)
    )
    session.flush()


def find_submission(session: Session, submission_id: str, client_id: str | None = None) -> Submission | None:
    """Find a submission with its image, verdict and standing decision; a client sees only its own."""
    query = select(Submission).where(Submission.id == submission_id).options(*WITH_ANSWER)
    if client_id is not None:
        query = query.where(Submission.client_id == client_id)
    return session.scalar(query)


def list_submissions(
    session: Session,
    client_id: str,
    *,
    state: State | None = None,
    listing_id: str | None = None,
    before_id: str | None = None,
    limit: int = 50,
) -> list[Submission]:
    """List a client's submissions, newest first, those older than `before_id`."""
    query = select(Submission).where(Submission.client_id == client_id).options(*WITH_ANSWER)
    if state is not None:
        query = query.where(Submission.state == state)
    if listing_id is not None:
        query = query.where(Submission.listing_id == listing_id)
    if before_id is not None:
        query = query.where(Submission.id < before_id)
    return list(session.scalars(query.order_by(Submission.id.desc()).limit(limit)))


def count_states(session: Session) -> dict[State, int]:
    """Count the submissions in each state."""
    rows = session.execute(select(Submission.state, func.count()).group_by(Submission.state))
    return dict(rows.tuples().all())


def oldest_due(session: Session) -> datetime | None:
    """Give the moment since which the longest waiting submission is due."""
    return session.scalar(select(func.min(Submission.due_at)).where(Submission.state == State.QUEUED))
