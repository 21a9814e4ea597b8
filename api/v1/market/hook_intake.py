"""Processing a signed delivery: read, stored, and applied to the listing."""

import hashlib
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.http.parts import ApiParts
from api.schemas.hook_schemas import HookAnswer
from api.v1.intake.accept import SENDS, send_new
from api.v1.market.hook_clients import HookClient
from core.clock import now
from core.vocabulary import Scheme
from marketplace.dialects import DELETIONS, Reading, read_delivery
from store.market.delivery_intake import StoredDelivery, finish_delivery
from store.market.hook_deliveries import keep_delivery
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


def parse_delivery(client: HookClient, headers: Mapping[str, str], body: bytes) -> ParsedDelivery:
    """Read a signed delivery; the names of its headers are in lower case."""
    reading = read_delivery(client.scheme, headers, body, client.words)
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
                log.exception("failed to process a delivery of client %s", client.id)
            finally:
                if delivery.reading.news is not None:
                    self._places.release()
        with self._parts.database.writing() as session:
            is_new = _keep(session, client, delivery, now()) is not None
        if not is_new:
            return to_answer("duplicate", "This delivery was already received. Nothing changed.", delivery)
        return to_answer("kept", "Stored. It will be processed within seconds.", delivery)

    def _take_in(self, client: HookClient, delivery: ParsedDelivery) -> HookAnswer:
        reading, at = delivery.reading, now()
        with self._parts.database.writing() as session:
            delivery_id = _keep(session, client, delivery, at)
            if delivery_id is None:
                return to_answer(
                    "duplicate", "This delivery was already received. Nothing changed.", delivery
                )
            result = finish_delivery(
                session,
                StoredDelivery(delivery_id, client.id, client.quota, at),
                reading.news,
                is_readable=reading.is_readable,
                detail=reading.detail,
                at=at,
                sends=SENDS,
            )
        send_new(self._parts, client.id, result.submissions)
        outcome = "kept" if result.outcome is HookOutcome.PENDING else result.outcome.value
        return to_answer(outcome, result.detail, delivery, len(result.submissions))


def _identity(client: HookClient, topic: str, headers: Mapping[str, str], body: bytes) -> str:
    """Name the event: by its signed id, or by its signed body (product, date, images).

    WooCommerce counts every sending again, and no one signs the shops' ids. Only a deletion's body is
    the same for two different events; taking it in twice changes nothing.
    """
    if client.scheme is Scheme.STANDARD:
        said = f"standard:{headers.get('webhook-id', '')}"
    else:
        said = f"{client.scheme}:{topic}:{hashlib.sha256(body).hexdigest()}"
        if topic in DELETIONS:
            said += ":" + headers.get(DELIVERY_IDS[client.scheme], "")[:200]
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _keep(session: Session, client: HookClient, delivery: ParsedDelivery, at: datetime) -> str | None:
    """Store a delivery that is still to be taken in; None if it is stored already."""
    return keep_delivery(
        session,
        client.id,
        delivery.identity,
        topic=delivery.reading.topic,
        headers=delivery.headers,
        body=delivery.body,
        outcome=HookOutcome.PENDING,
        detail=delivery.reading.detail,
        listing_id=delivery.reading.news.listing_id if delivery.reading.news else None,
        at=at,
    )


def to_answer(
    outcome: str, detail: str, delivery: ParsedDelivery | None = None, submissions: int = 0
) -> HookAnswer:
    """The answer to a delivery."""
    news = delivery.reading.news if delivery else None
    return HookAnswer.model_validate(
        {
            "outcome": outcome,
            "detail": detail,
            "listing_id": news.listing_id if news else None,
            "submissions": submissions,
        }
    )
