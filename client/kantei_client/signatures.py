"""Signatures of webhooks and callbacks (Standard Webhooks 1.0.0)."""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import cast

from kantei_client.answers import Event
from kantei_client.errors import SignatureError

TOLERANCE = 300  # seconds by which a callback's time may differ from ours


def verify_callback(body: bytes, headers: Mapping[str, str], secrets: str | Iterable[str]) -> Event:
    """Verify a callback's signature over the raw body and return the event.

    Pass one secret, or both during a rotation. A secret that starts with `whsec_` is base64; any other is
    used as it is. Keep the event's `id`: the same may come twice. Errors: SignatureError.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > TOLERANCE:
        raise SignatureError("the callback is more than five minutes old, or its timestamp is missing")
    keys = [_secret_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    expected = [_signature(key, event_id, timestamp, body) for key in keys if key]
    for entry in given.get("webhook-signature", "").split(" "):
        version, _, signature = entry.partition(",")
        if version == "v1" and any(hmac.compare_digest(one, signature.encode()) for one in expected):
            return cast(Event, json.loads(body))
    raise SignatureError("the signature matches none of the given secrets")


def sign_webhook(body: bytes, secret: str, message_id: str) -> dict[str, str]:
    """The headers that sign a webhook to the server. Errors: SignatureError."""
    timestamp = str(int(time.time()))
    signature = _signature(_secret_key(secret), message_id, timestamp, body).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256"))


def _secret_key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_") + "==")
    except binascii.Error:
        raise SignatureError("the secret must be `whsec_` followed by base64") from None
