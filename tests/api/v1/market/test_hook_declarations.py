"""Shops declare how pictures were made by tags and fields, and listings by a field."""

from typing import Any

import pytest
from sqlalchemy import select

from core.clock import now
from core.declarations import Declared
from core.vocabulary import EventKind, Scheme, Source
from store.base.database import Database
from store.clients.clients import NewClient
from store.intake.declared_queue import FIRST
from store.intake.submissions import SubmissionRequest
from store.outbox.client_events import NewEvent, add_events, place_events
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import ListingDeclaration
from tests.api.conftest import Web, examine, problem
from tests.api.v1.market.hooks import (
    add_market,
    deliver,
    listing,
    ok,
    product,
    shopify_headers,
    standard_headers,
    submissions,
    woo_headers,
    woo_product,
)
from tests.submissions import add_submission

A, B = "https://cdn.example/a.png", "https://cdn.example/b.png"


def history(database: Database) -> list[Declared]:
    with database.reading() as session:
        rows = session.scalars(select(ListingDeclaration).order_by(ListingDeclaration.id))
        return [row.declared for row in rows]


@pytest.mark.parametrize(
    ("fields", "declared"),
    [
        ({"tags": "Poster, AI-generated"}, "ai"),
        ({"tags": "Poster"}, "unknown"),
        ({"metafields": [{"namespace": "custom", "key": "declared", "value": "assisted"}]}, "assisted"),
        ({"tags": None, "metafields": [None, 1, {"key": 1}, {"key": "declared"}]}, "unknown"),
    ],
)
def test_shopify_declares_by_tags_and_metafields(
    sqlite_web: Web, fields: dict[str, Any], declared: str
) -> None:
    database = sqlite_web.parts.database
    made = add_market(database, Scheme.SHOPIFY)
    body = product(A, **fields)
    ok(deliver(sqlite_web, made.client.id, body, shopify_headers(body)))
    assert [row.declared for row in submissions(database)] == [declared]


@pytest.mark.parametrize(
    ("fields", "declared"),
    [
        ({"tags": [{"id": 1, "name": "AI-generated", "slug": "ai-generated"}]}, "ai"),
        ({"attributes": [{"name": "Declared", "options": ["x", "human"]}]}, "human"),
        ({"meta_data": [{"id": 1, "key": "declared", "value": "ai"}, {"key": "x", "value": {}}]}, "ai"),
    ],
)
def test_woocommerce_declares_by_tags_attributes_and_meta_data(
    sqlite_web: Web, fields: dict[str, Any], declared: str
) -> None:
    database = sqlite_web.parts.database
    made = add_market(database, Scheme.WOOCOMMERCE)
    body = woo_product(A, **fields)
    ok(deliver(sqlite_web, made.client.id, body, woo_headers(body)))
    assert [row.declared for row in submissions(database)] == [declared]


def test_a_client_has_words_of_its_own(sqlite_web: Web) -> None:
    database = sqlite_web.parts.database
    made = add_market(database, Scheme.SHOPIFY)
    with database.writing() as session:
        session.get_one(Client, made.client.id).declared_words = {"ai": ["robot"]}
    body = product(A, tags="AI-generated")
    ok(deliver(sqlite_web, made.client.id, body, shopify_headers(body)))
    body = product(B, id_=2, tags="Robot")
    ok(deliver(sqlite_web, made.client.id, body, shopify_headers(body)))
    assert [row.declared for row in submissions(database)] == ["unknown", "ai"]


