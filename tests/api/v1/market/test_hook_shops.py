"""What Shopify and WooCommerce send, with their oddities."""

from core.vocabulary import Scheme
from store.base.database import Database
from tests.api.conftest import Web
from tests.api.v1.market.hooks import (
    add_market,
    deliver,
    deliveries,
    ok,
    product,
    shopify_headers,
    submissions,
    woo_headers,
    woo_product,
)
from tests.services import sqlite_alone

A, B, C = (f"https://cdn.example/{name}.png" for name in "abc")


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


@sqlite_alone
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


@sqlite_alone
def test_images_as_an_object_are_read_by_their_values(web: Web, database: Database) -> None:
    made = add_market(database, Scheme.WOOCOMMERCE)
    body = woo_product(images={"0": {"id": 1, "src": A}, "2": {"id": 3, "src": B}})
    ok(deliver(web, made.client.id, body, woo_headers(body)))
    assert [(row.external_id, row.image_url) for row in submissions(database)] == [("1", A), ("3", B)]


@sqlite_alone
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


def test_an_odd_product_of_a_shop_is_kept_and_does_not_cost_it_its_webhook(
    web: Web, database: Database
) -> None:
    made = add_market(database, Scheme.SHOPIFY)
    for body in (b"[]", b"{", b'{"id": null}', b'{"id": true}', b'{"id": NaN}', b"[" * 100_000):
        answer = ok(deliver(web, made.client.id, body, shopify_headers(body)))
        assert answer["outcome"] == "unreadable"
    assert {row.outcome.value for row in deliveries(database)} == {"unreadable"}
