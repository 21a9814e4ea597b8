"""Claims: who works on a submission, until when, and how it ends.

A claim is a conditional UPDATE: of many workers told of one submission, one row count is 1. Every
end of the work names the claim it holds, so that a worker whose lease ran out cannot overwrite what
its successor wrote (a fencing token).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.ids import new_id
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.sayings.stored import saying_json
from core.vocabulary import EventKind, Failure, FailureCode, Finding, Priority, State
from store.base.database import without_waiting_for_disk
from store.intake.declared_queue import apply_declarations
from store.intake.retries import is_retry_due, retry_same_picture
from store.outbox.client_events import NewEvent, add_events, called_at, note_examined
from store.reports.reader_reports import has_reports, look_at_reported
from store.tables.case_tables import Image
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.tables.ways import ANY_WAY, ways_of

MAX_TRIES = 3
# No pause or lease of ours reaches farther: a moment beyond it was written before a clock was set back.
FARTHEST = timedelta(minutes=15)
CRASHED = Failure(FailureCode.CRASHED_WORKER, say(FailureDetail.WORKER_CRASHED), permanent=True)


class ClaimLostError(Exception):
    """The lease ran out and someone else took over; nothing was written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to examine one submission until the lease ends; `tries` counts this one.

    `failing_since`: when it first failed, where this is another try after that. `ways`: those in which the
    submission came (`ways_of`). `is_called`: someone is to be called when it has come to its end.
    """

    id: str
    submission_id: str
    image_url: str | None
    upload_sha256: str | None
    tries: int
    due_at: datetime
    created_at: datetime
    page_url: str | None = None
    failing_since: datetime | None = None
    ways: int = ANY_WAY
    is_called: bool = False

    @property
    def is_last(self) -> bool:
        """True if this is the last attempt."""
        return self.tries >= MAX_TRIES


def claim(session: Session, submission_id: str, *, lease: timedelta, at: datetime) -> Claim | None:
    """Claim a submission that is due, or whose claimer's lease ran out; None where there is nothing to do.

    One statement, to be a transaction by itself.
    """
    claim_id = new_id()
    row = session.execute(
        update(Submission)
        .where(
            Submission.id == submission_id,
            Submission.tries < MAX_TRIES,
            or_(
                and_(Submission.state == State.QUEUED, is_due(at)),
                and_(Submission.retry_at.is_not(None), is_retry_due(at)),
                _expired(at),
            ),
        )
        .values(
            # A failure stays one while it is tried again.
            state=_unless_retry(State.PROCESSING),
            claim_id=claim_id,
            claimed_until=at + lease,
            tries=Submission.tries + 1,
        )
        .returning(
            Submission.image_url,
            Submission.upload_sha256,
            Submission.tries,
            Submission.due_at,
            Submission.created_at,
            Submission.page_url,
            Submission.failing_since,
            Submission.callback_url,
            called_at(),
            Submission.source,
            Submission.language,
            Submission.client_id,
            # If the server crashes and loses this claim, another worker makes it.
            *without_waiting_for_disk(session),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    ways = ways_of(row.source, row.language, row.client_id)
    return Claim(claim_id, submission_id, *row[:7], ways=ways, is_called=bool(row[7] or row[8]))


def finish_examined(
    session: Session,
    held: Claim,
    *,
    image_sha256: str,
    verdict_id: str,
    at: datetime,
    is_new_image: bool = False,
) -> None:
    """End a claim with a verdict, and tell the client; `is_new_image` spares it looks at the image.

    Errors: ClaimLostError.
    """
    client_id, declared, is_reported = _end(
        session,
        held,
        state=State.EXAMINED,
        image_sha256=image_sha256,
        verdict_id=verdict_id,
        examined_at=at,
        **_NO_FAILURE,
    )
    if held.image_url is not None:
        retry_same_picture(session, client_id, held.image_url, at=at)
    if is_reported:
        look_at_reported(session, held.submission_id, image_sha256)
    if is_new_image:
        if declared is not Declared.UNKNOWN:
            apply_declarations(session, image_sha256, at=at)
        add_events(session, EventKind.SUBMISSION_EXAMINED, [NewEvent(client_id, held.submission_id)], at=at)
        return
    _note_ways(session, image_sha256, held.ways)
    # A case that was closed because its listings went is open again: someone shows the image again.
    session.execute(
        update(Image)
        .where(
            Image.sha256 == image_sha256,
            Image.review == ReviewState.NONE,
            Image.decision_id.is_(None),
            Image.finding != Finding.CLEAR,
        )
        .values(review=ReviewState.OPEN)
        .execution_options(synchronize_session=False)
    )
    apply_declarations(session, image_sha256, at=at)
    note_examined(session, client_id, held.submission_id, image_sha256, at=at)


def _note_ways(session: Session, sha256: str, ways: int) -> None:
    """Note in which ways another submission of an image came."""
    session.execute(
        update(Image)
        .where(Image.sha256 == sha256, Image.ways.bitwise_and(ways) != ways)
        .values(ways=Image.ways.bitwise_or(ways))
        .execution_options(synchronize_session=False)
    )


def finish_failed(session: Session, held: Claim, failure: Failure, *, at: datetime) -> None:
    """End a claim with a failure, and tell the client. Errors: ClaimLostError."""
    values = _failure_values(failure) | _NO_RETRY
    client_id, *_ = _end(session, held, state=State.FAILED, examined_at=at, **values)
    add_events(session, EventKind.SUBMISSION_FAILED, [NewEvent(client_id, held.submission_id)], at=at)


def postpone(session: Session, held: Claim, failure: Failure, *, at: datetime, retry_at: datetime) -> None:
    """End a claim with a failure that is tried again; the client is told only if no try succeeds.

    Errors: ClaimLostError.
    """
    values = _failure_values(failure) | {"failing_since": held.failing_since or at, "retry_at": retry_at}
    _end(session, held, state=State.FAILED, examined_at=at, sent_at=None, tries=0, **values)


def release(session: Session, held: Claim, *, due_at: datetime, counts: bool = True) -> None:
    """Return a submission to the queue for a later attempt; with `counts` False this attempt does not count.

    Errors: ClaimLostError.
    """
    tries = held.tries if counts else held.tries - 1
    if held.failing_since is not None:
        _end(session, held, retry_at=due_at, sent_at=None, tries=tries)
        return
    _end(session, held, state=State.QUEUED, due_at=due_at, sent_at=None, tries=tries)


def release_expired(session: Session, at: datetime) -> tuple[int, list[str]]:
    """Take back the claims whose worker died.

    Give how many wait again, and the ids that have no try left and failed as `crashed_worker`.
    """
    failed = session.execute(
        update(Submission)
        .where(_expired(at), Submission.tries >= MAX_TRIES)
        .values(
            state=State.FAILED,
            claim_id=None,
            claimed_until=None,
            examined_at=at,
            **_failure_values(CRASHED),
            **_NO_RETRY,
        )
        .returning(Submission.client_id, Submission.id)
        .execution_options(synchronize_session=False)
    ).all()
    add_events(session, EventKind.SUBMISSION_FAILED, [NewEvent(*row) for row in failed], at=at)
    waiting = session.scalars(
        update(Submission)
        .where(_expired(at))
        .values(
            state=_unless_retry(State.QUEUED),
            claim_id=None,
            claimed_until=None,
            due_at=at,
            retry_at=case((Submission.retry_at.is_not(None), at)),
            sent_at=None,
        )
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(waiting), [row.id for row in failed]


def overdue(
    session: Session, priority: Priority, *, at: datetime, sent_before: datetime, limit: int
) -> list[str]:
    """List submissions that are due and for which no message, or only an old one, was sent; oldest first."""
    return list(
        session.scalars(
            select(Submission.id)
            .where(
                Submission.state == State.QUEUED,
                is_due(at),
                Submission.priority == priority,
                is_unsent(at, sent_before),
            )
            .order_by(Submission.due_at)
            .limit(limit)
        )
    )


def mark_sent(session: Session, submission_ids: list[str], at: datetime) -> None:
    """Note that messages were sent, so that they are not sent again at once."""
    session.execute(
        update(Submission)
        .where(Submission.id.in_(submission_ids), Submission.state == State.QUEUED)
        .values(sent_at=at)
        .execution_options(synchronize_session=False)
    )


def is_due(at: datetime) -> ColumnElement[bool]:
    """Match what may be taken now, also where its moment is that of a clock that has been set back."""
    return or_(Submission.due_at <= at, Submission.due_at > at + FARTHEST)


def is_unsent(at: datetime, sent_before: datetime) -> ColumnElement[bool]:
    """Match what has no message, or one that was sent long ago or by a clock that has been set back."""
    return or_(
        Submission.sent_at.is_(None), Submission.sent_at < sent_before, Submission.sent_at > at + FARTHEST
    )


def _expired(at: datetime) -> ColumnElement[bool]:
    return and_(
        or_(
            Submission.state == State.PROCESSING,
            and_(Submission.retry_at.is_not(None), Submission.claim_id.is_not(None)),
        ),
        or_(Submission.claimed_until < at, Submission.claimed_until > at + FARTHEST),
    )


def _unless_retry(state: State) -> ColumnElement[State]:
    kind = Submission.state.type
    return case((Submission.retry_at.is_not(None), literal(State.FAILED, kind)), else_=literal(state, kind))


_NO_RETRY: dict[str, object] = {"failing_since": None, "retry_at": None}
_NO_FAILURE: dict[str, object] = {
    **dict.fromkeys(("failure_code", "failure_reason", "failure_detail", "failure_permanent")),
    **_NO_RETRY,
}


def _failure_values(failure: Failure) -> dict[str, object]:
    return {
        "failure_code": failure.code,
        "failure_reason": saying_json(failure.detail),
        "failure_permanent": failure.permanent,
    }


def _end(session: Session, held: Claim, **values: object) -> tuple[str, Declared, bool]:
    """End a claim; give whose submission it was, what it declares, and whether readers reported it."""
    row = session.execute(
        update(Submission)
        .where(
            Submission.id == held.submission_id,
            Submission.claim_id == held.id,
        )
        .values(claim_id=None, claimed_until=None, **values)
        .returning(Submission.client_id, Submission.declared, has_reports(held.submission_id))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise ClaimLostError
    return row[0], row[1], bool(row[2])
