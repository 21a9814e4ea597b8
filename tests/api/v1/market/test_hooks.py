"""The inbox: three schemes, each event once, whatever comes twice, late or odd."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.app import create_app
from api.http.parts import ApiParts
from core.clock import now
from core.vocabulary import Scheme
from store.base.database import Database
from store.market.delivery_intake import finish_delivery
from store.market.hook_deliveries import replay_delivery
from store.tables.marketplace_tables import Listing
from tests.api.conftest import RecordingSender, Web, problem
from tests.api.v1.market.hooks import (
    add_market,
    deliver,
    deliveries,
    listing,
    make_market,
    ok,
    product,
    shopify_headers,
    standard_headers,
    submissions,
    woo_headers,
    woo_product,
)
from tests.services import postgresql_alone
from tests.store.races import meet
from worker.market.kept_deliveries import PAUSE, take_in_kept

A, B, C = (f"https://cdn.example/{name}.png" for name in "abc")


@pytest.fixture
def market(web: Web, database: Database) -> Any:
    """Send standard deliveries to a market of their own."""
    return make_market(web, database)


def test_a_listing_becomes_one_submission_an_image(
    market: Any, database: Database, sender: RecordingSender
) -> None:
    answer = ok(market(listing(A, B, A)))
    assert (answer["outcome"], answer["listing_id"], answer["submissions"]) == ("accepted", "L-1", 2)
    rows = submissions(database)
    assert [(row.image_url, row.external_id) for row in rows] == [(A, "a.png"), (B, "b.png")]
    assert {(row.listing_id, row.title, row.page_url, row.source.value) for row in rows} == {
        ("L-1", "月", "https://shop.example/L-1", "marketplace")
    }
    assert [submission_id for submission_id, _ in sender.sent] == [row.id for row in rows]


def test_an_update_adds_late_images_and_leaves_removed_ones_alone(market: Any, database: Database) -> None:
    ok(market(listing(A, B)))
    answer = ok(market(listing(B, C, type_="listing.updated")))
    assert answer["submissions"] == 1
    assert [row.image_url for row in submissions(database)] == [A, B, C]
    ok(market(listing(A, B, C, type_="listing.updated")))
    assert len(submissions(database)) == 3


def test_news_that_were_overtaken_remove_nothing(market: Any, database: Database, web: Web) -> None:
    ok(market(listing(A, B, type_="listing.updated", at="2026-11-24T09:00:02Z")))
    answer = ok(market(listing(A, C, at="2026-11-24T09:00:01Z", title="old")))
    assert answer["submissions"] == 1
    shown = Web(web.client, market.key).get("/v1/listings/L-1").get_json()
    assert shown["title"] == "月"
    assert [image["removed_at"] for image in shown["images"]] == [None] * 3


@pytest.mark.parametrize("images", [None, "nothing", {"a": 1}, [None, 7, {}, {"url": None}, {"url": ""}]])
def test_odd_images_are_left_out(market: Any, database: Database, images: object) -> None:
    assert ok(market(listing(images=images)))["outcome"] == "accepted"
    assert submissions(database) == []


def test_an_update_without_a_word_of_images_removes_none(market: Any, web: Web) -> None:
    ok(market(listing(A)))
    ok(market(listing(images=None, type_="listing.updated")))
    shown = Web(web.client, market.key).get("/v1/listings/L-1").get_json()
    assert [image["removed_at"] for image in shown["images"]] == [None]


def test_an_address_that_cannot_be_fetched_is_shown_with_its_reason(
    market: Any, database: Database, web: Web
) -> None:
    assert ok(market(listing("ftp://cdn.example/a.png", A)))["submissions"] == 1
    shown = Web(web.client, market.key).get("/v1/listings/L-1").get_json()
    assert shown["images"][0]["problem"] == "The URL must start with http:// or https://."
    assert len(submissions(database)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_same_delivery_a_hundred_times_twenty_at_once_is_taken_in_once(
    scheme: Scheme, api_parts: ApiParts, database: Database
) -> None:
    made = add_market(database, scheme)
    app = create_app(api_parts)
    body = {
        Scheme.STANDARD: listing(A, B),
        Scheme.SHOPIFY: product(A, B),
        Scheme.WOOCOMMERCE: woo_product(A, B),
    }[scheme]
    signed = standard_headers(made.webhook_secret, body) if scheme is Scheme.STANDARD else {}
    outcomes: list[str] = []

    def send() -> None:
        web = Web(app.test_client(), made.api_key)
        for _ in range(5):
            headers = {
                Scheme.STANDARD: lambda: signed,
                Scheme.SHOPIFY: lambda: shopify_headers(body),
                Scheme.WOOCOMMERCE: lambda: woo_headers(body),  # a new delivery id each time
            }[scheme]()
            outcomes.append(ok(deliver(web, made.client.id, body, headers))["outcome"])

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take_in_kept(database)
    assert outcomes.count("duplicate") == 99
    assert len(submissions(database)) == 2
    (kept,) = deliveries(database)
    assert (kept.repeats, kept.outcome.value, kept.body) == (99, "accepted", body)


def test_different_news_of_one_listing_at_once_submit_each_image_once(
    api_parts: ApiParts, database: Database
) -> None:
    made = add_market(database, Scheme.STANDARD)
    app = create_app(api_parts)

    def send(number: int) -> None:
        body = listing(A, B, f"https://cdn.example/{number}.png", type_="listing.updated")
        headers = standard_headers(made.webhook_secret, body)
        ok(deliver(Web(app.test_client(), made.api_key), made.client.id, body, headers))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take_in_kept(database)
    urls = [row.image_url for row in submissions(database)]
    assert len(urls) == len(set(urls)) == 12


@pytest.mark.parametrize(
    ("scheme", "topic"),
    [(Scheme.SHOPIFY, "orders/create"), (Scheme.WOOCOMMERCE, "order.created"), (Scheme.SHOPIFY, "")],
)
def test_an_unknown_topic_is_ignored(web: Web, database: Database, scheme: Scheme, topic: str) -> None:
    made = add_market(database, scheme)
    body = product(A)
    headers = (shopify_headers if scheme is Scheme.SHOPIFY else woo_headers)(body, topic)
    assert ok(deliver(web, made.client.id, body, headers))["outcome"] == "ignored"
    assert submissions(database) == []


def test_an_unknown_type_is_ignored(market: Any, database: Database) -> None:
    assert ok(market(listing(A, type_="order.paid")))["outcome"] == "ignored"
    assert submissions(database) == []


def test_a_program_is_told_what_is_wrong(market: Any) -> None:
    assert problem(market(listing(A, listing_id=None)))["code"] == "invalid_request"
    assert market(b'{"type": "listing.created", "data": []}').status_code == 422


def test_a_slip_of_ours_keeps_the_delivery_and_a_replay_takes_it_in(
    market: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slip(*_: object, **__: object) -> None:
        raise KeyError("ours")

    with monkeypatch.context() as patched:
        patched.setattr("api.v1.market.hook_intake.finish_delivery", slip)
        assert ok(market(listing(A)))["outcome"] == "kept"
    (kept,) = deliveries(database)
    assert (kept.outcome.value, submissions(database)) == ("pending", [])
    assert ok(market(listing(A), id_="msg_1"))["outcome"] == "accepted"
    assert take_in_kept(database) == 1
    (first, _) = deliveries(database)
    assert first.outcome.value == "accepted"
    assert first.detail == "0 new, 1 known, 0 removed, out of date: a newer delivery was received before."
    with database.writing() as session:
        assert replay_delivery(session, kept.id, now())
        assert not replay_delivery(session, "0" * 32, now())
    assert take_in_kept(database) == 1


@pytest.mark.postgresql
@postgresql_alone
def test_a_kept_delivery_that_waits_too_long_for_a_lock_is_taken_in_later(
    market: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok(market(listing(A), id_="first"))
    with monkeypatch.context() as patched:
        patched.setattr("threading.BoundedSemaphore.acquire", lambda *_, **__: False)
        ok(market(listing(A, B), id_="second"))
        ok(market(listing(C, id_="another"), id_="third"))

    def locked(session: Session, *args: Any, **options: Any) -> Any:
        session.execute(text("set local lock_timeout = 100"))
        return finish_delivery(session, *args, **options)

    with monkeypatch.context() as patched, database.writing() as other:
        other.scalars(select(Listing).with_for_update()).all()
        patched.setattr("worker.market.kept_deliveries.finish_delivery", locked)
        assert take_in_kept(database) == 2
    assert [row.outcome.value for row in deliveries(database)] == ["accepted", "pending", "accepted"]
    assert take_in_kept(database) == 0
    monkeypatch.setattr("worker.market.kept_deliveries.now", lambda: now() + PAUSE)
    assert take_in_kept(database) == 1
    assert sorted(str(row.image_url) for row in submissions(database)) == [A, B, C]


@pytest.mark.postgresql
@postgresql_alone
def test_a_kept_delivery_that_waits_for_a_lock_keeps_nothing_locked_of_the_one_before(
    market: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok(market(listing(A, id_="held"), id_="first"))
    with monkeypatch.context() as patched:
        patched.setattr("threading.BoundedSemaphore.acquire", lambda *_, **__: False)
        ok(market(listing(B), id_="second"))
        ok(market(listing(A, C, id_="held"), id_="third"))
    with ThreadPoolExecutor(1) as aside, database.writing() as other:
        other.scalars(select(Listing).with_for_update()).all()
        taken = aside.submit(take_in_kept, database)
        meet(database, taken)
        assert [row.outcome.value for row in deliveries(database)] == ["accepted", "accepted", "pending"]
    assert taken.result(10) == 2


def test_what_cannot_be_taken_in_at_once_is_kept_and_answered(
    market: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("threading.BoundedSemaphore.acquire", lambda *_, **__: False)
        for number in range(45):
            assert ok(market(listing(A, B, id_=f"L-{number}")))["outcome"] == "kept"
        body = listing(A, id_="L-1")
        assert ok(market(body, id_="twice"))["outcome"] == "kept"
        assert ok(market(body, id_="twice"))["outcome"] == "duplicate"
    assert submissions(database) == []
    assert take_in_kept(database) == 46
    assert len(submissions(database)) == 90
    assert {row.outcome.value for row in deliveries(database)} == {"accepted"}
    assert {row.sent_at for row in submissions(database)} == {None}
