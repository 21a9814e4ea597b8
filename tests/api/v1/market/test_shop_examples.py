"""What Shopify and WooCommerce document: their examples of products and headers, taken in as they stand."""

import base64
import json
from typing import Any

import pytest

from core.vocabulary import Scheme
from marketplace.signatures import is_signed
from store.base.database import Database
from store.tables.submission_tables import Submission
from tests.api.conftest import Web
from tests.api.v1.market.hooks import add_market, deliver, mac

# Of products/create and products/update in Shopify's reference, the fields that every version has.
SHOPIFY: dict[str, Any] = {
    "admin_graphql_api_id": "gid://shopify/Product/788032119674292922",
    "body_html": "An example T-Shirt",
    "created_at": None,
    "handle": "example-t-shirt",
    "id": 788032119674292922,
    "product_type": "Shirts",
    "published_at": "2021-12-31T19:00:00-05:00",
    "template_suffix": None,
    "title": "Example T-Shirt",
    "updated_at": "2021-12-31T19:00:00-05:00",
    "vendor": "Acme",
    "status": "active",
    "published_scope": "web",
    "tags": "example, mens, t-shirt",
    "variants": [{"id": 642667041472713922, "price": "19.99", "image_id": None}],
    "options": [],
    "images": [],
    "image": None,
    "media": [],
    "variant_gids": [{"admin_graphql_api_id": "gid://shopify/ProductVariant/642667041472713922"}],
}
PICTURE = "https://cdn.shopify.com/s/files/1/0000/0001/products/a.jpg?v=1640000000"
# Of "Retrieve a product" in WooCommerce's REST reference, which is what its webhooks send.
WOO: dict[str, Any] = {
    "id": 794,
    "name": "Premium Quality",
    "slug": "premium-quality-19",
    "permalink": "https://example.com/product/premium-quality-19/",
    "date_created": "2017-03-23T17:01:14",
    "date_created_gmt": "2017-03-23T20:01:14",
    "date_modified": "2017-03-23T17:01:14",
    "date_modified_gmt": "2017-03-23T20:01:14",
    "type": "simple",
    "price": "21.99",
    "date_on_sale_from": None,
    "stock_quantity": None,
    "images": [
        {
            "id": number,
            "date_created": "2017-03-23T14:01:13",
            "date_created_gmt": "2017-03-23T20:01:13",
            "date_modified": "2017-03-23T14:01:13",
            "date_modified_gmt": "2017-03-23T20:01:13",
            "src": f"https://example.com/wp-content/uploads/2017/03/T_{place}_front.jpg",
            "name": "",
            "alt": "",
        }
        for place, number in enumerate((792, 793))
    ],
    "attributes": [],
    "meta_data": [],
    "_links": {"self": [{"href": "https://example.com/wp-json/wc/v3/products/794"}]},
}


def send(web: Web, database: Database, scheme: Scheme, topic: str, product: object) -> Any:
    made = add_market(database, scheme)
    body = json.dumps(product).encode()
    answer = deliver(web, made.client.id, body, headers(scheme, topic, body))
    assert answer.status_code == 200, answer.text
    return answer.get_json(), Web(web.client, made.api_key), made.client.id


def headers(scheme: Scheme, topic: str, body: bytes) -> dict[str, str]:
    """Write the headers that the shops document, all of them."""
    if scheme is Scheme.SHOPIFY:
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-SHA256": mac(body),
            "X-Shopify-Shop-Domain": "johns-apparel.myshopify.com",
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
            "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
            "X-Shopify-Triggered-At": "2026-11-24T08:00:00.000000000Z",
        }
    return {
        "Content-Type": "application/json",
        "User-Agent": "WooCommerce/10.3.0 Hookshot (WordPress/6.9)",
        "X-WC-Webhook-Source": "https://example.com/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": "product",
        "X-WC-Webhook-Event": topic.split(".")[1],
        "X-WC-Webhook-Signature": mac(body),
        "X-WC-Webhook-ID": "142",
        "X-WC-Webhook-Delivery-ID": "3a9f0d9a1f9d4c5c8f3c8a4b0a1c2d3e",
    }


