"""Claims: who works on a submission, and until when; how the work ends is in `claim_ends`.

A claim is a conditional UPDATE: of many workers told of one submission, one row count is 1. Every
end of the work names the claim it holds, so that a worker whose lease ran out cannot overwrite what
its successor wrote (a fencing token).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, or_, update
from sqlalchemy.orm import Session

from core.ids import new_id
from core.vocabulary import State
from store.base.database import without_waiting_for_disk
from store.intake.retries import is_retry_due
from store.outbox.client_events import called_at
from store.tables.submission_tables import Submission
from store.tables.ways import ANY_WAY, ways_of

MAX_TRIES = 3
# No pause or lease of ours reaches farther: a moment beyond it was written before a clock was set back.
FARTHEST = timedelta(minutes=15)


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
                is_expired(at),
            ),
        )
        .values(
            # A failure stays one while it is tried again.
            state=unless_retry(State.PROCESSING),
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


def is_due(at: datetime) -> ColumnElement[bool]:
    """Match what may be taken now, also where its moment is that of a clock that has been set back."""
    return or_(Submission.due_at <= at, Submission.due_at > at + FARTHEST)


def is_expired(at: datetime) -> ColumnElement[bool]:
    """Match claims whose lease ran out, also where it ends in the time of a clock that has been set back."""
    return and_(
        or_(
            Submission.state == State.PROCESSING,
            and_(Submission.retry_at.is_not(None), Submission.claim_id.is_not(None)),
        ),
        or_(Submission.claimed_until < at, Submission.claimed_until > at + FARTHEST),
    )


def unless_retry(state: State) -> ColumnElement[State]:
    """This state; a failure stays one while it is tried again."""
    kind = Submission.state.type
    return case((Submission.retry_at.is_not(None), literal(State.FAILED, kind)), else_=literal(state, kind))
