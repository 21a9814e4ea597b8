"""A Python client for a Kantei server; it needs only `requests`.

    from kantei.client import Kantei

    kantei = Kantei("https://kantei.example", api_key)
    found = kantei.wait(kantei.submit(image_url="https://shop.example/1.png")["id"])
    print(found["verdict"]["finding"])

Answers are the JSON objects that `/docs` describes.
"""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import requests

Json = dict[str, Any]
FINAL = frozenset({"examined", "failed"})
TOLERANCE = 300  # seconds by which a callback's time may differ from ours
BATCH = 1000


class KanteiError(Exception):
    """The server returned a problem: HTTP `status`, `code` from a closed set, human-readable `detail`."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


class SignatureError(ValueError):
    """The signature matches none of the secrets, or the timestamp is more than five minutes off."""


class Kantei:
    """Client for one Kantei server. Requests answered with 429 or 503 are retried."""

    def __init__(self, address: str, api_key: str, *, timeout: float = 60.0, tries: int = 5) -> None:
        self._address = address.rstrip("/")
        self._timeout = timeout
        self._tries = tries
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {api_key}"

    def __enter__(self) -> "Kantei":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def submit(self, *, image_url: str, idempotency_key: str | None = None, **fields: Any) -> Json:
        """Submit an image by URL; `fields` as in the API (`title=`, `listing_id=`, ...)."""
        body = {"image_url": image_url, **fields}
        return self._call("POST", "/v1/submissions", json=body, headers=_key(idempotency_key))

    def upload(self, image: bytes | Path, *, idempotency_key: str | None = None, **fields: str) -> Json:
        """Submit an image as an upload."""
        data = image if isinstance(image, bytes) else image.read_bytes()
        files = {"image": ("image", data)}
        return self._call("POST", "/v1/submissions", files=files, data=fields, headers=_key(idempotency_key))

    def batch(self, submissions: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None) -> Json:
        """Submit up to 1,000 images. Each is accepted or refused separately."""
        body = {"submissions": list(submissions)}
        return self._call("POST", "/v1/submissions/batch", json=body, headers=_key(idempotency_key))

    def submission(self, submission_id: str, *, wait: float = 0) -> Json:
        """Return a submission, waiting up to 30 seconds until it is examined or failed."""
        return self._call("GET", f"/v1/submissions/{submission_id}", params={"wait": wait})

    def wait(self, submission_id: str, *, timeout: float = 120.0) -> Json:
        """Wait until a submission is examined or failed. Errors: TimeoutError."""
        until = time.monotonic() + timeout
        while True:
            left = until - time.monotonic()
            found = self.submission(submission_id, wait=max(0.0, min(30.0, left)))
            if found["state"] in FINAL:
                return found
            if left <= 0:
                raise TimeoutError(f"submission {submission_id} is still {found['state']}")

    def submissions(self, **filters: str) -> Iterator[Json]:
        """List your submissions, newest first, page by page; filters: `state=`, `listing_id=`."""
        cursor = ""
        while True:
            page = self._call("GET", "/v1/submissions", params={**filters, "cursor": cursor, "limit": 100})
            yield from page["submissions"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    def listing(self, listing_id: str) -> Json:
        """Return a listing by your own id for it."""
        return self._call("GET", f"/v1/listings/{quote(listing_id, safe='')}")

    def image(self, sha256: str) -> Json:
        """Return an image's latest verdict and current decision."""
        return self._call("GET", f"/v1/images/{sha256}")

    def quota(self) -> Json:
        """Return the quota: `limit`, `period`, `used`, `left`, `resets_at`."""
        return self._call("GET", "/v1/quota")

    def appeal(self, submission_id: str, reason: str, *, evidence_url: str | None = None) -> Json:
        """Open an appeal: ask a moderator to review the image again."""
        body = {"reason": reason, "evidence_url": evidence_url}
        return self._call("POST", f"/v1/submissions/{submission_id}/appeal", json=body)

    def events(self, after: str | int = "") -> Iterator[Json]:
        """Iterate over the events after the last one you have (its `sequence` or `id`)."""
        while True:
            page = self._call("GET", "/v1/events", params={"after": after, "limit": 100})
            yield from page["events"]
            if not page["has_more"]:
                return
            after = page["events"][-1]["sequence"]

    def _call(self, method: str, path: str, **options: Any) -> Json:
        for turn in range(self._tries):
            answer = self._session.request(method, self._address + path, timeout=self._timeout, **options)
            is_final = answer.status_code not in {429, 503} or turn == self._tries - 1
            if is_final or "quota_exhausted" in answer.text[:1000]:
                break  # a quota resets tomorrow, or next month
            asked = answer.headers.get("Retry-After", "")
            time.sleep(min(60.0, float(asked)) if asked.isdigit() else 2.0**turn)
        if answer.ok:
            found: Json = answer.json()
            return found
        try:
            problem = answer.json()
            raise KanteiError(answer.status_code, problem["code"], problem["detail"])
        except (ValueError, KeyError, TypeError):
            raise KanteiError(answer.status_code, "unknown", answer.text[:200]) from None


def verify_callback(body: bytes, headers: Mapping[str, str], secrets: str | Iterable[str]) -> Json:
    """Verify a callback's signature over the raw body and return the event.

    Pass one secret, or both during a rotation.

    A secret that starts with `whsec_` is base64 (Standard Webhooks 1.0.0); any other is used as it is.
    Keep the event's `id`: the same may come twice. Errors: SignatureError.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > TOLERANCE:
        raise SignatureError("the callback is more than five minutes old, or its timestamp is missing")
    signed = f"{event_id}.{timestamp}.".encode() + body
    keys = [_secret_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    expected = [base64.b64encode(hmac.digest(key, signed, "sha256")) for key in keys if key]
    for entry in given.get("webhook-signature", "").split(" "):
        version, _, signature = entry.partition(",")
        if version == "v1" and any(hmac.compare_digest(one, signature.encode()) for one in expected):
            found: Json = json.loads(body)
            return found
    raise SignatureError("the signature matches none of the given secrets")


def _secret_key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_") + "==")
    except binascii.Error:
        raise SignatureError("the secret must be `whsec_` followed by base64") from None


def _key(idempotency_key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": idempotency_key} if idempotency_key else {}
