"""Verifying a delivery's signature: three schemes, over the raw bytes, in constant time."""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence

from standardwebhooks import Webhook, WebhookVerificationError

from core.vocabulary import Scheme

MOST_SIGNATURES = 16
SHOP_HEADERS = {Scheme.SHOPIFY: "x-shopify-hmac-sha256", Scheme.WOOCOMMERCE: "x-wc-webhook-signature"}


def is_signed(scheme: Scheme, keys: Sequence[bytes], headers: Mapping[str, str], body: bytes) -> bool:
    """True if one of the active keys signed this body.

    The names of `headers` are in lower case. Standard Webhooks signs id and time too, and is good for five
    minutes; the shops sign the body alone, so that only our memory of deliveries stops a replay.
    """
    if scheme is Scheme.STANDARD:
        return any(_is_standard(key, headers, body) for key in keys)
    given = headers.get(SHOP_HEADERS[scheme], "")
    try:
        signature = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(hmac.digest(key, body, "sha256"), signature) for key in keys)


def _is_standard(key: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    # The library splits every entry at its comma and decodes it: what is no signature is left out.
    entries = headers.get("webhook-signature", "").split(" ")[:MOST_SIGNATURES]
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit():
        return False
    given = {
        "webhook-id": headers.get("webhook-id", ""),
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(entry for entry in entries if _is_signature(entry)),
    }
    try:
        Webhook(key).verify(body, given, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _is_signature(entry: str) -> bool:
    version, comma, text = entry.partition(",")
    try:
        return bool(comma) and version == "v1" and len(base64.b64decode(text, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
