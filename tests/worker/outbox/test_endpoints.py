"""Endpoints of call backs: called again by the schedule, left to rest, disabled, and no other's burden."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.clock import now
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import (
    FailureCode,
)
from store.base.database import Database
from store.clients.clients import NewClient
from store.outbox.endpoints import (
    enable_endpoint,
    list_attempts,
    move_endpoint,
    replay,
    replay_exhausted,
    send_test,
)
from store.tables.client_tables import Client
from store.tables.marketplace_tables import CallbackState, Endpoint
from tests.worker.outbox.telling import (
    URL,
    FakePoster,
    add_shop,
    callbacks_of,
    endpoint_of,
    fail,
    hurry,
    run,
)
from worker.outbound.fetch_error import FetchError
from worker.outbound.post import Answered
from worker.outbox.callback_schedule import MAX_TRIES, PAUSES
from worker.outbox.notify import Notifier


@pytest.fixture
def shop(database: Database) -> NewClient:
    return add_shop(database, URL)


@pytest.mark.slow
@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 503, 429])
def test_anything_but_2xx_is_tried_again_by_the_schedule(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient, status: int
) -> None:
    poster.answer = lambda _url, _body: Answered(status, "no", None)
    fail(database, shop)
    at = now()
    run(notifier)
    for tries, pause in enumerate(PAUSES, start=1):
        (callback,) = callbacks_of(database)
        assert (callback.tries, callback.state) == (tries, CallbackState.WAITING)
        assert pause <= callback.due_at - at <= 1.1 * pause + timedelta(seconds=20)
        run(notifier)
        assert len(poster.posts) == tries, "not before it is due"
        hurry(database)
        at = now()
        run(notifier)
    (callback,) = callbacks_of(database)
    assert (callback.tries, callback.state) == (MAX_TRIES, CallbackState.EXHAUSTED)
    assert len({headers["webhook-id"] for _, _, headers in poster.posts}) == 1
    assert len({body for _, body, _ in poster.posts}) == 1
    found = endpoint_of(database)
    assert found.disabled_reason == "failing"
    with database.reading() as session:
        attempts = list_attempts(session, callback.event_id)
    assert [attempt.status for attempt in attempts] == [status] * MAX_TRIES


def test_a_disabled_endpoint_keeps_its_calls_until_it_is_enabled(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    poster.answer = lambda _url, _body: Answered(410, "gone", None)
    fail(database, shop)
    run(notifier)
    fail(database, shop)
    hurry(database)
    run(notifier)
    assert len(poster.posts) == 1
    found = endpoint_of(database)
    assert found.disabled_reason == "gone"
    poster.answer = lambda _url, _body: Answered(200, "", None)
    with database.writing() as session:
        enable_endpoint(session, found.id, now())
    run(notifier)  # at once, whatever pause the calls had
    assert poster.told == [1, 1, 2]


def test_an_endpoint_that_gets_other_calls_is_not_disabled_for_one(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    poison = fail(database, shop)
    poster.answer = lambda _url, body: Answered(500 if poison.encode() in body else 200, "", None)
    for _ in range(MAX_TRIES):
        fail(database, shop)
        run(notifier)
        hurry(database)
    run(notifier)
    states = [callback.state for callback in callbacks_of(database)]
    assert states == [CallbackState.EXHAUSTED, *[CallbackState.DELIVERED] * MAX_TRIES]
    assert endpoint_of(database).disabled_at is None
    poster.answer = lambda _url, _body: Answered(200, "", None)
    with database.writing() as session:
        assert replay_exhausted(session, endpoint_of(database).id, now()) == 1
    run(notifier)
    assert callbacks_of(database)[0].state is CallbackState.DELIVERED


def test_retry_after_is_honoured_for_the_whole_endpoint(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    poster.answer = lambda _url, _body: Answered(429, "", 7200.0)
    fail(database, shop)
    fail(database, shop)
    run(notifier)
    assert len(poster.posts) == 1
    rests = endpoint_of(database).paused_until
    assert rests is not None
    assert rests - now() > timedelta(seconds=7000)
    assert callbacks_of(database)[0].due_at - now() > timedelta(seconds=7000)


def test_an_endpoint_that_does_not_answer_is_left_alone_with_all_its_calls(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    def hang(_url: str, _body: bytes) -> Answered:
        raise FetchError(
            FailureCode.TIMED_OUT, say(FailureDetail.HOST_TIMED_OUT, host="shop.example"), is_permanent=False
        )

    poster.answer = hang
    for _ in range(5):
        fail(database, shop)
    run(notifier)
    assert len(poster.posts) == 1
    assert [callback.tries for callback in callbacks_of(database)] == [1, 0, 0, 0, 0]
    poster.answer = lambda _url, _body: Answered(200, "", None)
    hurry(database)
    run(notifier)
    assert poster.told == [1, 1, 2, 3, 4, 5]
    assert endpoint_of(database).failures == 0


def test_a_turn_that_was_lost_writes_nothing_and_the_call_is_made_again(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    fail(database, shop)
    notifier.place()
    (first,) = notifier.claim()
    assert list(notifier.claim()) == [], "one turn at a time"
    with database.writing() as session:
        session.execute(update(Endpoint).values(claimed_until=now() - timedelta(seconds=1)))
    (second,) = notifier.claim()
    notifier.take(first)
    assert callbacks_of(database)[0].tries == 0
    notifier.take(second)
    assert poster.told == [1, 1]
    assert callbacks_of(database)[0].state is CallbackState.DELIVERED


def test_a_test_call_and_a_replay_go_out(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    with database.writing() as session:
        event_id = send_test(session, shop.client.id, now())
    run(notifier)
    with database.writing() as session:
        assert replay(session, event_id, now())
        assert not replay(session, "0" * 32, now())
    run(notifier)
    assert [json.loads(body)["type"] for _, body, _ in poster.posts] == ["endpoint.test"] * 2


def test_an_address_that_changed_gets_what_waits_for_the_old_one(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    poster.answer = lambda _url, _body: Answered(410, "", None)
    fail(database, shop)
    fail(database, shop)
    run(notifier)
    poster.answer = lambda _url, _body: Answered(200, "", None)
    with database.writing() as session:
        move_endpoint(session, session.get_one(Client, shop.client.id), "https://new.example/", now())
    run(notifier)
    fail(database, shop)
    run(notifier)
    assert [url for url, _, _ in poster.posts[1:]] == ["https://new.example/"] * 3
    assert poster.told[1:] == [1, 2, 3]
