"""Deliveries as marketplaces send them, signed."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from core.clock import now
from core.ids import new_id
from core.vocabulary import Scheme, Source
from store.base.database import Database
from store.clients.clients import NewClient
from store.tables.marketplace_tables import HookDelivery
from store.tables.submission_tables import Submission
from tests.api.conftest import Web
from tests.clients import make_client

SHOP_SECRET = "hush"


def add_market(database: Database, scheme: Scheme, secret: str | None = None) -> NewClient:
    return make_client(
        database,
        f"Market {scheme}",
        source=Source.MARKETPLACE,
        scheme=scheme,
        webhook_secret=secret if scheme is Scheme.STANDARD else secret or SHOP_SECRET,
    )


def standard_headers(
    secret: str, body: bytes, *, id_: str | None = None, at: datetime | None = None
) -> dict[str, str]:
    at, id_ = at or now(), id_ or f"msg_{new_id()}"
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, body.decode()),
        "content-type": "application/json",
    }


def mac(body: bytes, secret: str = SHOP_SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def shopify_headers(body: bytes, topic: str = "products/create", **more: str) -> dict[str, str]:
    return {
        "X-Shopify-Hmac-SHA256": mac(body),
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": "aiko.myshopify.com",
        "X-Shopify-Webhook-Id": new_id(),
        "Content-Type": "application/json",
        **more,
    }


def woo_headers(body: bytes, topic: str = "product.created", **more: str) -> dict[str, str]:
    return {
        "X-WC-Webhook-Signature": mac(body),
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Delivery-ID": new_id(),
        "Content-Type": "application/json",
        **more,
    }


def listing(
    *urls: str, id_: str = "L-1", type_: str = "listing.created", at: str | None = None, **data: Any
) -> bytes:
    images = [{"url": url, "id": url.rsplit("/", 1)[-1]} for url in urls]
    body = {
        "type": type_,
        "timestamp": at or now().isoformat(),
        "data": {
            "listing_id": id_,
            "title": "月",
            "url": "https://shop.example/L-1",
            "seller": "aiko",
            "images": images,
            **data,
        },
    }
    return json.dumps(body).encode()


def product(*urls: str, id_: int = 820982911946154508, **fields: Any) -> bytes:
    """Write a product of Shopify's."""
    images = [{"id": 850703190 + index, "src": url} for index, url in enumerate(urls)]
    body = {
        "id": id_,
        "title": "Drawing",
        "vendor": "aiko",
        "handle": "drawing",
        "updated_at": "2026-11-24T09:00:00+09:00",
        "images": images,
        "variants": [{"price": "10.00", "image_id": None}],
        **fields,
    }
    return json.dumps(body).encode()


def woo_product(*urls: str, id_: int = 9007199254740993, **fields: Any) -> bytes:
    images = [
        {"id": 700 + index, "src": url, "name": "", "alt": "", "date_modified_gmt": "2026-11-24T00:00:00"}
        for index, url in enumerate(urls)
    ]
    body = {
        "id": id_,
        "name": "Drawing",
        "permalink": "https://shop.example/p/drawing/",
        "date_modified_gmt": "2026-11-24T01:00:00",
        "images": images,
        **fields,
    }
    return json.dumps(body).encode()


def deliver(web: Web, client_id: str, body: bytes, headers: dict[str, str]) -> TestResponse:
    return web.client.post(f"/v1/hooks/{client_id}", data=body, headers=headers)


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


def make_market(web: Web, database: Database) -> Any:
    """Make a market; give what sends its standard deliveries."""
    made = add_market(database, Scheme.STANDARD)

    def send(body: bytes, **how: Any) -> TestResponse:
        return deliver(web, made.client.id, body, standard_headers(made.webhook_secret, body, **how))

    send.client_id = made.client.id  # type: ignore[attr-defined]
    send.secret = made.webhook_secret  # type: ignore[attr-defined]
    send.key = made.api_key  # type: ignore[attr-defined]
    return send