def test_a_listing_declares_for_all_its_images_and_its_history_is_kept(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.STANDARD)

    def send(*urls: str, at: str, **data: Any) -> None:
        body = listing(*urls, at=at, **data)
        ok(deliver(web, made.client.id, body, standard_headers(made.webhook_secret, body)))

    send(A, at="2026-11-24T08:00:00Z", declared="human")
    (first,) = submissions(database)
    with database.writing() as session:
        add_events(session, EventKind.SUBMISSION_EXAMINED, [NewEvent(made.client.id, first.id)], at=now())
        place_events(session, made.client.id)
    send(A, B, at="2026-11-24T09:00:00Z")  # says nothing of it: as before
    assert [row.declared for row in submissions(database)] == ["human", "human"]
    send(A, B, at="2026-11-24T10:00:00Z", declared="ai")
    send(A, B, at="2026-11-24T07:00:00Z", declared="assisted")  # overtaken
    send(A, B, at="2026-11-24T10:30:00Z", declared="assisted")
    send(A, B, at="2026-11-24T11:00:00Z", declared="ai")
    assert [row.declared for row in submissions(database)] == ["ai", "ai"]
    assert history(database) == [Declared.HUMAN, Declared.AI, Declared.ASSISTED, Declared.AI]
    own = Web(web.client, made.api_key)
    assert own.get("/v1/listings/L-1").get_json()["declared"] == "ai"
    (event,) = own.get("/v1/events").get_json()["events"]
    assert event["data"]["declared"] == "human"  # an event always reads the same


def test_a_listing_declares_for_no_other_listing_and_for_no_other_client(sqlite_web: Web) -> None:
    database = sqlite_web.parts.database
    mine, theirs = (add_market(database, Scheme.STANDARD) for _ in range(2))

    def send(made: NewClient, at: str, **data: Any) -> None:
        body = listing(A, at=at, **data)
        ok(deliver(sqlite_web, made.client.id, body, standard_headers(made.webhook_secret, body)))

    send(mine, "2026-11-24T08:00:00Z", declared="human")
    send(theirs, "2026-11-24T08:00:00Z", declared="human")
    send(mine, "2026-11-24T08:00:00Z", declared="human", listing_id="L-2")
    asked = SubmissionRequest(Source.API, image_url=B, listing_id="L-1", declared=Declared.ASSISTED)
    with database.writing() as session:
        add_submission(session, mine.client.id, asked)
    send(mine, "2026-11-24T09:00:00Z", declared="ai")
    found = {(row.client_id == mine.client.id, row.listing_id, row.declared) for row in submissions(database)}
    assert found == {
        (True, "L-1", Declared.AI),
        (True, "L-1", Declared.ASSISTED),  # said by itself
        (True, "L-2", Declared.HUMAN),
        (False, "L-1", Declared.HUMAN),
    }


def test_a_case_follows_what_its_listing_declares(sqlite_web: Web) -> None:
    database = sqlite_web.parts.database
    made = add_market(database, Scheme.STANDARD)

    def send(at: str, declared: str) -> float:
        body = listing(A, at=at, declared=declared)
        ok(deliver(sqlite_web, made.client.id, body, standard_headers(made.webhook_secret, body)))
        (row,) = submissions(database)
        if row.image_sha256 is None:
            examine(database, row.id)
        with database.reading() as session:
            return session.get_one(Image, "a" * 64).risk

    assert send("2026-11-24T08:00:00Z", "ai") < 1
    assert send("2026-11-24T09:00:00Z", "human") > FIRST
    assert send("2026-11-24T10:00:00Z", "unknown") < 1


@pytest.mark.parametrize(
    ("data", "field", "detail"),
    [
        ({"declared": "machine"}, "data.declared", "human, ai, assisted, unknown"),
        ({"declared": ["human"]}, "data.declared", "human, ai, assisted, unknown"),
        ({"listing_id": ""}, "data.listing_id", "must have an id"),
    ],
)
def test_what_cannot_be_taken_is_named_with_what_can(
    sqlite_web: Web, data: dict[str, Any], field: str, detail: str
) -> None:
    database = sqlite_web.parts.database
    made = add_market(database, Scheme.STANDARD)
    body = listing(A, **data)
    refused = problem(deliver(sqlite_web, made.client.id, body, standard_headers(made.webhook_secret, body)))
    (error,) = refused["errors"]
    assert error["field"] == field
    assert detail in error["detail"]
    assert submissions(database) == []
