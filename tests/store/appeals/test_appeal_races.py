"""An appeal that is opened, or that more is added to, as it is answered."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from core.clock import now
from core.vocabulary import Finding, Outcome, Role
from store.appeals.appeal_messages import add_message, find_open_appeal
from store.appeals.appeal_resolution import (
    UnseenAppealError,
    appeals_on,
    name_said,
    reopen_appeals,
    resolve_appeals,
)
from store.appeals.appeals import AppealOpenError, add_appeal
from store.base.database import Database
from store.desk.decisions import Seen, decide, undo
from store.people.moderators import add_moderator
from store.tables.case_tables import Image
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.services import postgresql_alone
from tests.store.races import SHA256, examine, meet, submit, take

pytestmark = [pytest.mark.postgresql, postgresql_alone]


@pytest.fixture
def submission_id(database: Database) -> str:
    submission_id = submit(database, make_client(database).client.id)
    examine(database, take(database, submission_id), Finding.UNCERTAIN)
    return submission_id


@pytest.fixture
def aiko(database: Database) -> str:
    with database.writing() as session:
        return add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator.id


def appeal(database: Database, submission_id: str) -> str:
    with database.writing() as session:
        return add_appeal(session, session.get_one(Submission, submission_id), reason="Mine.").id


def read_said(database: Database) -> str:
    with database.reading() as session:
        return name_said(appeals_on(session, SHA256))


def answer(session: Session, aiko: str, said: str) -> str:
    seen = Seen(SHA256, session.get_one(Image, SHA256).verdict_id or "", None)
    made = decide(session, seen, moderator_id=aiko, outcome=Outcome.AI, note="", at=now())
    resolve_appeals(
        session, SHA256, seen=said, decision_id=made, outcome=Outcome.AI, moderator_id=aiko, at=now()
    )
    return made


def test_no_appeal_is_opened_while_the_answer_to_another_can_be_undone(
    database: Database, submission_id: str, aiko: str, aside: ThreadPoolExecutor
) -> None:
    appeal(database, submission_id)
    said = read_said(database)
    with database.writing() as session:
        made = answer(session, aiko, said)
        second = aside.submit(appeal, database, submission_id)
        meet(database, second)
    with pytest.raises(AppealOpenError):
        second.result(10)
    with database.writing() as session:
        undo(session, made, moderator_id=aiko, at=now())
        reopen_appeals(session, made)


def test_what_an_artist_adds_as_the_appeal_is_answered_is_not_turned_down_unread(
    database: Database, submission_id: str, aiko: str, aside: ThreadPoolExecutor
) -> None:
    appeal_id = appeal(database, submission_id)
    said = read_said(database)

    def answer_it() -> None:
        with database.writing() as session:
            answer(session, aiko, said)

    with database.writing() as session:
        assert find_open_appeal(session, appeal_id)
        add_message(session, appeal_id, "Here are my layers.", at=now())
        session.flush()
        answered = aside.submit(answer_it)
        meet(database, answered)
    with pytest.raises(UnseenAppealError):
        answered.result(10)
    with database.reading() as session:
        assert session.get_one(Image, SHA256).decision_id is None
