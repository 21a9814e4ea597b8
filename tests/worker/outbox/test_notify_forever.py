"""The threads that call: nobody waits for another's receiver, nor for a lease."""

import threading
import time

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from store.base.database import Database
from store.tables.marketplace_tables import CallbackState, ClientEvent
from tests.clients import SECRET_KEY
from tests.clocks import FakeClock, wait_until
from tests.servers import Asked, Reply, Server
from tests.worker.outbound.outside import LOOPBACK
from tests.worker.outbox.telling import (
    URL,
    FakePoster,
    add_shop,
    callbacks_of,
    endpoint_of,
    fail,
    hurry,
)
from worker.outbound.post import Answered, Poster
from worker.outbox.notify import Notifier
from worker.outbox.notify_forever import notify_forever


@pytest.mark.slow
def test_hanging_receivers_do_not_delay_another_client(sqlite_database: Database) -> None:
    database = sqlite_database
    with Server() as server:
        arrived, released = threading.Event(), threading.Event()

        def hang(_asked: Asked) -> Reply:
            released.wait(60)
            return Reply(b"late")

        def answer(_asked: Asked) -> Reply:
            arrived.set()
            return Reply(b"ok")

        server.view("/hang", hang)
        server.view("/well", answer)
        poster = Poster(allow=LOOPBACK, ports=frozenset({80}), timeout=30, per_host=32)
        notifier = Notifier(database, poster, SECRET_KEY)
        hung = [add_shop(database, server.url("/hang")) for _ in range(8)]
        stop, wake = threading.Event(), threading.Event()
        thread = threading.Thread(
            target=notify_forever, args=(notifier,), kwargs={"wake": wake, "stop": stop}
        )
        thread.start()
        try:
            for client in hung:
                fail(database, client)
                fail(database, client)
            wake.set()
            wait_until(lambda: len(server.asked) == 8, "eight receivers hang")
            fail(database, add_shop(database, server.url("/well")))
            wake.set()
            assert arrived.wait(10), "the eight would hang for thirty seconds"
        finally:
            released.set()
            stop.set()
            wake.set()
            thread.join()
            poster.close()


@pytest.mark.slow
def test_an_endpoint_comes_back_with_the_database_and_not_with_the_lease(sqlite_database: Database) -> None:
    poster, calls = FakePoster(), 0

    def lose_the_database(_url: str, _body: bytes) -> Answered:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OperationalError("update", None, ConnectionError("the server was restarted"))
        return Answered(204, "", None)

    poster.answer = lose_the_database
    fail(sqlite_database, add_shop(sqlite_database, URL))
    stop, wake = threading.Event(), threading.Event()
    notifier = Notifier(sqlite_database, poster, SECRET_KEY)
    notifier.place()
    thread = threading.Thread(target=notify_forever, args=(notifier,), kwargs={"wake": wake, "stop": stop})
    thread.start()
    try:
        until = time.monotonic() + 10  # the lease lasts sixty seconds
        while endpoint_of(sqlite_database).paused_until is None and time.monotonic() < until:
            time.sleep(0.05)
        endpoint = endpoint_of(sqlite_database)
        assert (endpoint.claim_id, endpoint.claimed_until) == (None, None)
        assert endpoint.paused_until is not None, "it rests, so that a fault that stays is no endless loop"
        hurry(sqlite_database)
        wake.set()
        while callbacks_of(sqlite_database)[0].state is CallbackState.WAITING and time.monotonic() < until:
            time.sleep(0.05)
        assert callbacks_of(sqlite_database)[0].state is CallbackState.DELIVERED
    finally:
        stop.set()
        wake.set()
        thread.join()


def test_who_is_not_called_has_its_events_placed_in_about_a_second(
    sqlite_database: Database, poster: FakePoster
) -> None:
    clock, quiet = FakeClock(), add_shop(sqlite_database, None)
    placed_at: list[float] = []

    class Late(Notifier):
        """Has an event to place as soon as it has looked once."""

        def place(self, *, called: bool = False) -> int:
            placed = super().place(called=called)
            if clock() == 0.0:
                fail(sqlite_database, quiet)
            elif placed:
                placed_at.append(clock())
            return placed

    wake = clock.event(set_after=0.0)  # others are examined all the time
    notify_forever(
        Late(sqlite_database, poster, SECRET_KEY), wake=wake, stop=clock.event(set_after=3), clock=clock
    )
    assert placed_at == [pytest.approx(1.05, abs=0.06)]
    with sqlite_database.reading() as session:
        assert session.scalars(select(ClientEvent.position)).one() == 1


def test_a_burst_of_examinations_costs_ten_looks_a_second(
    sqlite_database: Database, poster: FakePoster
) -> None:
    clock, looks = FakeClock(), []

    class Counting(Notifier):
        def place(self, *, called: bool = False) -> int:
            looks.append(clock())
            return super().place(called=called)

    wake = clock.event(set_after=0.0)
    notify_forever(
        Counting(sqlite_database, poster, SECRET_KEY),
        wake=wake,
        stop=clock.event(set_after=0.95),
        clock=clock,
    )
    assert looks == pytest.approx([0.1 * look for look in range(10)])


def test_a_database_that_is_down_is_looked_at_again_after_a_second(
    sqlite_database: Database, poster: FakePoster
) -> None:
    clock, looks = FakeClock(), []

    class Down(Notifier):
        def place(self, *, called: bool = False) -> int:
            looks.append(clock())
            raise OperationalError("select", None, ConnectionError("the server is down"))

    wake = clock.event(set_after=0.0)
    notify_forever(
        Down(sqlite_database, poster, SECRET_KEY), wake=wake, stop=clock.event(set_after=2.5), clock=clock
    )
    assert looks == pytest.approx([0.0, 1.0, 2.0])
