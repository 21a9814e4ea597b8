"""Creating, finding and listing submissions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from core.declarations import Declared
from core.ids import new_id
from core.vocabulary import Priority, Source, State
from store.tables.case_tables import Decision, Image
from store.tables.submission_tables import IdempotencyKey, Submission

WITH_ANSWER = (
    joinedload(Submission.verdict),
    joinedload(Submission.image).joinedload(Image.reported),
)


@dataclass(frozen=True, slots=True)
class SubmissionRequest:
    """What a client asked for.

    Where there is an `upload_sha256`, those bytes are examined, and `image_url` only says where they
    were found; else the URL is fetched. One of the two is given.
    """

    source: Source
    image_url: str | None = None
    upload_sha256: str | None = None
    page_url: str | None = None
    title: str | None = None
    listing_id: str | None = None
    external_id: str | None = None
    callback_url: str | None = None
    priority: Priority = Priority.NORMAL
    declared: Declared = Declared.UNKNOWN


def insert_submissions(
    session: Session, client_id: str, requests: Sequence[SubmissionRequest], *, at: datetime, sends: int
) -> list[Submission]:
    """Store submissions in one statement, queued and due at this moment, in the given order.

    The first `sends` count as sent although their messages follow the commit: `mark_unsent` takes
    that back for those that the broker did not take, so that the common case costs one write. The
    rows given back are no part of the session, and nothing is known of their images yet.
    """
    same = {"client_id": client_id, "state": State.QUEUED, "tries": 0, "created_at": at, "due_at": at}
    rows = [
        {
            "id": new_id(),
            **same,
            "sent_at": at if place < sends else None,
            **_columns(request),
        }
        for place, request in enumerate(requests)
    ]
    if rows:
        # Into the bare table: the ORM would make a statement of its own for each pattern of nulls.
        session.execute(insert(Submission.metadata.tables[Submission.__tablename__]), rows)
    return [Submission(**row) for row in rows]


def mark_unsent(session: Session, submission_ids: Sequence[str]) -> None:
    """Note that no message went out for these, so that the sweeper sends them as soon as it can."""
    session.execute(
        update(Submission)
        .where(Submission.id.in_(submission_ids), Submission.state == State.QUEUED)
        .values(sent_at=None)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Repeat:
    """What an idempotency key answered before, and for which body."""

    body_sha256: str
    submission: Submission


def find_repeats(session: Session, client_id: str, keys: Collection[str]) -> dict[str, Repeat]:
    """Find what idempotency keys answered before; new keys are left out."""
    if not keys:
        return {}
    rows = session.execute(
        select(IdempotencyKey.key, IdempotencyKey.body_sha256, Submission)
        .join(Submission, Submission.id == IdempotencyKey.submission_id)
        .where(IdempotencyKey.client_id == client_id, IdempotencyKey.key.in_(keys))
        .options(*WITH_ANSWER)
    )
    return {key: Repeat(body_sha256, submission) for key, body_sha256, submission in rows}


def keep_keys(
    session: Session, client_id: str, answers: Sequence[tuple[str, str, str]], *, at: datetime
) -> None:
    """Remember what keys answered: (key, SHA-256 of the body, submission id).

    Errors: IntegrityError where another request with one of them was quicker.
    """
    if answers:
        session.execute(
            insert(IdempotencyKey),
            [
                {
                    "client_id": client_id,
                    "key": key,
                    "body_sha256": body_sha256,
                    "submission_id": submission_id,
                    "created_at": at,
                }
                for key, body_sha256, submission_id in answers
            ],
        )


def find_state(session: Session, submission_id: str) -> State | None:
    """Find how far a submission has come, at the least cost."""
    return session.scalar(select(Submission.state).where(Submission.id == submission_id))


def find_submission(
    session: Session, submission_id: str, client_id: str | None = None, *, with_reasons: bool = False
) -> Submission | None:
    """Find a submission with its image, verdict and reported decision; a client sees only its own.

    `with_reasons` reads the verdict of that decision, too.
    """
    query = select(Submission).where(Submission.id == submission_id).options(*WITH_ANSWER)
    if with_reasons:
        reported = joinedload(Submission.image).joinedload(Image.reported)
        query = query.options(reported.joinedload(Decision.verdict))
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


def count_states(session: Session, states: Collection[State] = tuple(State)) -> dict[State, int]:
    """Count the submissions in each of some states; of final states there are many."""
    rows = session.execute(
        select(Submission.state, func.count()).where(Submission.state.in_(states)).group_by(Submission.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - mypy knows rows, not pairs


def _columns(request: SubmissionRequest) -> dict[str, Any]:
    return {field.name: getattr(request, field.name) for field in fields(request)}
