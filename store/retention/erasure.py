"""Erasing one picture or one person on request.

What was decided, when and on which digest stays, with a name that is no one's any more: it is the
record that a complaint or a court may ask for (`docs/operating.md`).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from core.clock import now
from store.appeals.appeal_files import forget_files_about, unwanted
from store.base.database import Database
from store.bytes.blobs import BlobStore
from store.known.alike import forget_looks
from store.outbox.client_events import forget_events
from store.people.audit_notes import note_command
from store.people.moderators import find_moderator
from store.people.passwords import hash_password, one_time_password
from store.people.second_factors import remove_factors
from store.people.sessions import end_logins
from store.tables.appeal_tables import Appeal, AppealMessage
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.known_tables import ImageHash
from store.tables.people_tables import Moderator
from store.tables.policy_tables import ShadowVerdict
from store.tables.quality_tables import Check, GoldenCase
from store.tables.queue_tables import CaseAssignment, QueueMember
from store.tables.report_tables import ReaderReport
from store.tables.review_states import ReviewState
from store.tables.review_tables import BulkProposal, CaseClaim, Event, OutsideCheck
from store.tables.submission_tables import IdempotencyKey, Submission

GONE = "erased.invalid"  # a domain that can never be anyone's (RFC 2606)


class ErasureError(Exception):
    """Nothing was erased; the text says why."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """How much of the desk's records was forgotten: lines of the log, and texts that people wrote."""

    events: int
    texts: int


def trim_records(session: Session, before: datetime) -> Trimmed:
    """Forget logins and other events, free texts and shadow verdicts older than a moment.

    Of a decision, an appeal or a check the free text goes, never the act itself.
    """
    session.execute(delete(ShadowVerdict).where(ShadowVerdict.created_at < before))
    session.execute(delete(OutsideCheck).where(OutsideCheck.asked_at < before))
    events = session.execute(delete(Event).where(Event.created_at < before).returning(Event.id)).all()
    texts = 0
    for statement in (
        update(Decision)
        .where(Decision.created_at < before, Decision.note != "")
        .values(note="")
        .returning(Decision.id),
        update(BulkProposal)
        .where(BulkProposal.settled_at < before, BulkProposal.note != "")
        .values(note="")
        .returning(BulkProposal.id),
        update(Check).where(Check.answered_at < before, Check.note != "").values(note="").returning(Check.id),
        update(Appeal)
        .where(Appeal.resolved_at < before, Appeal.reason != "")
        .values(reason="", evidence_url=None, more_urls=[])
        .returning(Appeal.id),
        update(AppealMessage)
        .where(
            AppealMessage.appeal_id.in_(select(Appeal.id).where(Appeal.resolved_at < before)),
            AppealMessage.text != "",
        )
        .values(text="")
        .returning(AppealMessage.id),
    ):
        texts += len(session.execute(statement.execution_options(synchronize_session=False)).all())
    return Trimmed(len(events), texts)


def erase_image(database: Database, blobs: BlobStore, sha256: str) -> int:
    """Forget a picture now: its bytes, where it was shown, its hash and what its file said.

    Give how many submissions went. Verdict and decisions stay by digest, without texts. Errors:
    ErasureError for an unknown image and for one with an open appeal.
    """
    at = now()
    with database.writing() as session:
        image = session.get(Image, sha256, with_for_update=True)
        if image is None:
            raise ErasureError(f"image {sha256} not found")
        if session.scalar(
            select(exists().where(Appeal.image_sha256 == sha256, Appeal.resolved_at.is_(None)))
        ):
            raise ErasureError("this image has an open appeal; resolve it first")
        ids = list(session.scalars(select(Submission.id).where(Submission.image_sha256 == sha256)))
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.submission_id.in_(ids)))
        forget_events(session, ids)
        session.execute(delete(Submission).where(Submission.id.in_(ids)))
        session.execute(delete(ImageHash).where(ImageHash.image_sha256 == sha256))
        forget_looks(session, [sha256])
        session.execute(delete(CaseClaim).where(CaseClaim.image_sha256 == sha256))
        session.execute(delete(CaseAssignment).where(CaseAssignment.image_sha256 == sha256))
        session.execute(delete(ReaderReport).where(ReaderReport.image_sha256 == sha256))
        session.execute(delete(OutsideCheck).where(OutsideCheck.image_sha256 == sha256))
        session.execute(
            update(GoldenCase)
            .where(GoldenCase.image_sha256 == sha256, GoldenCase.retired_at.is_(None))
            .values(retired_at=at)
        )
        session.execute(update(Verdict).where(Verdict.image_sha256 == sha256).values(evidence=[], reasons=[]))
        session.execute(update(Decision).where(Decision.image_sha256 == sha256).values(note=""))
        session.execute(update(Check).where(Check.image_sha256 == sha256).values(note=""))
        session.execute(
            update(Appeal)
            .where(Appeal.image_sha256 == sha256)
            .values(reason="", evidence_url=None, more_urls=[])
        )
        on_image = select(Appeal.id).where(Appeal.image_sha256 == sha256)
        session.execute(update(AppealMessage).where(AppealMessage.appeal_id.in_(on_image)).values(text=""))
        files = forget_files_about(session, sha256, at=at)
        image.purged_at = at
        session.flush()
        orphans = unwanted(session, files)
        if image.decision_id is None:
            image.review = ReviewState.NONE
        note_command(session, "erased", at=at, subject=sha256)
    for digest in {sha256, *orphans}:
        blobs.delete(digest)
    return len(ids)


def erase_person(database: Database, email: str) -> str:
    """Take a moderator's name out of every record, and shut them out; returns what stands in its place.

    Errors: ErasureError for someone who is not known.
    """
    at = now()
    with database.writing() as session:
        person = find_moderator(session, email.strip().lower())
        if person is None:
            raise ErasureError(f"moderator {email} not found")
        name = f"moderator-{person.id[-12:]}@{GONE}"
        session.execute(delete(QueueMember).where(QueueMember.moderator_id == person.id))
        session.execute(delete(CaseAssignment).where(CaseAssignment.moderator_id == person.id))
        session.execute(
            update(Moderator)
            .where(Moderator.id == person.id)
            .values(
                email=name,
                password_hash=hash_password(one_time_password()),
                must_change_password=True,
                disabled_at=person.disabled_at or at,
                preferences=None,
                openid_sha256=None,
            )
        )
        # The log names people as subjects, too: who was added, and whose password was tried.
        session.execute(update(Event).where(Event.subject == person.email).values(subject=name))
        end_logins(session, person.id)
        remove_factors(session, [person.id])
        note_command(session, "erased", at=at, subject=name)
    return name
