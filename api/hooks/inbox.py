"""The inbox: verify, keep, take in, answer; examining comes later."""

import hashlib
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from apiflask import APIBlueprint
from flask import Request, Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.accept import SENDS, send_new
from api.bodies import KIB, refuse_encoding
from api.hooks.signatures import is_signed
from api.limits import RateLimits
from api.openapi import problems
from api.parts import ApiParts
from api.problems import FieldError, Problem, ProblemCode, invalid, unavailable
from api.rendering import json_response
from api.schemas.hooks import HookAnswer
from core.clock import now
from core.dialects import DELETIONS, Reading, read_delivery
from core.ids import is_id
from core.quota import Quota
from core.vocabulary import Scheme
from core.webhook_secrets import webhook_key
from store.clients import find_client, signing_secrets
from store.hook_deliveries import end_delivery, hold_delivery, keep_delivery
from store.listings import take_in
from store.marketplace_tables import HookOutcome
from store.tables import Submission

MOST_BODY = 2 * KIB * KIB  # a product with 250 images and 2,000 variants has less
AT_ONCE = 2  # deliveries taken in at a time by each process; the others are kept for the sweeper
REMEMBERED = 5.0  # seconds for which a client's secrets are good enough
MOST_REMEMBERED = 1000
FAILURES_A_MINUTE = 6000  # for each address; a signature costs little to check, but not nothing
EXCESS = 10  # a shop cannot spread its deliveries as a program can: so many times the usual rate
PING = re.compile(rb"webhook_id=[0-9]{1,20}")
KEPT_HEADERS = re.compile(r"webhook-.*|x-shopify-.*|x-wc-webhook-.*|content-type|user-agent")
DELIVERY_IDS = {Scheme.SHOPIFY: "x-shopify-webhook-id", Scheme.WOOCOMMERCE: "x-wc-webhook-delivery-id"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HookClient:
    """Whose inbox it is, and which keys may sign."""

    id: str
    scheme: Scheme
    keys: tuple[bytes, ...]
    quota: Quota | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery, read."""

    identity: str
    headers: dict[str, str]
    body: bytes
    reading: Reading

    @property
    def outcome(self) -> HookOutcome:
        """Say what becomes of it once it is taken in."""
        if not self.reading.is_readable:
            return HookOutcome.UNREADABLE
        return HookOutcome.ACCEPTED if self.reading.news is not None else HookOutcome.IGNORED


class Inboxes:
    """Finds inboxes, and remembers them for a few seconds."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, HookClient | None]] = {}

    def find(self, client_id: str) -> HookClient | None:
        """Find the inbox of a live client."""
        if not is_id(client_id):
            return None
        with self._lock:
            until, client = self._known.get(client_id, (0.0, None))
        if time.monotonic() < until:
            return client
        client = self._read(client_id)
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[client_id] = (time.monotonic() + REMEMBERED, client)
        return client

    def _read(self, client_id: str) -> HookClient | None:
        with self._parts.database.reading() as session:
            client = find_client(session, client_id)
            if client is None or client.disabled_at is not None:
                return None
            keys: list[bytes] = []
            try:
                secrets = signing_secrets(session, client_id, self._parts.secret_key)
                keys = [webhook_key(secret, client.scheme) for secret in secrets]
            except ValueError as error:
                log.error("inbox of client %s: %s", client_id, error)
            return HookClient(client_id, client.scheme, tuple(keys), client.quota)


def make_hooks(parts: ApiParts, limits: RateLimits) -> APIBlueprint:
    """Make the route `/v1/hooks/{client_id}`."""
    routes = APIBlueprint("hooks", __name__, url_prefix="/v1/hooks")
    inboxes, desk = Inboxes(parts), Desk(parts)

    @routes.post("/<string:client_id>")
    @routes.output(HookAnswer)
    @routes.doc(
        operation_id="receiveHook",
        extensions=problems(
            ProblemCode.BODY_TOO_LARGE, ProblemCode.UNSUPPORTED_MEDIA_TYPE, ProblemCode.INVALID_REQUEST
        ),
    )
    def receive(client_id: str) -> Response:
        """Take in what a marketplace tells of a listing, signed by the client's scheme."""
        client = inboxes.find(client_id)
        body = _read(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if client is not None and client.scheme is Scheme.WOOCOMMERCE and _is_ping(request, body):
            return json_response(_answer("ping", "The webhook is known here."))
        _check(limits, parts, client, headers, body)
        assert client is not None  # noqa: S101  # _check has refused nobody's inbox
        letter = read_letter(client, headers, body)
        answer = desk.receive(client, letter)
        if answer.outcome == "unreadable" and client.scheme is Scheme.STANDARD:
            raise invalid((FieldError("body", ProblemCode.INVALID_REQUEST, answer.detail),))
        return json_response(answer)

    return routes


def read_letter(client: HookClient, headers: Mapping[str, str], body: bytes) -> Letter:
    """Read a signed delivery; the names of its headers are in lower case."""
    reading = read_delivery(client.scheme, headers, body)
    kept = {
        name: value[:500].replace("\0", "") for name, value in headers.items() if KEPT_HEADERS.fullmatch(name)
    }
    return Letter(_identity(client, reading.topic, headers, body), kept, body, reading)


class Desk:
    """Where deliveries are taken in, a few at a time; beyond that they are kept for the sweeper.

    So the answer is quick however many come at once, and in quiet times a listing is there with it.
    """

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def receive(self, client: HookClient, letter: Letter) -> HookAnswer:
        """Keep a delivery, and take it in. Errors: SQLAlchemyError, and nothing is kept."""
        if letter.reading.news is None or self._places.acquire(blocking=False):
            try:
                return self._take_in(client, letter)
            except SQLAlchemyError:
                raise
            except Exception:
                log.exception("taking in a delivery of client %s", client.id)
            finally:
                if letter.reading.news is not None:
                    self._places.release()
        with self._parts.database.writing() as session:
            is_new = _keep(session, client, letter, HookOutcome.PENDING) is not None
        if not is_new:
            return _answer("duplicate", "This delivery was here before.", letter)
        return _answer("kept", "It is kept, and taken in shortly.", letter)

    def _take_in(self, client: HookClient, letter: Letter) -> HookAnswer:
        submissions: list[Submission] = []
        detail, news, outcome = letter.reading.detail, letter.reading.news, letter.outcome.value
        with self._parts.database.writing() as session:
            delivery_id = _keep(session, client, letter, letter.outcome)
            if delivery_id is None:
                return _answer("duplicate", "This delivery was here before.", letter)
            if news is not None:
                at, quota = now(), client.quota
                taken = take_in(session, client.id, news, at=at, sends=SENDS, quota=quota)
                submissions, detail = taken.submissions, taken.describe(news)
                if taken.held and quota is not None:
                    hold_delivery(session, delivery_id, detail, news.listing_id, quota.ends(at))
                    outcome = "kept"
                elif taken.is_odd:
                    end_delivery(session, delivery_id, letter.outcome, detail, news.listing_id)
        send_new(self._parts, client.id, submissions)
        return _answer(outcome, detail, letter, len(submissions))


def _read(incoming: Request) -> bytes:
    refuse_encoding(incoming)
    incoming.max_content_length = MOST_BODY
    try:
        data = incoming.get_data(cache=False, parse_form_data=False)
    except OSError:  # the server's word for a connection that ended within a chunk
        raise Problem(ProblemCode.BAD_REQUEST, "The body broke off.") from None
    if incoming.content_length not in {None, len(data)}:
        raise Problem(ProblemCode.BAD_REQUEST, "The body is shorter than its Content-Length.")
    return data


def _is_ping(incoming: Request, body: bytes) -> bool:
    """Tell whether WooCommerce asks, unsigned and with a form, whether anybody is here."""
    return (
        incoming.mimetype == "application/x-www-form-urlencoded"
        and "X-WC-Webhook-Signature" not in incoming.headers
        and PING.fullmatch(body) is not None
    )


def _check(
    limits: RateLimits, parts: ApiParts, client: HookClient | None, headers: Mapping[str, str], body: bytes
) -> None:
    """Let only what is signed pass. Errors: Problem (unauthorized, rate_limited, unavailable)."""
    if client is not None and not client.keys:
        # Never verified with an empty key: anybody can sign with that.
        log.error("client %s has no usable webhook secret: its inbox is closed", client.id)
        raise unavailable(60)
    address = request.remote_addr or ""
    _refuse_too_many(limits.look("hook-failed", address, FAILURES_A_MINUTE))
    if client is None or not is_signed(client.scheme, client.keys, headers, body):
        limits.hit("hook-failed", address, FAILURES_A_MINUTE)
        raise Problem(
            ProblemCode.UNAUTHORIZED,
            "The delivery is not signed by a live secret of this client, or not within five minutes.",
            headers={"WWW-Authenticate": 'Webhook realm="kantei"'},
        )
    _refuse_too_many(limits.hit("hook", client.id, EXCESS * parts.rate_limit))


def _refuse_too_many(retry_after: int | None) -> None:
    if retry_after is not None:
        raise Problem(ProblemCode.RATE_LIMITED, headers={"Retry-After": str(retry_after)})


def _identity(client: HookClient, topic: str, headers: Mapping[str, str], body: bytes) -> str:
    """Name the event: by its signed id, or by its signed body (product, date, images).

    WooCommerce counts every sending anew, and nobody signs the shops' ids. Only a deletion's body is
    the same for two different events; taking it in twice changes nothing.
    """
    if client.scheme is Scheme.STANDARD:
        said = f"standard:{headers.get('webhook-id', '')}"
    else:
        said = f"{client.scheme}:{topic}:{hashlib.sha256(body).hexdigest()}"
        if topic in DELETIONS:
            said += ":" + headers.get(DELIVERY_IDS[client.scheme], "")[:200]
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _keep(session: Session, client: HookClient, letter: Letter, outcome: HookOutcome) -> str | None:
    return keep_delivery(
        session,
        client.id,
        letter.identity,
        topic=letter.reading.topic,
        headers=letter.headers,
        body=letter.body,
        outcome=outcome,
        detail=letter.reading.detail,
        listing_id=letter.reading.news.listing_id if letter.reading.news else None,
        at=now(),
    )


def _answer(outcome: str, detail: str, letter: Letter | None = None, submissions: int = 0) -> HookAnswer:
    news = letter.reading.news if letter else None
    return HookAnswer.model_validate(
        {
            "outcome": outcome,
            "detail": detail,
            "listing_id": news.listing_id if news else None,
            "submissions": submissions,
        }
    )
