"""Only what a live secret has signed comes in, and only so much of it."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.http.parts import ApiParts
from core.clock import now
from core.market.webhook_secrets import webhook_key
from core.vocabulary import Scheme
from marketplace.signatures import is_signed
from store.base.database import Database
from store.clients.clients import add_secret, retire_secrets
from tests.api.conftest import Web, make_web, problem
from tests.api.v1.market.hooks import (
    SHOP_SECRET,
    add_market,
    deliver,
    deliveries,
    listing,
    make_market,
    product,
    shopify_headers,
    standard_headers,
    submissions,
    woo_headers,
)
from tests.clients import SECRET_KEY
from tests.services import sqlite_alone

A, B, C = (f"https://cdn.example/{name}.png" for name in "abc")


@pytest.fixture
def market(web: Web, database: Database) -> Any:
    """Send standard deliveries to a market of their own."""
    return make_market(web, database)


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("forgery", ["none", "empty", "other key", "other body", "rubbish"])
@sqlite_alone
def test_what_is_not_signed_is_refused(web: Web, database: Database, scheme: Scheme, forgery: str) -> None:
    made = add_market(database, scheme)
    body = listing(A) if scheme is Scheme.STANDARD else product(A)
    signers: dict[Scheme, Callable[[bytes], dict[str, str]]] = {
        Scheme.STANDARD: lambda data: standard_headers(made.webhook_secret, data),
        Scheme.SHOPIFY: shopify_headers,
        Scheme.WOOCOMMERCE: woo_headers,
    }
    sign = signers[scheme]
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
