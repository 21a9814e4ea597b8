"""Signed callbacks to clients: one endpoint a turn, each turn in the order of events.

The database is the queue: nothing here depends on the broker. `docs/decisions/callbacks.md` says
why turns belong to endpoints and why they run on threads of the sweeper's process.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from standardwebhooks import Webhook

from core.clock import now
from core.market.strike_rules import StrikeRules
from core.market.webhook_secrets import webhook_key
from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, say
from core.vocabulary import FailureCode
from store.base.database import Database
from store.clients.clients import signing_secrets
from store.desk.reporting import STEP, has_due_reports, report_due
from store.outbox.callbacks import (
    CallResult,
    EndpointLostError,
    Turn,
    claim_endpoint,
    end_turn,
    fail,
    next_callback,
    next_in_turn,
    put_off,
    succeed,
)
from store.outbox.client_events import event_json, place_events, unplaced_clients
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Callback
from worker.operations.measures import Call, CallMeasures
from worker.outbound.fetch_error import FetchError, HostBusyError
from worker.outbound.post import Answered
from worker.outbox.callback_schedule import FIRST_REST, pause_after, rest_after

TIMEOUT = 15.0  # seconds for one call; Standard Webhooks advises 15 to 30
LEASE = timedelta(seconds=60)  # renewed with every call; what a call can take, and a database that dawdles
TURN = 20.0  # seconds after which an endpoint with more to tell stands in line again
SPARE = 5  # endpoints that are tried beyond those wanted: another notifier may be quicker
GONE = 410

log = logging.getLogger(__name__)


class Posts(Protocol):
    """Send one body to one address."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post. Errors: FetchError where no status came back."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """Everything that telling needs; safe for threads."""

    database: Database
    poster: Posts
    secret_key: str
    turn_seconds: float = TURN
    strikes: StrikeRules = field(default_factory=StrikeRules)
    measures: CallMeasures = field(default_factory=CallMeasures)

    def place(self, *, called: bool = False) -> int:
        """Number new events and make their callbacks due; return how many.

        `called` leaves out the clients whom no one calls: they have time, and a pull places for itself.
        """
        if not called:
            self.report()
        with self.database.reading() as session:
            clients = unplaced_clients(session, called=called)
        placed = 0
        for client_id in clients:
            with self.database.writing() as session:
                placed += place_events(session, client_id)
        return placed

    def report(self) -> int:
        """Report the decisions that can no longer be undone; return how many."""
        with self.database.reading() as session:
            if not has_due_reports(session, now()):
                return 0
        count, done = 0, STEP
        while done == STEP:
            done = report_due(self.database, now(), self.strikes)
            count += done
        return count

    def claim(self, limit: int = 1) -> Iterator[Turn]:
        """Claim the next endpoints in turn, at most so many; each is yielded as soon as it is claimed."""
        with self.database.reading() as session:
            endpoint_ids = next_in_turn(session, now(), limit=limit + SPARE)
        for endpoint_id in endpoint_ids:
            if limit == 0:
                return
            with self.database.writing() as session:
                turn = claim_endpoint(session, endpoint_id, lease=LEASE, at=now())
            if turn is not None:
                limit -= 1
                yield turn

    def take(self, turn: Turn) -> None:
        """Make the calls that an endpoint is due, in order, until one fails badly or the time is over.

        Errors: SQLAlchemyError; the lease then runs out and the calls are made again.
        """
        until = time.monotonic() + self.turn_seconds
        keys = self._keys(turn.client_id)
        failures: int | None = turn.failures
        try:
            while failures is not None and time.monotonic() < until:
                with self.database.reading() as session:
                    callback = next_callback(session, turn, now())
                if callback is None:
                    break
                failures = self._call(turn, callback, keys, failures)
            with self.database.writing() as session:
                end_turn(session, turn, now())
        except EndpointLostError:
            log.warning("lost the lease on endpoint %s", turn.endpoint_id)

    def give_back(self, turn: Turn) -> None:
        """Release an endpoint whose turn was interrupted; it pauses briefly. Errors: `SQLAlchemyError`."""
        with suppress(EndpointLostError), self.database.writing() as session:
            put_off(session, turn, until=now() + FIRST_REST)
            end_turn(session, turn, now())

    def _keys(self, client_id: str) -> list[bytes]:
        with self.database.reading() as session:
            scheme = session.get_one(Client, client_id).scheme
            found = signing_secrets(session, client_id, self.secret_key)
        keys = []
        for secret in found[:2]:
            try:
                keys.append(webhook_key(secret, scheme))
            except ValueError:
                log.error("client %s has a malformed webhook secret", client_id)
        return keys

    def _call(self, turn: Turn, callback: Callback, keys: list[bytes], failures: int) -> int | None:
        """Make one call and note what it came to.

        Give how often the endpoint has failed in a row, or None where it is to be left alone now.
        """
        began = time.monotonic()
        retry_after: float | None = None
        status: int | None = None
        failure: Saying | None = None
        answer = ""
        try:
            answered = self._post(turn.url, callback, keys)
            status, retry_after = answered.status, answered.retry_after
            # What a log shows and PostgreSQL stores; the other side may send anything.
            answer = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in answered.body)
        except HostBusyError as error:
            with self.database.writing() as session:
                put_off(session, turn, until=now() + timedelta(seconds=error.retry_after or 1))
            self.measures.calls.labels(Call.PUT_OFF.value).inc()
            return None
        except FetchError as error:
            failure = error.detail
            retry_after = error.retry_after
        attempt = CallResult(status, failure, answer, time.monotonic() - began)
        self.measures.seconds.observe(attempt.seconds)
        if status is not None and 200 <= status < 300:
            at = now()
            with self.database.writing() as session:
                succeed(session, turn, callback, attempt, lease=LEASE, at=at)
            self.measures.calls.labels(Call.DELIVERED.value).inc()
            self.measures.lag.observe(max(0.0, (at - callback.event.created_at).total_seconds()))
            return 0
        return self._note_failure(turn, callback, attempt, failures + 1, retry_after)

    def _post(self, url: str, callback: Callback, keys: list[bytes]) -> Answered:
        if not keys:
            raise FetchError(FailureCode.REFUSED, say(FailureDetail.NO_WEBHOOK_SECRET), is_permanent=False)
        body = json.dumps(event_json(callback.event), ensure_ascii=False, separators=(",", ":"))
        return self.poster.post(url, body.encode(), sign(callback.event_id, now(), body, keys))

    def _note_failure(
        self,
        turn: Turn,
        callback: Callback,
        attempt: CallResult,
        failures: int,
        retry_after: float | None,
    ) -> int | None:
        at = now()
        pause = pause_after(callback.tries + 1, retry_after)
        rest = rest_after(failures, attempt.status, retry_after)
        with self.database.writing() as session:
            disabled = fail(
                session,
                turn,
                callback,
                attempt,
                due_at=at + pause if pause is not None else None,
                paused_until=at + rest if rest is not None else None,
                is_gone=attempt.status == GONE,
                lease=LEASE,
                at=at,
            )
        self.measures.calls.labels(Call.FAILED.value).inc()
        if disabled is not None:
            self.measures.disabled.inc()
            log.error("disabled endpoint %s of client %s: %s", turn.endpoint_id, turn.client_id, disabled)
        return failures if disabled is None and rest is None else None


def sign(event_id: str, at: datetime, body: str, keys: list[bytes]) -> dict[str, str]:
    """Make the headers of Standard Webhooks: a signature for each live secret, the newest first."""
    signatures = [Webhook(key).sign(event_id, at, body) for key in keys]
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
