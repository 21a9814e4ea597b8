"""The inbox: three schemes, each event once, whatever comes twice, late, odd or forged."""

import base64
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.app import create_app
from api.hooks.signatures import is_signed
from api.parts import ApiParts
from core.clock import now
from core.vocabulary import Scheme, State
from core.webhook_secrets import webhook_key
from store.clients import add_secret, retire_secrets
from store.database import Database
from store.hook_deliveries import replay_delivery
from store.images import find_image
from store.marketplace_tables import ClientEvent, HookDelivery
from store.review_states import ReviewState
from store.tables import Submission
from tests.api.conftest import SECRET_KEY, RecordingSender, Web, examine, make_web, problem
from tests.api.hooks import (
    SHOP_SECRET,
    add_market,
    deliver,
    listing,
    product,
    shopify_headers,
    standard_headers,
    woo_headers,
    woo_product,
)
from worker.inbox import take_in_kept

A, B, C = (f"https://cdn.example/{name}.png" for name in "abc")


def submissions(database: Database) -> list[Submission]:
    with database.reading() as session:
        return list(session.scalars(select(Submission).order_by(Submission.id)))


def deliveries(database: Database) -> list[HookDelivery]:
    with database.reading() as session:
        return list(session.scalars(select(HookDelivery).order_by(HookDelivery.id)))


def ok(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.get_json()
    return body


@pytest.fixture
def market(web: Web, database: Database) -> Any:
    """Send standard deliveries to a market of their own."""
    made = add_market(database, Scheme.STANDARD)

    def send(body: bytes, **how: Any) -> TestResponse:
        return deliver(web, made.client.id, body, standard_headers(made.webhook_secret, body, **how))

    send.client_id = made.client.id  # type: ignore[attr-defined]
    send.secret = made.webhook_secret  # type: ignore[attr-defined]
    send.key = made.api_key  # type: ignore[attr-defined]
    return send


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
    assert shown["images"][0]["problem"] == "Only http and https URLs are fetched."
    assert len(submissions(database)) == 1


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


def test_shopify_creates_without_images_and_updates_with_them(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.SHOPIFY)
    body = product()
    ok(deliver(web, made.client.id, body, shopify_headers(body)))
    assert submissions(database) == []
    body = product(A, updated_at="2026-11-24T09:00:01+09:00", variants=None, vendor=None)
    answer = ok(deliver(web, made.client.id, body, shopify_headers(body, "products/update")))
    assert (answer["listing_id"], answer["submissions"]) == ("820982911946154508", 1)
    (row,) = submissions(database)
    assert row.page_url == "https://aiko.myshopify.com/products/drawing"
    assert row.external_id == "850703190"


def test_shopifys_media_stand_in_for_images(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.SHOPIFY)
    media = [
        {"id": 1, "media_content_type": "IMAGE", "preview_image": {"src": A}},
        {"id": 2, "media_content_type": "VIDEO", "preview_image": {"src": B}},
    ]
    body = product(media=media)
    ok(deliver(web, made.client.id, body, shopify_headers(body)))
    assert [row.image_url for row in submissions(database)] == [A]


def test_ids_beyond_two_to_the_53_keep_every_digit(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.WOOCOMMERCE)
    for number in (9007199254740993, 9007199254740992):
        body = woo_product(A, id_=number)
        ok(deliver(web, made.client.id, body, woo_headers(body)))
    assert [row.listing_id for row in submissions(database)] == ["9007199254740993", "9007199254740992"]


def test_woocommerces_ping_is_answered_without_a_signature(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.WOOCOMMERCE)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ok(deliver(web, made.client.id, b"webhook_id=17", form))["outcome"] == "ping"
    assert deliver(web, made.client.id, b"webhook_id=17&a=b", form).status_code == 401
    other = add_market(database, Scheme.SHOPIFY)
    assert deliver(web, other.client.id, b"webhook_id=17", form).status_code == 401
    assert deliveries(database) == []


def test_an_image_replaced_in_place_is_looked_at_again(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.WOOCOMMERCE)
    for moment in ("2026-11-24T00:00:00", "2026-11-25T00:00:00"):
        image = {"id": 1, "src": A, "date_modified_gmt": moment}
        body = woo_product(images=[image], date_modified_gmt=moment)
        ok(deliver(web, made.client.id, body, woo_headers(body, "product.updated")))
    assert len(submissions(database)) == 2


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


def test_an_odd_product_of_a_shop_is_kept_and_does_not_cost_it_its_webhook(
    web: Web, database: Database
) -> None:
    made = add_market(database, Scheme.SHOPIFY)
    for body in (b"[]", b"{", b'{"id": null}', b'{"id": true}', b'{"id": NaN}', b"[" * 100_000):
        answer = ok(deliver(web, made.client.id, body, shopify_headers(body)))
        assert answer["outcome"] == "unreadable"
    assert {row.outcome.value for row in deliveries(database)} == {"unreadable"}


def test_a_program_is_told_what_is_wrong(market: Any) -> None:
    assert problem(market(listing(A, listing_id=None)))["code"] == "invalid_request"
    assert market(b'{"type": "listing.created", "data": []}').status_code == 422


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("forgery", ["none", "empty", "other key", "other body", "rubbish"])
def test_what_is_not_signed_is_refused(web: Web, database: Database, scheme: Scheme, forgery: str) -> None:
    made = add_market(database, scheme)
    body = listing(A) if scheme is Scheme.STANDARD else product(A)
    sign = {
        Scheme.STANDARD: lambda data: standard_headers(made.webhook_secret, data),
        Scheme.SHOPIFY: shopify_headers,
        Scheme.WOOCOMMERCE: woo_headers,
    }[scheme]
    headers = sign(body)
    (name,) = [one for one in headers if "signature" in one.lower() or "hmac" in one.lower()]
    if forgery == "none":
        del headers[name]
    elif forgery == "empty":
        headers[name] = ""
    elif forgery == "other key":
        forged = base64.b64encode(b"k" * 32).decode()
        headers[name] = f"v1,{forged}" if scheme is Scheme.STANDARD else forged
    elif forgery == "other body":
        headers = sign(body + b" ")
    else:
        headers[name] = "v1,v1,é, ,"
    answer = deliver(web, made.client.id, body, headers)
    assert problem(answer)["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"]
    assert (deliveries(database), submissions(database)) == ([], [])


def test_standard_deliveries_are_good_for_five_minutes(market: Any) -> None:
    body = listing(A)
    assert market(body, at=now() - timedelta(minutes=4)).status_code == 200
    for minutes in (-6, 6):
        assert market(body, at=now() + timedelta(minutes=minutes)).status_code == 401


def test_nobodys_and_a_disabled_clients_inbox_is_closed(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.SHOPIFY)
    with database.writing() as session:
        session.get_one(type(made.client), made.client.id).disabled_at = now()
    body = product(A)
    for client_id in (made.client.id, "0" * 32, "x"):
        assert deliver(web, client_id, body, shopify_headers(body)).status_code == 401


def test_both_secrets_are_good_during_rotation_and_none_closes_the_inbox(
    api_parts: ApiParts, database: Database
) -> None:
    made = add_market(database, Scheme.STANDARD)
    with database.writing() as session:
        newer = add_secret(session, made.client.id, None, SECRET_KEY)

    def send(secret: str) -> int:
        # A fresh application: an inbox is remembered for some seconds.
        web = make_web(api_parts)
        body = listing(A)
        return deliver(web, made.client.id, body, standard_headers(secret, body)).status_code

    assert [send(made.webhook_secret), send(newer)] == [200, 200]
    with database.writing() as session:
        retire_secrets(session, made.client.id, now())
    assert [send(made.webhook_secret), send(newer)] == [401, 200]
    with database.writing() as session:
        retire_secrets(session, made.client.id, now(), all_of_them=True)
    assert send(newer) == 503


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "whsec_!"])
def test_an_empty_secret_is_no_key(secret: str) -> None:
    for scheme in Scheme:
        with pytest.raises(ValueError, match="secret"):
            webhook_key(secret, scheme)


