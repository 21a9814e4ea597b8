"""Listings that are deleted: what waits is called off, cases are closed, and nothing brings them back."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from core.vocabulary import Scheme, State
from store.base.database import Database
from store.tables.case_tables import Submission
from store.tables.marketplace_tables import ClientEvent
from store.tables.review_states import ReviewState
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
