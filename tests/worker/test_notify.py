"""Call backs: signed, in order, again until they arrive, and nobody waits for another's receiver."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook

from core.clock import now
from core.setting_values import FetchAllow
from core.vocabulary import (
    EventKind,
    Failure,
    FailureCode,
    Finding,
    Judgement,
    Label,
    Outcome,
    Role,
    Scheme,
    Source,
)
from store.blobs import FolderBlobs
from store.claims import claim, finish_examined, finish_failed, release_expired
from store.client_events import list_events, place_events
from store.client_tables import Client
from store.clients import NewClient, add_client, add_secret, retire_secrets
from store.database import Database
from store.decisions import Seen, decide, undo
from store.endpoints import enable_endpoint, list_attempts, move_endpoint, replay, replay_exhausted, send_test
from store.images import ImageFacts, find_image, record_verdict
from store.marketplace_tables import Callback, CallbackState, ClientEvent, Endpoint
from store.moderators import add_moderator
from store.purge import purge
from store.submissions import Request, add_submission
from tests.conftest import SECRET_KEY
from tests.servers import Asked, Reply, Server
from tests.worker.outside import LOOPBACK
from worker.callback_schedule import MAX_TRIES, PAUSES
from worker.fetch_error import FetchError
from worker.notify import Notifier
from worker.notify_forever import notify_forever
from worker.post import Answered, Poster

URL = "https://shop.example/kantei"
LEASE = timedelta(seconds=30)


@dataclass
class FakePoster:
    """A receiver that answers as it is told to, and remembers."""

    answer: Callable[[str, bytes], Answered] = lambda _url, _body: Answered(204, "", None)
    posts: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        self.posts.append((url, body, headers))
        return self.answer(url, body)

    @property
    def told(self) -> list[int]:
        return [json.loads(body)["sequence"] for _, body, _ in self.posts]


@pytest.fixture
def poster() -> FakePoster:
    return FakePoster()


@pytest.fixture
def notifier(database: Database, poster: FakePoster) -> Notifier:
    return Notifier(database, poster, SECRET_KEY)


@pytest.fixture
def shop(database: Database) -> NewClient:
    return add_shop(database, URL)


def add_shop(
    database: Database, url: str | None, scheme: Scheme = Scheme.STANDARD, secret: str | None = None
) -> NewClient:
    with database.writing() as session:
        return add_client(
            session,
            name="Shop",
            source=Source.MARKETPLACE,
            scheme=scheme,
            callback_url=url,
            webhook_secret=secret,
            secret_key=SECRET_KEY,
        )


def submit(database: Database, shop: NewClient, **fields: str) -> str:
    with database.writing() as session:
        row = add_submission(
            session, shop.client.id, Request(Source.API, image_url="https://a.example/", **fields)
        )
        session.flush()
        return row.id


def examine(database: Database, shop: NewClient, sha256: str = "a" * 64, **fields: str) -> str:
    submission_id = submit(database, shop, **fields)
    with database.writing() as session:
        held = claim(session, submission_id, lease=LEASE, at=now())
        assert held is not None
        verdict_id = record_verdict(
            session,
            ImageFacts(sha256, 8, 8, "png", 80),
            score=0.9,
            model="test",
            judgement=Judgement(Finding.FLAGGED, Label.AI, "1", ("It looks generated.",)),
            evidence=(),
        )
        finish_examined(session, held, image_sha256=sha256, verdict_id=verdict_id, at=now())
    return submission_id


def fail(database: Database, shop: NewClient, **fields: str) -> str:
    submission_id = submit(database, shop, **fields)
    with database.writing() as session:
        held = claim(session, submission_id, lease=LEASE, at=now())
        assert held is not None
        finish_failed(session, held, Failure(FailureCode.GONE, "It is gone.", permanent=True), at=now())
    return submission_id


def run(notifier: Notifier) -> None:
    """Make every call that is due."""
    notifier.place()
    while (turn := notifier.claim()) is not None:
        notifier.take(turn)


def hurry(database: Database) -> None:
    """Let the time pass until everything that waits is due."""
    with database.writing() as session:
        session.execute(update(Callback).values(due_at=now() - timedelta(seconds=1)))
        session.execute(update(Endpoint).values(due_at=now(), paused_until=None))


def endpoint_of(database: Database) -> Endpoint:
    with database.reading() as session:
        return session.scalars(select(Endpoint)).one()


def callbacks_of(database: Database) -> list[Callback]:
    with database.reading() as session:
        return list(session.scalars(select(Callback).order_by(Callback.position)))


def test_a_verdict_is_told_signed(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    submission_id = examine(database, shop, listing_id="L-1")
    run(notifier)
    ((url, body, headers),) = poster.posts
    assert url == URL
    told = Webhook(shop.webhook_secret).verify(body, dict(headers))
    assert (told["type"], told["sequence"]) == ("submission.examined", 1)
    assert told["id"] == headers["webhook-id"]
    assert told["data"]["id"] == submission_id
    assert told["data"]["listing_id"] == "L-1"
    assert told["data"]["verdict"]["finding"] == "flagged"
    assert told["data"]["decision"] is None
    (callback,) = callbacks_of(database)
    assert callback.state is CallbackState.DELIVERED
    run(notifier)
    assert len(poster.posts) == 1


def test_failures_decisions_and_their_undoing_are_told_in_order(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    fail(database, shop)
    examine(database, shop)
    with database.writing() as session:
        person = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator
        image = find_image(session, "a" * 64)
        assert image is not None
        assert image.verdict_id is not None
        seen = Seen(image.sha256, image.verdict_id, None)
        decision_id = decide(session, seen, moderator_id=person.id, outcome=Outcome.HUMAN, note="", at=now())
    examine(database, shop)
    with database.writing() as session:
        undo(session, decision_id, moderator_id=person.id, at=now())
    run(notifier)
    events = [json.loads(body) for _, body, _ in poster.posts]
    assert [event["type"] for event in events] == [
        "submission.failed",
        "submission.examined",
        "decision.made",
        "submission.examined",
        *["decision.made"] * 2,
    ]
    assert events[0]["data"]["failure"]["code"] == "gone"
    outcomes = [event["data"]["decision"] and event["data"]["decision"]["outcome"] for event in events]
    assert outcomes == [None, None, "human", "human", None, None]
    assert poster.told == [1, 2, 3, 4, 5, 6]


def test_a_worker_that_died_each_time_is_told_too(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    submission_id = submit(database, shop)
    for _ in range(3):
        with database.writing() as session:
            assert claim(session, submission_id, lease=timedelta(seconds=-1), at=now()) is not None
        with database.writing() as session:
            release_expired(session, now())
    run(notifier)
    assert json.loads(poster.posts[0][1])["data"]["failure"]["code"] == "crashed_worker"


def test_the_address_of_the_submission_goes_before_the_clients(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    fail(database, shop, callback_url="https://other.example/")
    fail(database, shop)
    run(notifier)
    assert sorted(url for url, _, _ in poster.posts) == ["https://other.example/", URL]


def test_without_an_address_events_are_kept_and_nobody_is_called(
    database: Database, notifier: Notifier, poster: FakePoster
) -> None:
    quiet = add_shop(database, None)
    fail(database, quiet)
    run(notifier)
    assert poster.posts == []
    with database.reading() as session:
        (event,) = list_events(session, quiet.client.id, after=0, limit=10)
    assert (event.kind, event.position) == (EventKind.SUBMISSION_FAILED, 1)


def test_two_live_secrets_give_two_signatures(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    with database.writing() as session:
        newer = add_secret(session, shop.client.id, None, SECRET_KEY)
    fail(database, shop)
    run(notifier)
    _, body, headers = poster.posts[-1]
    for secret in (shop.webhook_secret, newer):
        Webhook(secret).verify(body, dict(headers))
    with database.writing() as session:
        retire_secrets(session, shop.client.id, now())
    fail(database, shop)
    run(notifier)
    assert " " not in poster.posts[-1][2]["webhook-signature"]
    Webhook(newer).verify(poster.posts[-1][1], dict(poster.posts[-1][2]))


def test_a_shops_call_back_is_signed_with_the_characters_of_its_secret(
    database: Database, notifier: Notifier, poster: FakePoster
) -> None:
    fail(database, add_shop(database, URL, Scheme.SHOPIFY, "their own"))
    run(notifier)
    _, body, headers = poster.posts[0]
    Webhook(b"their own").verify(body, dict(headers))


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
        raise FetchError(FailureCode.TIMED_OUT, "shop.example did not answer.", is_permanent=False)

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
    first = notifier.claim()
    assert first is not None
    assert notifier.claim() is None, "one turn at a time"
    with database.writing() as session:
        session.execute(update(Endpoint).values(claimed_until=now() - timedelta(seconds=1)))
    second = notifier.claim()
    assert second is not None
    notifier.take(first)
    assert callbacks_of(database)[0].tries == 0
    notifier.take(second)
    assert poster.told == [1, 1]
    assert callbacks_of(database)[0].state is CallbackState.DELIVERED


def test_places_are_given_once_whoever_asks_at_the_same_time(database: Database, shop: NewClient) -> None:
    for _ in range(40):
        fail(database, shop)

    def place() -> None:
        for _ in range(5):
            with database.writing() as session:
                place_events(session, shop.client.id)

    threads = [threading.Thread(target=place) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        places = list(session.scalars(select(ClientEvent.position).order_by(ClientEvent.id)))
    assert places == list(range(1, 41))


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


def test_a_client_without_a_secret_is_not_called_unsigned(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    with database.writing() as session:
        add_secret(session, shop.client.id, None, SECRET_KEY)
        retire_secrets(session, shop.client.id, now(), all_of_them=True)
    fail(database, shop)
    run(notifier)
    assert poster.posts == []
    assert callbacks_of(database)[0].tries == 1


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


def test_a_private_address_is_never_called(sqlite_database: Database, dialled: list[object]) -> None:
    with Poster(allow=FetchAllow(), ports=frozenset({80}), timeout=2) as poster:
        fail(sqlite_database, add_shop(sqlite_database, "http://169.254.169.254/"))
        run(Notifier(sqlite_database, poster, SECRET_KEY))
    (callback,) = callbacks_of(sqlite_database)
    assert (callback.state, callback.tries, dialled) == (CallbackState.WAITING, 1, [])
    with sqlite_database.reading() as session:
        (attempt,) = list_attempts(session, callback.event_id)
    assert attempt.failure is not None
    assert attempt.failure.startswith("unsafe_address")


def test_events_are_forgotten_with_their_submissions(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient, blobs: FolderBlobs
) -> None:
    poster.answer = lambda _url, _body: Answered(500, "", None)
    fail(database, shop)
    run(notifier)
    done = purge(database, blobs, at=now() + timedelta(days=2), retention=timedelta(days=1))
    assert done.submissions == 1
    hurry(database)
    run(notifier)
    assert (callbacks_of(database), len(poster.posts)) == ([], 1)
    fail(database, shop)
    run(notifier)
    assert poster.told[-1] == 2, "numbers are never given twice"


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
