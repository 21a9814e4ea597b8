"""How a claim ends: with a verdict, with a failure, or with the submission back in the queue."""

from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.sayings.stored import saying_json
from core.vocabulary import EventKind, Failure, FailureCode, State
from store.base.locking import lock_row
from store.intake.claims import MAX_TRIES, Claim, is_expired, unless_retry
from store.intake.declared_queue import apply_declarations, reopen
from store.intake.retries import retry_same_picture
from store.outbox.client_events import NewEvent, add_events, note_examined
from store.reports.reader_reports import has_reports, look_at_reported
from store.tables.case_tables import Image
from store.tables.submission_tables import Submission

CRASHED = Failure(FailureCode.CRASHED_WORKER, say(FailureDetail.WORKER_CRASHED), permanent=True)


class ClaimLostError(Exception):
    """The lease ran out and someone else took over; nothing was written."""


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
    client_id, declared = _end(
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
    if has_reports(session, held.submission_id):
        look_at_reported(session, held.submission_id, image_sha256)
    if is_new_image:
        if declared is not Declared.UNKNOWN:
            apply_declarations(session, image_sha256, at=at)
        add_events(session, EventKind.SUBMISSION_EXAMINED, [NewEvent(client_id, held.submission_id)], at=at)
        return
    # A listing that ends at this moment either sees this submission, or has closed the case by now.
    lock_row(session, Image, image_sha256)
    _follow_image(session, held.submission_id, image_sha256)
    _note_ways(session, image_sha256, held.ways)
    # A case that was closed because its listings went is open again: someone shows the image again.
    reopen(session, Image.sha256 == image_sha256)
    apply_declarations(session, image_sha256, at=at)
    note_examined(session, client_id, held.submission_id, image_sha256, at=at)


def _follow_image(session: Session, submission_id: str, sha256: str) -> None:
    """Move a submission to the verdict that its image has by now, where it was judged again meanwhile.

    Whoever judged it again has moved the submissions that had ended by then, and comes to no other.
    """
    current = select(Image.verdict_id).where(Image.sha256 == sha256).scalar_subquery()
    session.execute(
        update(Submission)
        .where(Submission.id == submission_id, Submission.verdict_id != current)
        .values(verdict_id=current)
        .execution_options(synchronize_session=False)
    )


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
    client_id, _ = _end(session, held, state=State.FAILED, examined_at=at, **values)
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
        .where(is_expired(at), Submission.tries >= MAX_TRIES)
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
        .where(is_expired(at))
        .values(
            state=unless_retry(State.QUEUED),
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


def _end(session: Session, held: Claim, **values: object) -> tuple[str, Declared]:
    """End a claim; returns whose submission it was, and what it declares."""
    row = session.execute(
        update(Submission)
        .where(
            Submission.id == held.submission_id,
            Submission.claim_id == held.id,
        )
        .values(claim_id=None, claimed_until=None, **values)
        .returning(Submission.client_id, Submission.declared)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise ClaimLostError
    return row.client_id, row.declared
