"""Named queues are counted together, and for everybody, every few seconds."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from core.clock import now
from core.vocabulary import Finding, Source, State
from store.base.database import Database
from store.clients.clients import NewClient
from store.desk import queue_counts
from store.desk.queue_counts import PATIENCE, VALIDITY, NamedCounts
from store.desk.queue_filter import QueueFilter, Viewer
from store.desk.review_queue import list_digests
from store.tables.case_tables import Image
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

QUEUES = {
    "all": QueueFilter(),
    "flagged": QueueFilter(finding=Finding.FLAGGED),
    "by a shop": QueueFilter(source=Source.MARKETPLACE),
    "both": QueueFilter(source=Source.MARKETPLACE, finding=Finding.FLAGGED),
    "all again": QueueFilter(),
}


def _store(database: Database, shop: NewClient, numbers: range) -> None:
    """Store cases: every second one flagged, every third one of a shop, every fifth one decided."""
    same = {"width": 1, "height": 1, "format": "png", "bytes": 1}
    with database.writing() as session:
        images = [
            {
                "sha256": f"{number:064x}",
                "review": ReviewState.OPEN if number % 5 else ReviewState.CLOSED,
                "finding": Finding.UNCERTAIN if number % 2 else Finding.FLAGGED,
                **same,
            }
            for number in numbers
        ]
        submissions = [
            {
                "client_id": shop.client.id,
                "source": Source.API if number % 3 else Source.MARKETPLACE,
                "state": State.EXAMINED,
                "image_sha256": f"{number:064x}",
            }
            for number in numbers
        ]
        session.execute(insert(Image), images)
        session.execute(insert(Submission), submissions)


def test_queues_are_counted_in_one_query_and_again_after_a_while(database: Database, shop: NewClient) -> None:
    time, asked = 0.0, []
    counts, viewer = NamedCounts(clock=lambda: time), Viewer("0" * 32, now())
    _store(database, shop, range(30))
    with database.reading() as session:
        each = {name: len(list_digests(session, wanted, viewer)) for name, wanted in QUEUES.items()}

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def read() -> dict[str, int]:
        with database.reading() as session:
            session.connection()  # what a connection begins with is no question
            asked.clear()
            return counts.read(session, QUEUES, viewer)

    event.listen(database.engine, "before_cursor_execute", note)
    assert read() == each
    assert each == {"all": 24, "flagged": 12, "by a shop": 8, "both": 4, "all again": 24}
    assert len(asked) == 1
    _store(database, shop, range(30, 60))
    assert read() == each
    assert asked == []
    time += VALIDITY
    assert read() == {name: 2 * count for name, count in each.items()}
    assert len(asked) == 1
    event.remove(database.engine, "before_cursor_execute", note)


class Counter:
    """Counts as many cases as it was asked times, and takes as long as the test wants."""

    def __init__(self) -> None:
        self.time, self.asked, self.fails = 0.0, 0, False
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()
        self.counts = NamedCounts(clock=lambda: self.time)

    def count_each(self, _session: Session, wanted: list[QueueFilter], _viewer: Viewer) -> list[int]:
        self.asked += 1
        found, fails = self.asked, self.fails
        self.begun.set()
        assert self.may_end.wait(10)
        if fails:
            raise ConnectionError
        return [found] * len(wanted)

    def read(self) -> int:
        return self.counts.read(Session(), {"all": QueueFilter()}, Viewer("0" * 32, now()))["all"]

    @contextmanager
    def counting(self) -> Iterator[tuple[ThreadPoolExecutor, Future[int]]]:
        """While one thread counts; at the end it may finish."""
        self.begun.clear()
        self.may_end.clear()
        with ThreadPoolExecutor(4) as threads:
            try:
                first = threads.submit(self.read)
                assert self.begun.wait(10)
                yield threads, first
            finally:
                self.may_end.set()


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    made = Counter()
    monkeypatch.setattr(queue_counts, "count_each", made.count_each)
    return made


def test_one_counts_and_those_who_know_no_count_wait_for_it(counter: Counter) -> None:
    with counter.counting() as (threads, first):
        others = [threads.submit(counter.read) for _ in range(3)]
        with pytest.raises(TimeoutError):
            others[-1].result(0.2)
    assert [one.result() for one in (first, *others)] == [1, 1, 1, 1]
    assert counter.asked == 1


def test_while_one_counts_again_others_are_shown_the_last_count(counter: Counter) -> None:
    assert counter.read() == 1
    counter.time += VALIDITY
    with counter.counting() as (threads, first):
        assert threads.submit(counter.read).result(5) == 1
    assert first.result() == 2
    assert (counter.read(), counter.asked) == (2, 2)


def test_a_count_of_long_ago_is_not_shown(counter: Counter) -> None:
    assert counter.read() == 1
    counter.time += 100 * VALIDITY
    with counter.counting() as (threads, first):
        other = threads.submit(counter.read)
        with pytest.raises(TimeoutError):
            other.result(0.2)
    assert (first.result(), other.result()) == (2, 2)


def test_after_a_count_that_failed_the_next_counts_at_once(counter: Counter) -> None:
    begun_at, counter.fails = monotonic(), True
    with counter.counting() as (threads, first):
        counter.fails = False
        other = threads.submit(counter.read)
        with pytest.raises(TimeoutError):
            other.result(0.2)
    with pytest.raises(ConnectionError):
        first.result()
    assert (other.result(), counter.read()) == (2, 2)
    assert monotonic() - begun_at < PATIENCE


def test_no_one_waits_for_another_for_ever(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_counts, "PATIENCE", 0.05)
    with counter.counting() as (threads, first):
        counter.begun.clear()
        other = threads.submit(counter.read)
        assert counter.begun.wait(10)
    assert (first.result(), other.result()) == (1, 2)
