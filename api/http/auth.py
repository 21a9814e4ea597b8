"""API key authentication and rate limits per client.

A key found is remembered for a few seconds, so that a busy client does not cost a query a request;
a key revoked may live on that long in each process.
"""

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from cachetools import TTLCache
from flask import g, request

from api.http.access import current_access
from api.http.parts import ApiParts, shared
from api.http.request_limits import rate_limits, refuse_too_many
from api.schemas.problems import Problem, ProblemCode
from core.clients.quota import Quota
from core.clock import now
from core.vocabulary import Source
from store.clients.clients import USED_EVERY, digest, find_key, mark_used

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
    scopes: frozenset[str]
    quota: Quota | None


class Gate:
    """Lets callers in: a live key first, then the client's rate limit."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._lock = threading.Lock()  # over both caches: not even reading them is safe in two threads
        self._callers = TTLCache[str, Caller, float](MOST_REMEMBERED, REMEMBERED, parts.clock)
        self._marked = TTLCache[str, bool, float](MOST_REMEMBERED, USED_EVERY.total_seconds(), parts.clock)

    def admit(self) -> None:
        """Admit the present request or end it. Errors: Problem (unauthorized, rate_limited)."""
        caller = self._identify(bearer_key())
        refuse_too_many(rate_limits().hit("client", caller.client_id, self._parts.rate_limit))
        _refuse_unscoped(caller, current_access().needs)
        g.caller = caller

    def _identify(self, key: str | None) -> Caller:
        known_as = digest(key) if key else ""
        with self._lock:
            caller = self._callers.get(known_as)
        if caller is not None:
            return caller
        address = request.remote_addr or ""
        refuse_too_many(rate_limits().look("failed", address, FAILURES_A_MINUTE))
        caller = self._find(key) if key else None
        if caller is None:
            rate_limits().hit("failed", address, FAILURES_A_MINUTE)
            raise _unauthorized(key)
        with self._lock:
            self._callers[known_as] = caller
        return caller

    def _find(self, key: str) -> Caller | None:
        with self._parts.database.reading() as session:
            found = find_key(session, key)
            if found is None:
                return None
            caller = Caller(found.id, found.client_id, found.client.source, found.scopes, found.client.quota)
        self._mark_used(caller.key_id)
        return caller

    def _mark_used(self, key_id: str) -> None:
        with self._lock:
            if key_id in self._marked:
                return
            self._marked[key_id] = True
        with self._parts.database.writing() as session:
            mark_used(session, key_id, now())


def admit() -> None:
    """Admit the holder of an active API key. Errors: Problem (unauthorized), TooManyRequests."""
    shared(Gate).admit()


def current_caller() -> Caller:
    """The caller that the gate admitted."""
    return cast(Caller, g.caller)


def bearer_key() -> str | None:
    """Take the key of the present request; None where there is none that could be one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not 0 < len(key) <= LONGEST_KEY:
        return None
    return key


def _unauthorized(key: str | None) -> Problem:
    # RFC 6750, section 3.1: no error code where no credentials were given.
    challenge = 'Bearer realm="kantei"' + (', error="invalid_token"' if key else "")
    return Problem(ProblemCode.UNAUTHORIZED, headers={"WWW-Authenticate": challenge})


def _refuse_unscoped(caller: Caller, scope: StrEnum | None) -> None:
    """Refuse callers without access. A route that does not say what it needs is open to no one."""
    if scope is None or scope not in caller.scopes:
        # RFC 6750, section 3.1.
        challenge = f'Bearer realm="kantei", error="insufficient_scope", scope="{scope or ""}"'
        raise Problem(
            ProblemCode.INSUFFICIENT_SCOPE,
            f"This API key does not have the scope `{scope}`." if scope else None,
            headers={"WWW-Authenticate": challenge},
        )
