"""The threads that call: nobody waits for another's receiver, nor for a lease."""

import threading
import time

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from store.base.database import Database
from store.tables.marketplace_tables import CallbackState, ClientEvent
from tests.clients import SECRET_KEY
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


def test_hanging_receivers_do_not_delay_another_client(sqlite_database: Database) -> None:
    database = sqlite_database
    with Server() as server:
        server.script("/hang", lambda talk: talk.pause(30))
        arrived = threading.Event()

        def answer(_asked: Asked) -> Reply:
            arrived.set()
            return Reply(b"ok")

        server.view("/well", answer)
        poster = Poster(allow=LOOPBACK, ports=frozenset({80}), timeout=2, per_host=32)
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
            time.sleep(0.5)
            began = time.monotonic()
            fail(database, add_shop(database, server.url("/well")))
            wake.set()
            assert arrived.wait(20)
            # One after the other, the eight would have taken sixteen seconds.
            assert time.monotonic() - began < 8
        finally:
            stop.set()
            wake.set()
            thread.join()
            poster.close()


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


def test_who_is_not_called_has_its_events_placed_within_a_second_or_two(
    sqlite_database: Database, poster: FakePoster
) -> None:
    stop, wake = threading.Event(), threading.Event()
    notifier = Notifier(sqlite_database, poster, SECRET_KEY)
    thread = threading.Thread(target=notify_forever, args=(notifier,), kwargs={"wake": wake, "stop": stop})
    thread.start()
    try:
        quiet = add_shop(sqlite_database, None)
        time.sleep(0.3)
        fail(sqlite_database, quiet)
        until, place = time.monotonic() + 10, None
        while place is None and time.monotonic() < until:
            wake.set()  # others are examined all the time
            time.sleep(0.05)
            with sqlite_database.reading() as session:
                place = session.scalars(select(ClientEvent.position)).one()
        assert place == 1
    finally:
        stop.set()
        wake.set()
        thread.join()


def test_a_burst_of_examinations_costs_few_looks(sqlite_database: Database, poster: FakePoster) -> None:
    looks: list[float] = []

    class Counting(Notifier):
        def place(self, *, called: bool = False) -> int:
            looks.append(time.monotonic())
            return super().place(called=called)

    stop, wake = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=notify_forever,
        args=(Counting(sqlite_database, poster, SECRET_KEY),),
        kwargs={"wake": wake, "stop": stop},
    )
    thread.start()
    try:
        began = time.monotonic()
        while time.monotonic() - began < 0.6:
            wake.set()
            time.sleep(0.005)
        assert 2 <= len(looks) <= 9
    finally:
        stop.set()
        wake.set()
        thread.join()
