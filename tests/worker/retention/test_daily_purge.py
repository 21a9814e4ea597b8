"""The sweeper purges once a day, whoever else does."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core.clock import now
from core.vocabulary import Source, State
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.intake.submissions import SubmissionRequest
from store.retention.purge import KeptFor, last_purge
from store.tables.review_tables import Event
from store.tables.submission_tables import Submission
from tests.submissions import add_submission
from worker.retention import daily_purge
from worker.retention.daily_purge import DailyPurge, purge_daily


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def purge(database: Database, blobs: FolderBlobs, clock: Clock) -> DailyPurge:
    return DailyPurge(
        database, blobs, retention=timedelta(days=10), kept=KeptFor(log=timedelta(days=20)), clock=clock
    )


def test_old_submissions_go_once_the_settings_say_so(
    purge: DailyPurge, database: Database, shop: NewClient, clock: Clock
) -> None:
    with database.writing() as session:
        for days in (9, 11):
            row = add_submission(
                session, shop.client.id, SubmissionRequest(Source.API, image_url="https://a.example/1.png")
            )
            row.state, row.created_at = State.FAILED, clock.at - timedelta(days=days)
    assert purge.purge_if_due()
    with database.reading() as session:
        assert [row.created_at for row in session.scalars(select(Submission))] == [
            clock.at - timedelta(days=9)
        ]
        (event,) = session.scalars(select(Event).where(Event.kind == "purged"))
        assert (event.detail["by"], event.detail["submissions"]) == ("sweeper", 1)


def test_it_purges_once_a_day_however_often_it_looks(
    purge: DailyPurge, database: Database, blobs: FolderBlobs, clock: Clock
) -> None:
    other = DailyPurge(
        database, blobs, retention=timedelta(days=10), kept=KeptFor(log=timedelta(days=20)), clock=clock
    )
    done = []
    for _ in range(4 * 24):
        done += [purge.purge_if_due(), other.purge_if_due()]
        clock.at += timedelta(minutes=30)
    assert sum(done) == 2
    with database.reading() as session:
        last = last_purge(session)
    assert last is not None
    assert clock.at - last <= timedelta(days=1)


def test_a_purge_that_failed_is_tried_again(
    purge: DailyPurge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise OperationalError("", None, Exception("gone"))

        patch.setattr(daily_purge, "purge_expired", fail)
        assert not purge.purge_if_due()
    assert "purge failed: OperationalError" in caplog.text
    assert purge.purge_if_due()


def test_the_thread_looks_until_it_is_stopped(
    purge: DailyPurge, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_purge, "LOOK", 0.001)
    stop, looked = threading.Event(), threading.Event()
    real = purge.purge_if_due

    def note() -> bool:
        done = real()
        looked.set()
        return done

    monkeypatch.setattr(purge, "purge_if_due", note)
    thread = purge_daily(purge, stop)
    assert looked.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    with database.reading() as session:
        assert last_purge(session) is not None
