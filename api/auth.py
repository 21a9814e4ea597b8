"""Who asks: API keys, and how often they may.

A key found is remembered for a few seconds, so that a busy client does not cost a query a request;
a key revoked may live on that long in each process.
"""

import threading
import time
from dataclasses import dataclass
from typing import cast

from flask import g, request

from api.limits import RateLimits
from api.parts import ApiParts
from api.problems import Problem, ProblemCode
from core.clock import now
from core.vocabulary import Source
from store.clients import USED_EVERY, digest, find_key, mark_used

REMEMBERED = 5.0  # seconds
MOST_REMEMBERED = 10_000
FAILURES_A_MINUTE = 60  # for each address; a key cannot be guessed, but guessing costs queries
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a live key."""

    key_id: str
    client_id: str
    source: Source


class Gate:
    """Lets callers in: a live key first, then the client's rate limit."""

    def __init__(self, parts: ApiParts, limits: RateLimits) -> None:
        self._parts = parts
        self._limits = limits
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Caller]] = {}
        self._used: dict[str, float] = {}

    def admit(self) -> None:
        """Admit the present request or end it. Errors: Problem (unauthorized, rate_limited)."""
        caller = self._identify(_bearer_key())
        _refuse_too_many(self._limits.hit("client", caller.client_id, self._parts.rate_limit))
        g.caller = caller

    def _identify(self, key: str | None) -> Caller:
        known_as = digest(key) if key else ""
        with self._lock:
            until, caller = self._known.get(known_as, (0.0, None))
        if caller is not None and time.monotonic() < until:
            return caller
        address = request.remote_addr or ""
        _refuse_too_many(self._limits.look("failed", address, FAILURES_A_MINUTE))
        caller = self._find(key) if key else None
        if caller is None:
            self._limits.hit("failed", address, FAILURES_A_MINUTE)
            raise _unauthorized(key)
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[known_as] = (time.monotonic() + REMEMBERED, caller)
        return caller

    def _find(self, key: str) -> Caller | None:
        with self._parts.database.reading() as session:
            found = find_key(session, key)
            if found is None:
                return None
            caller = Caller(found.id, found.client_id, found.client.source)
        self._mark_used(caller.key_id)
        return caller

    def _mark_used(self, key_id: str) -> None:
        with self._lock:
            marked = self._used.get(key_id)
            if marked is not None and time.monotonic() - marked < USED_EVERY.total_seconds():
                return
            if len(self._used) >= MOST_REMEMBERED:
                self._used.clear()
            self._used[key_id] = time.monotonic()
        with self._parts.database.writing() as session:
            mark_used(session, key_id, now())


def current_caller() -> Caller:
    """Give the caller that the gate admitted."""
    return cast(Caller, g.caller)


def _bearer_key() -> str | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not 0 < len(key) <= LONGEST_KEY:
        return None
    return key


def _unauthorized(key: str | None) -> Problem:
    # RFC 6750, section 3.1: no error code where no credentials were given.
    challenge = 'Bearer realm="kantei"' + (', error="invalid_token"' if key else "")
    return Problem(ProblemCode.UNAUTHORIZED, headers={"WWW-Authenticate": challenge})


def _refuse_too_many(retry_after: int | None) -> None:
    if retry_after is not None:
        raise Problem(ProblemCode.RATE_LIMITED, headers={"Retry-After": str(retry_after)})
