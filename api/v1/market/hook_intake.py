"""The desk behind the inbox: a signed delivery is read, kept and taken in."""

import hashlib
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.http.parts import ApiParts
from api.schemas.hook_schemas import HookAnswer
from api.v1.intake.accept import SENDS, send_new
from api.v1.market.hook_clients import HookClient
from core.clock import now
from core.vocabulary import Scheme
from marketplace.dialects import DELETIONS, Reading, read_delivery
from store.market.hook_deliveries import end_delivery, hold_delivery, keep_delivery
from store.market.listings import take_in
from store.tables.case_tables import Submission
from store.tables.marketplace_tables import HookOutcome

AT_ONCE = 2  # deliveries taken in at a time by each process; the others are kept for the sweeper
KEPT_HEADERS = re.compile(r"webhook-.*|x-shopify-.*|x-wc-webhook-.*|content-type|user-agent")
DELIVERY_IDS = {Scheme.SHOPIFY: "x-shopify-webhook-id", Scheme.WOOCOMMERCE: "x-wc-webhook-delivery-id"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ParsedDelivery:
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


def parse_delivery(client: HookClient, headers: Mapping[str, str], body: bytes) -> ParsedDelivery:
    """Read a signed delivery; the names of its headers are in lower case."""
    reading = read_delivery(client.scheme, headers, body)
    kept = {
        name: value[:500].replace("\0", "") for name, value in headers.items() if KEPT_HEADERS.fullmatch(name)
    }
    return ParsedDelivery(_identity(client, reading.topic, headers, body), kept, body, reading)


class HookIntake:
    """Where deliveries are taken in, a few at a time; beyond that they are kept for the sweeper.

    So the answer is quick however many come at once, and in quiet times a listing is there with it.
    """

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def receive(self, client: HookClient, delivery: ParsedDelivery) -> HookAnswer:
        """Keep a delivery, and take it in. Errors: SQLAlchemyError, and nothing is kept."""
        if delivery.reading.news is None or self._places.acquire(blocking=False):
            try:
                return self._take_in(client, delivery)
            except SQLAlchemyError:
                raise
            except Exception:
                log.exception("taking in a delivery of client %s", client.id)
            finally:
                if delivery.reading.news is not None:
                    self._places.release()
        with self._parts.database.writing() as session:
            is_new = _keep(session, client, delivery, HookOutcome.PENDING) is not None
        if not is_new:
            return to_answer("duplicate", "This delivery was here before.", delivery)
        return to_answer("kept", "It is kept, and taken in shortly.", delivery)

    def _take_in(self, client: HookClient, delivery: ParsedDelivery) -> HookAnswer:
        submissions: list[Submission] = []
        detail, news, outcome = delivery.reading.detail, delivery.reading.news, delivery.outcome.value
        with self._parts.database.writing() as session:
            delivery_id = _keep(session, client, delivery, delivery.outcome)
            if delivery_id is None:
                return to_answer("duplicate", "This delivery was here before.", delivery)
            if news is not None:
                at, quota = now(), client.quota
                taken = take_in(session, client.id, news, at=at, sends=SENDS, quota=quota)
                submissions, detail = taken.submissions, taken.describe(news)
                if taken.held and quota is not None:
                    hold_delivery(session, delivery_id, detail, news.listing_id, quota.ends(at))
                    outcome = "kept"
                elif taken.is_odd:
                    end_delivery(session, delivery_id, delivery.outcome, detail, news.listing_id)
        send_new(self._parts, client.id, submissions)
        return to_answer(outcome, detail, delivery, len(submissions))


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


def _keep(session: Session, client: HookClient, delivery: ParsedDelivery, outcome: HookOutcome) -> str | None:
    return keep_delivery(
        session,
        client.id,
        delivery.identity,
        topic=delivery.reading.topic,
        headers=delivery.headers,
        body=delivery.body,
        outcome=outcome,
        detail=delivery.reading.detail,
        listing_id=delivery.reading.news.listing_id if delivery.reading.news else None,
        at=now(),
    )


def to_answer(
    outcome: str, detail: str, delivery: ParsedDelivery | None = None, submissions: int = 0
) -> HookAnswer:
    """Say what became of a delivery."""
    news = delivery.reading.news if delivery else None
    return HookAnswer.model_validate(
        {
            "outcome": outcome,
            "detail": detail,
            "listing_id": news.listing_id if news else None,
            "submissions": submissions,
        }
    )