def test_a_body_too_large_or_compressed_is_refused(market: Any, web: Web) -> None:
    assert market(listing(A, title="x" * 2_100_000)).status_code == 413
    body = listing(A)
    headers = {**standard_headers(market.secret, body), "Content-Encoding": "gzip"}
    assert deliver(web, market.client_id, body, headers).status_code == 415


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


def test_a_slip_of_ours_keeps_the_delivery_and_a_replay_takes_it_in(
    market: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slip(*_: object, **__: object) -> None:
        raise KeyError("ours")

    with monkeypatch.context() as patched:
        patched.setattr("api.hooks.desk.take_in", slip)
        assert ok(market(listing(A)))["outcome"] == "kept"
    (kept,) = deliveries(database)
    assert (kept.outcome.value, submissions(database)) == ("pending", [])
    assert ok(market(listing(A), id_="msg_1"))["outcome"] == "accepted"
    assert take_in_kept(database) == 1
    (first, _) = deliveries(database)
    assert first.outcome.value == "accepted"
    assert first.detail == "0 new images, 1 known, 0 removed, older than what is known."
    with database.writing() as session:
        assert replay_delivery(session, kept.id, now())
        assert not replay_delivery(session, "0" * 32, now())
    assert take_in_kept(database) == 1


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


def test_a_documented_example_of_standard_webhooks_verifies() -> None:
    key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Scheme.STANDARD)
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    # Years old, so that it must be refused today; its signature is checked against the same code.
    assert not is_signed(Scheme.STANDARD, [key], headers, body)


def test_a_shops_signature_is_over_the_raw_bytes() -> None:
    body = '{"title": "月"}'.encode()
    headers = {"x-shopify-hmac-sha256": shopify_headers(body)["X-Shopify-Hmac-SHA256"]}
    keys = [SHOP_SECRET.encode()]
    assert is_signed(Scheme.SHOPIFY, keys, headers, body)
    assert not is_signed(Scheme.SHOPIFY, keys, headers, json.dumps(json.loads(body)).encode())
    assert not is_signed(Scheme.SHOPIFY, [], headers, body)
