"""One submission, many workers, one verdict."""

from datetime import timedelta
from random import Random
from string import ascii_letters
from typing import Any

import pytest
from sqlalchemy import event

from core.clock import now
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import Failure, FailureCode, Source, State
from store.base.database import Database
from store.clients.clients import NewClient
from store.intake.claim_ends import ClaimLostError, finish_failed, postpone, release, release_expired
from store.intake.claims import MAX_TRIES, claim
from store.intake.retries import retry_same_picture
from store.intake.submissions import SubmissionRequest, find_submission
from store.tables.submission_tables import Submission
from tests.submissions import add_submission

LEASE = timedelta(seconds=30)
GONE = Failure(FailureCode.GONE, say(FailureDetail.UPLOAD_NOT_STORED), permanent=True)


@pytest.fixture
def submission_id(database: Database, shop: NewClient) -> str:
    with database.writing() as session:
        submission = add_submission(
            session,
            shop.client.id,
            SubmissionRequest(source=Source.API, image_url="https://example.com/a.png"),
        )
        session.flush()
        return submission.id


def read(database: Database, submission_id: str) -> Submission:
    with database.reading() as session:
        found = find_submission(session, submission_id)
        assert found is not None
        return found


def test_of_two_workers_told_of_one_submission_one_claims_it(database: Database, submission_id: str) -> None:
    with database.writing_one() as session:
        first = claim(session, submission_id, lease=LEASE, at=now())
    with database.writing_one() as session:
        second = claim(session, submission_id, lease=LEASE, at=now())
    assert first is not None
    assert first.tries == 1
    assert second is None


def test_a_worker_whose_lease_ran_out_writes_nothing(database: Database, submission_id: str) -> None:
    with database.writing() as session:
        first = claim(session, submission_id, lease=LEASE, at=now())
    with database.writing() as session:
        second = claim(session, submission_id, lease=LEASE, at=now() + LEASE * 2)
    assert first is not None
    assert second is not None
    with pytest.raises(ClaimLostError), database.writing() as session:
        finish_failed(session, first, GONE, at=now())
    assert read(database, submission_id).state is State.PROCESSING
    with database.writing() as session:
        finish_failed(session, second, GONE, at=now())
    assert read(database, submission_id).failure_code is FailureCode.GONE


def test_a_submission_that_kills_every_worker_fails_as_crashed_worker(
    database: Database, submission_id: str
) -> None:
    at = now()
    for tries in range(1, MAX_TRIES + 1):
        with database.writing() as session:
            held = claim(session, submission_id, lease=LEASE, at=at)
            assert held is not None
            assert held.tries == tries
        at += LEASE * 2
        with database.writing() as session:
            waiting, failed = release_expired(session, at)
    assert (waiting, failed) == (0, [submission_id])
    found = read(database, submission_id)
    assert found.state is State.FAILED
    assert found.failure_code is FailureCode.CRASHED_WORKER
    assert found.failure_permanent is True


def test_a_release_that_does_not_count_leaves_every_try(database: Database, submission_id: str) -> None:
    for _ in range(MAX_TRIES + 1):
        with database.writing() as session:
            held = claim(session, submission_id, lease=LEASE, at=now())
            assert held is not None
            release(session, held, due_at=now(), counts=False)
    assert read(database, submission_id).tries == 0


def test_a_submission_is_not_claimed_before_it_is_due(database: Database, submission_id: str) -> None:
    with database.writing() as session:
        held = claim(session, submission_id, lease=LEASE, at=now())
        assert held is not None
        release(session, held, due_at=now() + timedelta(seconds=10))
    with database.writing() as session:
        assert claim(session, submission_id, lease=LEASE, at=now()) is None


def test_a_picture_that_is_got_is_not_looked_for_in_all_that_a_client_submitted(
    sqlite_database: Database,
) -> None:
    """Nor in all that waits, which is much where a host is down. SQLite chooses without figures."""
    with sqlite_database.writing() as session:
        asked: list[tuple[str, Any]] = []

        def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
            asked.append((statement, values))

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        retry_same_picture(session, "a client", "https://shop.example/a.png", at=now())
        event.remove(connection, "before_cursor_execute", note)
        ((statement, values),) = asked
        plan = connection.exec_driver_sql(f"explain query plan {statement}", values).all()
    assert ["ix_submissions_retried_url" in str(row) for row in plan] == [True]


def test_the_longest_address_waits_for_another_try_and_is_found(database: Database, shop: NewClient) -> None:
    """A tree of PostgreSQL's takes no more than 2,704 bytes, and letters at random cannot be compressed."""
    url = f"https://example.com/{''.join(Random(0).choices(ascii_letters, k=8172))}"
    failure = Failure(FailureCode.TIMED_OUT, say(FailureDetail.UPLOAD_NOT_STORED), permanent=False)
    with database.writing_one() as session:
        request = SubmissionRequest(source=Source.API, image_url=url)
        submission_id = add_submission(session, shop.client.id, request).id
    at = now()
    with database.writing() as session:
        held = claim(session, submission_id, lease=LEASE, at=at)
        assert held is not None
        postpone(session, held, failure, at=at, retry_at=at + timedelta(minutes=5))
    with database.writing() as session:
        retry_same_picture(session, shop.client.id, url, at=at)
    assert read(database, submission_id).retry_at == at
