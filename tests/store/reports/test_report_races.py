"""Reports that arrive at the very moment of an examination: PostgreSQL alone has two writers at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.declarations import Declared
from core.vocabulary import Finding, Outcome, Role
from store.base.database import Database
from store.desk.decisions import Seen, decide, undo
from store.intake.declared_queue import apply_declarations
from store.people.moderators import add_moderator
from store.reports.reader_reports import add_report
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.report_tables import ReaderReport
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.services import postgresql_alone
from tests.store.races import SHA256, examine, examining, judging_again, meet, submit, take

pytestmark = [pytest.mark.postgresql, postgresql_alone]

URL_SHA256 = "b" * 64


@pytest.fixture
def client_id(database: Database) -> str:
    return make_client(database).client.id


def report(session: Session, submission_id: str, url_sha256: str | None = None) -> None:
    submission = session.get_one(Submission, submission_id)
    add_report(session, submission, "r" * 64, reason="", url_sha256=url_sha256, at=now())


def outcome(database: Database) -> tuple[ReviewState, list[str | None]]:
    """Whether the case is open, and the pictures that reports are about."""
    with database.reading() as session:
        reports = session.scalars(select(ReaderReport.image_sha256)).all()
        return session.get_one(Image, SHA256).review, list(reports)


@pytest.mark.parametrize("url_sha256", [None, URL_SHA256])
def test_a_report_that_arrives_as_its_examination_commits_opens_the_case(
    database: Database, client_id: str, aside: ThreadPoolExecutor, url_sha256: str | None
) -> None:
    submission_id = submit(database, client_id)

    def report_it() -> None:
        with database.writing() as session:
            report(session, submission_id, url_sha256)

    with examining(database, take(database, submission_id), Finding.CLEAR, "m"):
        reported = aside.submit(report_it)
        meet(database, reported)
    reported.result(10)
    assert outcome(database) == (ReviewState.OPEN, [SHA256])


@pytest.mark.parametrize("url_sha256", [None, URL_SHA256])
def test_an_examination_that_ends_as_its_report_commits_opens_the_case(
    database: Database, client_id: str, aside: ThreadPoolExecutor, url_sha256: str | None
) -> None:
    submission_id = submit(database, client_id)
    held = take(database, submission_id)
    with database.writing() as session:
        report(session, submission_id, url_sha256)
        examined = aside.submit(examine, database, held)
        meet(database, examined)
    examined.result(10)
    assert outcome(database) == (ReviewState.OPEN, [SHA256])


def test_a_clear_verdict_of_the_same_moment_leaves_a_reported_case_open(
    database: Database, client_id: str, aside: ThreadPoolExecutor
) -> None:
    first, second = submit(database, client_id), submit(database, client_id)
    examine(database, take(database, first), Finding.UNCERTAIN)
    held = take(database, second)
    with database.writing() as session:
        report(session, first)
        examined = aside.submit(examine, database, held, Finding.CLEAR, "m2")
        meet(database, examined)
    examined.result(10)
    assert outcome(database) == (ReviewState.OPEN, [SHA256])


def test_a_declaration_of_the_same_moment_leaves_a_reported_case_open(
    database: Database, client_id: str, aside: ThreadPoolExecutor
) -> None:
    submission_id = submit(database, client_id, Declared.AI)
    examine(database, take(database, submission_id), Finding.UNCERTAIN)
    with database.writing() as session:
        session.execute(update(Client).values(declared_ai_share=0))

    def declare() -> None:
        with database.writing() as session:
            apply_declarations(session, SHA256, at=now())

    with database.writing() as session:
        report(session, submission_id)
        declared = aside.submit(declare)
        meet(database, declared)
    declared.result(10)
    assert outcome(database) == (ReviewState.OPEN, [SHA256])


def test_a_report_and_a_new_verdict_of_the_same_moment_do_not_wait_for_each_other(
    database: Database, client_id: str, aside: ThreadPoolExecutor
) -> None:
    submission_id = submit(database, client_id)
    examine(database, take(database, submission_id), Finding.UNCERTAIN)

    def report_it() -> None:
        with database.writing() as session:
            report(session, submission_id, URL_SHA256)

    with judging_again(database, Finding.CLEAR, "m2"):
        reported = aside.submit(report_it)
        meet(database, reported)
    reported.result(10)
    assert outcome(database) == (ReviewState.OPEN, [SHA256])


def test_an_undo_of_the_same_moment_leaves_a_reported_case_open(
    database: Database, client_id: str, aside: ThreadPoolExecutor
) -> None:
    submission_id = submit(database, client_id)
    examine(database, take(database, submission_id))
    with database.writing() as session:
        aiko = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator.id
        seen = Seen(SHA256, session.get_one(Image, SHA256).verdict_id or "", None)
        decided = decide(session, seen, moderator_id=aiko, outcome=Outcome.HUMAN, note="", at=now())

    def undo_it() -> None:
        with database.writing() as session:
            undo(session, decided, moderator_id=aiko, at=now())

    with database.writing() as session:
        report(session, submission_id)
        undone = aside.submit(undo_it)
        meet(database, undone)
    undone.result(10)
    assert outcome(database) == (ReviewState.OPEN, [SHA256])
