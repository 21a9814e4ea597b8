"""What is erased or purged while a decision on it, or the answer to an appeal, is not told yet."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.vocabulary import EventKind, Finding, Outcome, Role
from store.appeals.appeal_resolution import appeals_on, name_said, resolve_appeals
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.desk.decisions import UNDOABLE, Seen, decide
from store.desk.reporting import has_due_reports
from store.people.moderators import add_moderator
from store.retention.erasure import erase_image
from store.retention.purge import purge_expired
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.reporting import report
from tests.store.races import SHA256, examine, submit, take

RETENTION = timedelta(days=10)


def answer(session: Session, submission_id: str) -> None:
    """Answer an appeal a moment ago: the answer can still be undone."""
    person = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator.id
    add_appeal(session, session.get_one(Submission, submission_id), reason="Mine.")
    seen = Seen(SHA256, session.get_one(Image, SHA256).verdict_id or "", None)
    made = decide(session, seen, moderator_id=person, outcome=Outcome.AI, note="", at=now())
    resolve_appeals(
        session,
        SHA256,
        seen=name_said(appeals_on(session, SHA256)),
        decision_id=made,
        outcome=Outcome.AI,
        moderator_id=person,
        at=now(),
    )


@pytest.fixture
def answered(database: Database) -> str:
    """The submission whose appeal was answered."""
    submission_id = submit(database, make_client(database).client.id)
    examine(database, take(database, submission_id), Finding.UNCERTAIN)
    with database.writing() as session:
        answer(session, submission_id)
    return submission_id


def told(database: Database) -> list[EventKind]:
    with database.reading() as session:
        return list(session.scalars(select(ClientEvent.kind).order_by(ClientEvent.id)))


def test_a_picture_erased_before_the_answer_is_told_holds_up_no_other_decision(
    database: Database, blobs: FolderBlobs, answered: str
) -> None:
    assert answered
    assert erase_image(database, blobs, SHA256) == 1
    report(database)
    with database.reading() as session:
        assert not has_due_reports(session, now() + 2 * UNDOABLE)
        assert session.scalars(select(Appeal.reported_at)).one() is not None
    assert told(database) == []


def test_a_purge_leaves_a_submission_until_the_answer_is_told(
    database: Database, blobs: FolderBlobs, answered: str
) -> None:
    with database.writing() as session:
        session.execute(update(Submission).values(created_at=now() - 2 * RETENTION))
        session.execute(update(Image).values(created_at=now() - 2 * RETENTION))
    assert purge_expired(database, blobs, at=now(), retention=RETENTION).submissions == 0
    report(database)
    assert told(database)[-2:] == [EventKind.DECISION_MADE, EventKind.APPEAL_RESOLVED]
    assert purge_expired(database, blobs, at=now(), retention=RETENTION).submissions == 1
    assert answered
