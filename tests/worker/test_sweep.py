"""Nothing accepted is lost: what is overdue is sent again, what is dropped is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.broker.bell import CALLBACKS_DUE, BellListener
from core.broker.queue import DEPTH_LIMIT
from core.clock import now
from core.vocabulary import Priority, Source, State
from store.base.database import Database
from store.clients.clients import NewClient
from store.intake.claims import claim
from store.intake.submissions import SubmissionRequest, find_submission
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.submissions import add_submission
from worker.sweep import Swept, sweep_once

LEASE = timedelta(seconds=30)


@dataclass
class FakeSender:
    """A broker that remembers what it was handed."""

    depth: int = 0
    sent: list[tuple[str, Priority]] = field(default_factory=list)

    def send(self, submission_ids: Sequence[str], priority: Priority) -> int:
        self.sent += [(submission_id, priority) for submission_id in submission_ids]
        return len(submission_ids)

    def room(self, priority: Priority) -> int:
        return DEPTH_LIMIT - self.depth

    def ask_heatmap(self, verdict_id: str) -> None:
        """Never asked here."""

    def ask_outside(self, check_id: str) -> None:
        """Send nothing: no test waits for a service here."""


@dataclass
class FakeBell:
    """A bell that remembers for whom it rang."""

    rang: list[str] = field(default_factory=list)

    def ring(self, submission_id: str) -> None:
        self.rang.append(submission_id)

    def listen(self, listener: BellListener) -> None:
        """Never asked here."""


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
def bell() -> FakeBell:
    return FakeBell()


def add(
    database: Database, shop: NewClient, *, age: timedelta = timedelta(minutes=1), **values: object
) -> str:
    with database.writing() as session:
        submission = add_submission(
            session, shop.client.id, SubmissionRequest(Source.API, image_url="https://a.example/")
        )
        submission.due_at = now() - age
        for name, value in values.items():
            setattr(submission, name, value)
        session.flush()
        return submission.id


def read(database: Database, submission_id: str) -> Submission:
    with database.reading() as session:
        found = find_submission(session, submission_id)
        assert found is not None
        return found


def test_a_submission_whose_message_was_lost_is_sent_again(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    lost = add(database, shop, sent_at=now() - timedelta(seconds=10))
    urgent = add(database, shop, priority=Priority.HIGH)
    assert sweep_once(database, sender, bell) == Swept(0, 0, 2)
    assert sender.sent == [(urgent, Priority.HIGH), (lost, Priority.NORMAL)]


def test_a_failure_whose_next_try_is_due_is_sent_once_a_minute(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    due, later = add(database, shop), add(database, shop)
    moments = {due: now() - timedelta(seconds=1), later: now() + timedelta(minutes=5)}
    with database.writing() as session:
        for submission_id, retry_at in moments.items():
            row = session.get_one(Submission, submission_id)
            row.state, row.failing_since, row.retry_at, row.sent_at = State.FAILED, now(), retry_at, None
    assert sweep_once(database, sender, bell).sent == 1
    assert sender.sent == [(due, Priority.NORMAL)]
    assert sweep_once(database, sender, bell).sent == 0
    with database.writing() as session:
        session.get_one(Submission, due).sent_at = now() - timedelta(seconds=61)
    assert sweep_once(database, sender, bell).sent == 1


def test_what_was_just_sent_is_not_sent_twice(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    add(database, shop)
    sweep_once(database, sender, bell)
    assert sweep_once(database, sender, bell).sent == 0
    assert len(sender.sent) == 1


def test_a_submission_that_is_not_due_waits(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    add(database, shop, age=-timedelta(minutes=1))
    assert sweep_once(database, sender, bell).sent == 0


def test_a_long_queue_is_fed_only_as_room_appears(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    for _ in range(5):
        add(database, shop)
    sender.depth = DEPTH_LIMIT - 2
    assert sweep_once(database, sender, bell).sent == 2
    sender.depth = DEPTH_LIMIT
    assert sweep_once(database, sender, bell).sent == 0


def test_while_others_wait_in_the_broker_a_message_counts_as_lost_after_a_minute_only(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    sender.depth = 1
    add(database, shop, sent_at=now() - timedelta(seconds=10))
    old = add(database, shop, sent_at=now() - timedelta(minutes=2))
    sweep_once(database, sender, bell)
    assert [submission_id for submission_id, _ in sender.sent] == [old]


def test_a_claim_whose_worker_died_is_taken_back_and_sent(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    dropped = add(database, shop)
    with database.writing() as session:
        claim(session, dropped, lease=LEASE, at=now() - LEASE * 2)
    assert sweep_once(database, sender, bell).taken_back == 1
    assert read(database, dropped).state is State.QUEUED
    assert bell.rang == []


def test_the_last_worker_that_dies_ends_the_submission_and_rings(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    poison = add(database, shop, tries=2)
    with database.writing() as session:
        claim(session, poison, lease=LEASE, at=now() - LEASE * 2)
    assert sweep_once(database, sender, bell).failed == 1
    assert read(database, poison).state is State.FAILED
    assert bell.rang == [poison, CALLBACKS_DUE]
    assert sender.sent == []


def test_a_flood_does_not_keep_another_clients_one_waiting(
    database: Database, sender: FakeSender, bell: FakeBell, shop: NewClient
) -> None:
    for _ in range(50):
        add(database, shop, age=timedelta(minutes=5))
    other = make_client(database, "Other")
    single = add(database, other, age=timedelta(seconds=1))
    sender.depth = DEPTH_LIMIT - 10
    sweep_once(database, sender, bell)
    assert len(sender.sent) == 10
    assert (single, Priority.NORMAL) in sender.sent[:2]


def test_a_clock_that_is_set_back_delays_nothing(
    database: Database, shop: NewClient, sender: FakeSender, bell: FakeBell
) -> None:
    # What was stored, sent and claimed before a clock was set back by two hours.
    ahead = now() + timedelta(hours=2)
    waiting = add(database, shop, age=-timedelta(hours=2), sent_at=ahead)
    claimed = add(database, shop)
    with database.writing() as session:
        assert claim(session, claimed, lease=LEASE, at=ahead) is not None
    assert sweep_once(database, sender, bell).taken_back == 1
    assert {submission_id for submission_id, _ in sender.sent} == {waiting, claimed}
    with database.writing() as session:
        assert claim(session, waiting, lease=LEASE, at=now()) is not None
