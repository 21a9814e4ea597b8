"""Listings that are deleted: what waits is called off, cases are closed, and nothing brings them back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import now
from core.vocabulary import FailureCode, Scheme, State
from store.base.database import Database
from store.intake.retries import retry_now
from store.tables.marketplace_tables import ClientEvent
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image
from tests.api.conftest import Web, examine
from tests.api.v1.market.hooks import (
    add_market,
    deliver,
    listing,
    make_market,
    ok,
    product,
    shopify_headers,
    submissions,
)
from worker.market.kept_deliveries import take_in_kept

A, B, C = (f"https://cdn.example/{name}.png" for name in "abc")


@pytest.fixture
def market(web: Web, database: Database) -> Any:
    """Send standard deliveries to a market of their own."""
    return make_market(web, database)


def test_a_deleted_listing_calls_off_what_waits_and_closes_its_cases(
    market: Any, database: Database, web: Web
) -> None:
    ok(market(listing(A, B)))
    first, second = submissions(database)
    examine(database, first.id)
    assert review_of(database) is ReviewState.OPEN
    answer = ok(market(listing(type_="listing.deleted")))
    assert answer["detail"] == "The listing is deleted."
    assert review_of(database) is ReviewState.NONE
    with database.reading() as session:
        assert session.get_one(Submission, second.id).state is State.FAILED
        assert session.scalars(select(ClientEvent.submission_id)).all() == [second.id]
    shown = Web(web.client, market.key).get("/v1/listings/L-1").get_json()
    assert shown["deleted_at"] is not None
    ok(market(listing(A, B, type_="listing.updated")))
    assert review_of(database) is ReviewState.OPEN
    shown = Web(web.client, market.key).get("/v1/listings/L-1").get_json()
    assert shown["deleted_at"] is None
    # The one that was called off is looked at after all, the other keeps its verdict.
    assert [image["submission"]["state"] for image in shown["images"]] == ["examined", "queued"]
    assert len(submissions(database)) == 3


def fail(database: Database, submission_id: str) -> None:
    with database.writing() as session:
        row = session.get_one(Submission, submission_id)
        row.state, row.failure_code, row.failure_permanent = State.FAILED, FailureCode.GONE, False
        row.failing_since, row.retry_at = now(), now() + timedelta(minutes=9)


def test_a_delivery_that_names_a_failed_picture_again_tries_at_once(market: Any, database: Database) -> None:
    ok(market(listing(A, B)))
    first, second = submissions(database)
    fail(database, first.id)
    fail(database, second.id)
    ok(market(listing(A, type_="listing.updated")))
    first, second = submissions(database)
    assert first.retry_at is not None
    assert second.retry_at is not None
    assert first.retry_at <= now() < second.retry_at


def test_a_deleted_listing_ends_the_tries_of_what_failed(market: Any, database: Database) -> None:
    ok(market(listing(A)))
    fail(database, submissions(database)[0].id)
    ok(market(listing(type_="listing.deleted")))
    (row,) = submissions(database)
    assert (row.state, row.failure_permanent, row.retry_at) == (State.FAILED, True, None)
    with database.writing() as session:
        assert retry_now(session, [row.id], at=now(), permanent=True) == []


def test_news_kept_before_a_deletion_do_not_bring_the_listing_back(
    market: Any, database: Database, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("threading.BoundedSemaphore.acquire", lambda *_, **__: False)
        assert ok(market(listing(A)))["outcome"] == "kept"
    ok(market(listing(type_="listing.deleted")))
    assert take_in_kept(database) == 1
    assert submissions(database) == []
    shown = Web(web.client, market.key).get("/v1/listings/L-1").get_json()
    assert shown["deleted_at"] is not None


def test_a_case_stays_open_while_another_listing_shows_the_image(market: Any, database: Database) -> None:
    ok(market(listing(A)))
    ok(market(listing(A, id_="L-2")))
    for row in submissions(database):
        examine(database, row.id)
    ok(market(listing(type_="listing.deleted")))
    assert review_of(database) is ReviewState.OPEN
    ok(market(listing(type_="listing.deleted", id_="L-2")))
    assert review_of(database) is ReviewState.NONE


def review_of(database: Database) -> ReviewState:
    with database.reading() as session:
        image = find_image(session, "a" * 64)
        assert image is not None
        return image.review


def test_a_shops_old_delivery_under_the_topic_of_a_deletion_deletes_nothing(
    web: Web, database: Database
) -> None:
    made = add_market(database, Scheme.SHOPIFY)
    body = product(A)
    ok(deliver(web, made.client.id, body, shopify_headers(body)))
    answer = ok(deliver(web, made.client.id, body, shopify_headers(body, "products/delete")))
    assert answer["outcome"] == "unreadable"
    body = json.dumps({"id": 820982911946154508}).encode()
    ok(deliver(web, made.client.id, body, shopify_headers(body, "products/delete")))
    shown = Web(web.client, made.api_key).get("/v1/listings/820982911946154508").get_json()
    assert shown["deleted_at"] is not None
