"""The client: one method for each call of `/v1`."""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar, Unpack, cast
from urllib.parse import quote

import requests

from kantei_client.answers import (
    Appeal,
    AppealLink,
    Batch,
    Delivery,
    Endpoint,
    EndpointList,
    Event,
    EventPage,
    Image,
    Listing,
    NewSubmission,
    Quota,
    Report,
    State,
    Submission,
    SubmissionFields,
    SubmissionPage,
)
from kantei_client.errors import UnfinishedError
from kantei_client.signatures import sign_webhook
from kantei_client.transport import Transport

FINAL = frozenset({"examined", "failed"})
LONGEST_WAIT = 30.0  # seconds that the server holds an answer
PAGE = 100
Answer = TypeVar("Answer")


class Kantei:
    """Client for one server. Use one for each thread; close it, or use it in a `with` block.

    `timeout` is in seconds for each attempt. Failed attempts are repeated up to `tries` in all, with growing
    pauses or as `Retry-After` asks, but never after more than `longest_pause` seconds.
    Every call may raise a KanteiError: ProblemError if the server refused, UnreachableError if it did
    not answer.
    """

    def __init__(
        self,
        address: str,
        api_key: str,
        *,
        timeout: float = 60.0,
        tries: int = 5,
        longest_pause: float = 60.0,
        session: requests.Session | None = None,
    ) -> None:
        self._transport = Transport(
            address,
            api_key,
            session=session or requests.Session(),
            timeout=timeout,
            tries=tries,
            longest_pause=longest_pause,
        )

    def __enter__(self) -> "Kantei":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def submit(
        self, image_url: str, *, idempotency_key: str | None = None, **fields: Unpack[SubmissionFields]
    ) -> Submission:
        """Submit an image by URL."""
        return self._json(
            Submission,
            "POST",
            "/v1/submissions",
            json={"image_url": image_url, **fields},
            headers=_idempotency(idempotency_key),
        )

    def upload(
        self,
        image: bytes | str | Path,
        *,
        image_url: str | None = None,
        idempotency_key: str | None = None,
        **fields: Unpack[SubmissionFields],
    ) -> Submission:
        """Submit bytes, or a file by its path. `image_url` says where they came from."""
        form = {"image_url": image_url, **fields}
        return self._json(
            Submission,
            "POST",
            "/v1/submissions",
            files={"image": ("image", image if isinstance(image, bytes) else Path(image).read_bytes())},
            data={name: value for name, value in form.items() if value is not None},
            headers=_idempotency(idempotency_key),
        )

    def batch(
        self,
        submissions: Sequence[NewSubmission | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> Batch:
        """Submit up to 1,000 images. Each is accepted or refused separately."""
        return self._json(
            Batch,
            "POST",
            "/v1/submissions/batch",
            json={"submissions": list(submissions)},
            headers=_idempotency(idempotency_key),
        )

    def submission(self, submission_id: str, *, wait: float = 0) -> Submission:
        """Return a submission, after up to 30 seconds if it is neither examined nor failed yet."""
        return self._json(
            Submission, "GET", f"/v1/submissions/{_part(submission_id)}", params={"wait": wait}, wait=wait
        )

    def wait(self, submission_id: str, *, timeout: float = 120.0) -> Submission:
        """Wait until a submission is examined or failed. Errors: UnfinishedError."""
        until = time.monotonic() + timeout
        while True:
            left = until - time.monotonic()
            found = self.submission(submission_id, wait=max(0.0, min(LONGEST_WAIT, left)))
            if found["state"] in FINAL:
                return found
            if left <= 0:
                raise UnfinishedError(submission_id, found["state"])

    def submissions(
        self, *, state: State | None = None, listing_id: str | None = None
    ) -> Iterator[Submission]:
        """Iterate over your submissions, newest first; further pages are read as needed."""
        cursor: str | None = ""
        while True:
            query = {"state": state, "listing_id": listing_id, "cursor": cursor, "limit": PAGE}
            page = self._json(SubmissionPage, "GET", "/v1/submissions", params=query)
            yield from page["submissions"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    def image(self, sha256: str) -> Image:
        """Return an image's latest verdict and current decision."""
        return self._json(Image, "GET", f"/v1/images/{_part(sha256)}")

    def heatmap(self, submission_id: str) -> bytes:
        """Return a PNG to lay over the picture: where the classifier saw signs of generation."""
        return self._transport.call("GET", f"/v1/submissions/{_part(submission_id)}/heatmap").content

    def appeal(
        self,
        submission_id: str,
        reason: str,
        *,
        evidence_urls: Sequence[str] = (),
        files: Iterable[str | Path | tuple[str, bytes]] = (),
    ) -> Appeal:
        """Ask for another review. `files` are paths, or names with bytes: layers, sketches, time lapses."""
        path = f"/v1/submissions/{_part(submission_id)}/appeal"
        fields = {"reason": reason, "evidence_urls": list(evidence_urls)}
        sent = [
            ("files", file if isinstance(file, tuple) else (Path(file).name, Path(file).read_bytes()))
            for file in files
        ]
        if sent:
            return self._json(Appeal, "POST", path, is_repeatable=False, data=fields, files=sent)
        return self._json(Appeal, "POST", path, is_repeatable=False, json=fields)

    def appeal_link(self, submission_id: str) -> AppealLink:
        """Create a link to a page where the artist can appeal. Share it only with the artist."""
        return self._json(AppealLink, "POST", f"/v1/submissions/{_part(submission_id)}/appeal-link")

    def report(
        self,
        reader: str,
        *,
        submission_id: str | None = None,
        image_url: str | None = None,
        reason: str = "",
        page_url: str | None = None,
    ) -> Report:
        """Report a picture that looks generated to one of your readers; it asks for a look, nothing more.

        `reader` is your own id for them, not their name. Name the picture by `submission_id` or `image_url`.
        """
        fields = {"reader": reader, "reason": reason, "page_url": page_url}
        fields |= {"submission_id": submission_id, "image_url": image_url}
        return self._json(Report, "POST", "/v1/reports", json=fields)

    def statement(self, submission_id: str) -> dict[str, Any]:
        """Return the statement of reasons for a decision against the picture."""
        return self._json(dict[str, Any], "GET", f"/v1/submissions/{_part(submission_id)}/statement")

    def dsa_statement(self, submission_id: str) -> dict[str, Any]:
        """Return the fields of that statement that the DSA Transparency Database asks for."""
        return self._json(dict[str, Any], "GET", f"/v1/submissions/{_part(submission_id)}/statement/dsa")

    def send_listing(
        self,
        client_id: str,
        secret: str,
        data: Mapping[str, Any],
        *,
        kind: Literal["created", "updated", "deleted"] = "updated",
        message_id: str | None = None,
    ) -> Delivery:
        """Send a listing as a signed webhook; `data` has `listing_id`, `title`, `url`, `seller`, `images`.

        The same `message_id` again changes nothing; without one, each call is a delivery of its own.
        """
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        body = json.dumps({"type": f"listing.{kind}", "timestamp": moment, "data": data}).encode()
        signed = sign_webhook(body, secret, message_id or uuid.uuid4().hex)
        headers = {"Content-Type": "application/json", **signed}
        return self._json(Delivery, "POST", f"/v1/hooks/{_part(client_id)}", data=body, headers=headers)

    def listing(self, listing_id: str) -> Listing:
        """Return a listing with the result of each image, by your own id for it."""
        return self._json(Listing, "GET", f"/v1/listings/{_part(listing_id)}")

    def events(self, after: str | int = "") -> Iterator[Event]:
        """Iterate over the events after the last one you have (its `sequence` or `id`)."""
        while True:
            page = self._json(EventPage, "GET", "/v1/events", params={"after": after, "limit": PAGE})
            yield from page["events"]
            if not page["has_more"]:
                return
            after = page["events"][-1]["sequence"]

    def endpoints(self) -> list[Endpoint]:
        """Return your callback URLs and their state."""
        return self._json(EndpointList, "GET", "/v1/endpoints")["endpoints"]

    def quota(self) -> Quota:
        """Return your quota, and what is left of it."""
        return self._json(Quota, "GET", "/v1/quota")

    def _json(self, kind: type[Answer], method: str, path: str, **options: Any) -> Answer:
        return cast(Answer, self._transport.call(method, path, **options).json())


def _part(text: str) -> str:
    return quote(text, safe="")


def _idempotency(key: str | None) -> dict[str, str]:
    """A key for this call, so that its retries never count as another one."""
    return {"Idempotency-Key": key or uuid.uuid4().hex}
