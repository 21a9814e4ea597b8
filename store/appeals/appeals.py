"""Appeals: opening them, and who may resolve them."""

from collections.abc import Sequence

from sqlalchemy import ScalarSelect, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from core.vocabulary import RULINGS, Outcome
from store.appeals.appeal_files import NewFile, add_files
from store.base.locking import lock_row
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image
from store.tables.review_tables import Undo
from store.tables.submission_tables import Submission


class AppealOpenError(Exception):
    """There is an open appeal on this submission already."""


class NothingToAppealError(Exception):
    """A moderator has decided that a person drew the picture."""


def appealed_ruling() -> ScalarSelect[Outcome]:
    """SQL expression on an appeal: the ruling that it is against; none where no one had ruled.

    By time and not as what the answer replaced, which is an escalation if a lead was asked.
    """
    undone = exists().where(Undo.decision_id == Decision.id)
    return (
        select(Decision.outcome)
        .where(
            Decision.image_sha256 == Appeal.image_sha256,
            Decision.id < Appeal.id,
            Decision.outcome.in_(RULINGS),
            ~undone,
        )
        .order_by(Decision.id.desc())
        .limit(1)
        .correlate(Appeal)
        .scalar_subquery()
    )


def add_appeal(
    session: Session,
    submission: Submission,
    *,
    reason: str,
    evidence_urls: Sequence[str] = (),
    files: Sequence[NewFile] = (),
    from_artist: bool = False,
    language: str | None = None,
) -> Appeal:
    """Open an appeal on a submission that has an image, with what the appellant shows for it.

    The files lie among the blobs already; addresses are shown to moderators and never fetched.
    Errors: AppealOpenError, also for the slower of two that ask at once; NothingToAppealError, once the
    decision is reported; ValueError without an image.
    """
    if submission.image_sha256 is None:
        raise ValueError("there is nothing to appeal against")
    # Locked first, so that an answer of this moment is seen: were it undone, there would be two open appeals.
    lock_row(session, Image, submission.image_sha256)
    unreported = select(Appeal.id).where(
        Appeal.submission_id == submission.id, Appeal.resolved_at.is_not(None), Appeal.reported_at.is_(None)
    )
    if session.scalar(unreported.limit(1)) is not None:
        raise AppealOpenError  # its answer can still be undone: from outside it is open
    told = (
        select(Decision.outcome)
        .join(Image, Image.reported_id == Decision.id)
        .where(Image.sha256 == submission.image_sha256)
    )
    if session.scalar(told) is Outcome.HUMAN:
        raise NothingToAppealError
    appeal = Appeal(
        submission_id=submission.id,
        image_sha256=submission.image_sha256,
        client_id=submission.client_id,
        reason=reason,
        evidence_url=next(iter(evidence_urls), None),
        more_urls=list(evidence_urls[1:]),
        from_artist=from_artist,
        language=language,
    )
    try:
        with session.begin_nested():
            session.add(appeal)
            session.flush()
            add_files(session, appeal.id, files)
    except IntegrityError:
        raise AppealOpenError from None
    return appeal


def list_open_appeals(session: Session, *, after_id: str = "", limit: int = 50) -> list[Appeal]:
    """List open appeals, oldest first, each with its submission and its files."""
    query = (
        select(Appeal)
        .where(Appeal.resolved_at.is_(None), Appeal.id > after_id)
        .options(joinedload(Appeal.submission), selectinload(Appeal.files))
        .order_by(Appeal.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def appeals_of(session: Session, submission_id: str, *, limit: int = 20) -> list[Appeal]:
    """List the newest appeals on one submission, newest first, with their files and messages."""
    query = (
        select(Appeal)
        .where(Appeal.submission_id == submission_id)
        .options(selectinload(Appeal.files), selectinload(Appeal.messages))
        .order_by(Appeal.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))
