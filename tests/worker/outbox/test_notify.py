"""Call backs: what they tell, signed, in order, and to whom."""

import json
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from core.clock import now
from core.settings.setting_values import FetchAllow
from core.vocabulary import (
    EventKind,
    Outcome,
    Role,
    Scheme,
)
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient, add_secret, retire_secrets
from store.desk.decisions import Seen, decide, undo
from store.intake.claim_ends import release_expired
from store.intake.claims import claim
from store.outbox.client_events import list_events, place_events
from store.outbox.endpoints import list_attempts
from store.people.moderators import add_moderator
from store.retention.purge import purge_expired
from store.tables.marketplace_tables import CallbackState, ClientEvent
from store.verdicts.images import find_image
from tests.clients import SECRET_KEY
from tests.reporting import report
from tests.worker.outbox.telling import (
    URL,
    FakePoster,
    add_shop,
    callbacks_of,
    examine,
    fail,
    hurry,
    run,
    submit,
)
from worker.outbound.post import Answered, Poster
from worker.outbox.notify import Notifier


@pytest.fixture
def shop(database: Database) -> NewClient:
    return add_shop(database, URL)


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


def test_failures_and_decisions_are_told_in_order_and_what_was_undone_never(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    fail(database, shop)
    examine(database, shop)
    with database.writing() as session:
        person = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator

    def rule(outcome: Outcome) -> str:
        with database.writing() as session:
            image = find_image(session, "a" * 64)
            assert image is not None
            assert image.verdict_id is not None
            seen = Seen(image.sha256, image.verdict_id, image.decision_id)
            return decide(session, seen, moderator_id=person.id, outcome=outcome, note="", at=now())

    undone = rule(Outcome.AI)
    examine(database, shop)
    run(notifier)
    with database.writing() as session:
        undo(session, undone, moderator_id=person.id, at=now())
    report(database)
    rule(Outcome.HUMAN)
    report(database)
    run(notifier)
    rule(Outcome.ESCALATE)
    report(database)
    run(notifier)
    events = [json.loads(body) for _, body, _ in poster.posts]
    assert [event["type"] for event in events] == [
        "submission.failed",
        *["submission.examined"] * 2,
        *["decision.made"] * 2,
        *["decision.withdrawn"] * 2,
    ]
    assert events[0]["data"]["failure"]["code"] == "gone"
    assert events[0]["data"]["failure"]["reason_code"] == "picture_not_there"
    assert [one["code"] for one in events[1]["data"]["verdict"]["reason_codes"]] == ["pixels_flagged"]
    outcomes = [event["data"]["decision"] and event["data"]["decision"]["outcome"] for event in events]
    assert outcomes == [None, None, None, "human", "human", "escalate", "escalate"]
    assert poster.told == [1, 2, 3, 4, 5, 6, 7]


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


def test_who_is_called_is_not_kept_waiting_by_who_is_not(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient
) -> None:
    quiet = add_shop(database, None)
    fail(database, quiet)
    assert notifier.place(called=True) == 0
    fail(database, quiet, callback_url="https://other.example/")
    fail(database, shop)
    # A client's places have no gaps: with the event that is called, the one before it.
    assert notifier.place(called=True) == 3
    run(notifier)
    assert sorted(url for url, _, _ in poster.posts) == ["https://other.example/", URL]


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


def test_a_private_address_is_never_called(sqlite_database: Database, dialled: list[object]) -> None:
    with closing(Poster(allow=FetchAllow(), ports=frozenset({80}), timeout=2)) as poster:
        fail(sqlite_database, add_shop(sqlite_database, "http://169.254.169.254/"))
        run(Notifier(sqlite_database, poster, SECRET_KEY))
    (callback,) = callbacks_of(sqlite_database)
    assert (callback.state, callback.tries, dialled) == (CallbackState.WAITING, 1, [])
    with sqlite_database.reading() as session:
        (attempt,) = list_attempts(session, callback.event_id)
    assert attempt.failure_reason is not None
    assert attempt.failure_reason["code"] == "address_refused"


def test_events_are_forgotten_with_their_submissions(
    database: Database, notifier: Notifier, poster: FakePoster, shop: NewClient, blobs: FolderBlobs
) -> None:
    poster.answer = lambda _url, _body: Answered(500, "", None)
    fail(database, shop)
    run(notifier)
    done = purge_expired(database, blobs, at=now() + timedelta(days=2), retention=timedelta(days=1))
    assert done.submissions == 1
    hurry(database)
    run(notifier)
    assert (callbacks_of(database), len(poster.posts)) == ([], 1)
    fail(database, shop)
    run(notifier)
    assert poster.told[-1] == 2, "numbers are never given twice"
