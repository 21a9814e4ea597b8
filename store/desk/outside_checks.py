"""Pictures that moderators send to services of others: asked for once, claimed by one worker, answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.sayings.saying import Saying
from core.sayings.stored import saying_json
from core.vocabulary import Evidence, evidence_json
from store.people.audit_notes import note_event
from store.tables.case_tables import Image
from store.tables.review_tables import OutsideCheck

LOST = timedelta(minutes=2)  # after which a check without an answer may be asked for again


@dataclass(frozen=True, slots=True)
class Sending:
    """What a worker needs to know of a check."""

    sha256: str
    format: str
    service: str
    is_purged: bool


def may_ask(checks: Iterable[OutsideCheck], service: str, at: datetime) -> bool:
    """True unless a service has answered about the picture, or may still be about to."""
    own = [check for check in checks if check.service == service]
    return not any(
        check.failure is None and (check.answered_at is not None or check.asked_at > at - LOST)
        for check in own
    )


def ask_outside(
    session: Session, sha256: str, service: str, *, moderator_id: str, at: datetime
) -> str | None:
    """Ask for a check and note in the audit log who sent what where; None where one is there already."""
    session.get(Image, sha256, with_for_update=True)  # two clicks at once send one picture
    if not may_ask(list_outside(session, sha256), service, at):
        return None
    check = OutsideCheck(image_sha256=sha256, service=service, moderator_id=moderator_id, asked_at=at)
    session.add(check)
    session.flush()
    note_event(
        session,
        "sent_outside",
        moderator_id=moderator_id,
        at=at,
        subject=sha256,
        detail={"service": service, "check": check.id},
    )
    return check.id


def list_outside(session: Session, sha256: str) -> list[OutsideCheck]:
    """The checks of a picture, newest first."""
    newest = OutsideCheck.asked_at.desc(), OutsideCheck.id.desc()
    return list(
        session.scalars(select(OutsideCheck).where(OutsideCheck.image_sha256 == sha256).order_by(*newest))
    )


def claim_outside(session: Session, check_id: str, *, until: datetime, at: datetime) -> Sending | None:
    """Claim a check that no worker has; None where it is answered, claimed or unknown."""
    free = OutsideCheck.claimed_until.is_(None) | (OutsideCheck.claimed_until <= at)
    claimed = session.execute(
        update(OutsideCheck)
        .where(OutsideCheck.id == check_id, OutsideCheck.answered_at.is_(None), free)
        .values(claimed_until=until)
        .returning(OutsideCheck.image_sha256, OutsideCheck.service)
    ).one_or_none()
    if claimed is None:
        return None
    image = session.get_one(Image, claimed.image_sha256)
    return Sending(image.sha256, image.format.lower(), claimed.service, image.purged_at is not None)


def end_outside(
    session: Session,
    check_id: str,
    *,
    at: datetime,
    evidence: Iterable[Evidence] = (),
    failure: Saying | None = None,
) -> None:
    """Record what a service answered, or why it did not; a check ends once."""
    session.execute(
        update(OutsideCheck)
        .where(OutsideCheck.id == check_id, OutsideCheck.answered_at.is_(None))
        .values(
            answered_at=at,
            evidence=[evidence_json(item) for item in evidence],
            failure=None if failure is None else saying_json(failure),
        )
    )