def test_shopifys_example_comes_without_images_and_the_update_brings_them(
    web: Web, database: Database
) -> None:
    answer, reader, client_id = send(web, database, Scheme.SHOPIFY, "products/create", SHOPIFY)
    assert (answer["outcome"], answer["listing_id"], answer["submissions"]) == (
        "accepted",
        "788032119674292922",
        0,
    )
    image = {"id": 850703190, "product_id": 788032119674292922, "position": 1, "alt": None, "src": PICTURE}
    update = {**SHOPIFY, "images": [image], "image": image, "updated_at": "2021-12-31T19:00:05-05:00"}
    body = json.dumps(update).encode()
    answer = deliver(web, client_id, body, headers(Scheme.SHOPIFY, "products/update", body)).get_json()
    assert answer["submissions"] == 1
    listing = reader.get("/v1/listings/788032119674292922").get_json()
    assert (listing["title"], listing["seller"]) == ("Example T-Shirt", "Acme")
    assert listing["url"] == "https://johns-apparel.myshopify.com/products/example-t-shirt"
    assert [(one["id"], one["url"]) for one in listing["images"]] == [("850703190", PICTURE)]


def test_woocommerces_example_is_taken_in(web: Web, database: Database) -> None:
    answer, reader, client_id = send(web, database, Scheme.WOOCOMMERCE, "product.created", WOO)
    assert (answer["outcome"], answer["listing_id"], answer["submissions"]) == ("accepted", "794", 2)
    listing = reader.get("/v1/listings/794").get_json()
    assert listing["title"] == "Premium Quality"
    assert [one["id"] for one in listing["images"]] == ["792", "793"]
    body = b'{"id":794}'  # all that a deletion says
    answer = deliver(web, client_id, body, headers(Scheme.WOOCOMMERCE, "product.deleted", body))
    assert answer.get_json()["outcome"] == "accepted"
    assert reader.get("/v1/listings/794").get_json()["deleted_at"] is not None


@pytest.mark.parametrize("scheme", [Scheme.SHOPIFY, Scheme.WOOCOMMERCE])
def test_the_same_example_sent_anew_is_the_same_event(web: Web, database: Database, scheme: Scheme) -> None:
    topic, product = {
        Scheme.SHOPIFY: ("products/update", SHOPIFY | {"images": [{"id": 1, "src": PICTURE}]}),
        Scheme.WOOCOMMERCE: ("product.updated", WOO),
    }[scheme]
    _, _, client_id = send(web, database, scheme, topic, product)
    body = json.dumps(product).encode()
    again = headers(scheme, topic, body) | {
        "X-WC-Webhook-Delivery-ID": "another",
        "X-Shopify-Webhook-Id": "another",
        "X-Shopify-Triggered-At": "2026-11-24T08:05:00Z",
    }
    assert deliver(web, client_id, body, again).get_json()["outcome"] == "duplicate"
    with database.reading() as session:
        assert session.query(Submission).count() == (1 if scheme is Scheme.SHOPIFY else 2)


@pytest.mark.parametrize(
    ("scheme", "header"),
    [
        (Scheme.SHOPIFY, "x-shopify-hmac-sha256"),
        (Scheme.WOOCOMMERCE, "x-wc-webhook-signature"),
    ],
)
def test_a_shops_signature_is_base64_of_hmac_sha256(scheme: Scheme, header: str) -> None:
    # RFC 4231, test case 2: neither shop publishes a signature together with its secret.
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body, signature = b"what do ya want for nothing?", base64.b64encode(bytes.fromhex(digest)).decode()
    assert is_signed(scheme, [b"Jefe"], {header: signature}, body)
    assert is_signed(scheme, [b"old", b"Jefe"], {header: signature}, body)
    for wrong in ("", digest, signature[:-4], signature.swapcase()):
        assert not is_signed(scheme, [b"Jefe"], {header: wrong}, body)
    assert not is_signed(scheme, [b"jefe"], {header: signature}, body)
