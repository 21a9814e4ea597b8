"""Rate limits, counted in Redis for all processes or in memory for one.

Counts are a courtesy to other clients, not a safety: where Redis does not answer, this process
counts alone for a while, and no request fails or waits for it.
"""

import logging
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from api.http.parts import ApiParts, shared

ALONE = 5.0  # seconds before Redis is asked again after it failed
PATIENCE = 0.5  # seconds that one answer of Redis may take

log = logging.getLogger(__name__)


class RateLimits:
    """So many hits a minute for each key; the minute begins with its first hit."""

    def __init__(self, storage_uri: str) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared = self._own
        if not storage_uri.startswith("memory:"):
            storage = storage_from_string(
                storage_uri, wrap_exceptions=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
            )
            self._shared = FixedWindowRateLimiter(storage)
        self._alone_until = 0.0

    def hit(self, kind: str, key: str, per_minute: int) -> int | None:
        """Count one; returns the seconds to wait where it was one too many, else None."""
        return self._ask(kind, key, RateLimitItemPerMinute(per_minute), counts=True)

    def look(self, kind: str, key: str, per_minute: int) -> int | None:
        """Count nothing; returns the seconds to wait where another hit would be one too many."""
        return self._ask(kind, key, RateLimitItemPerMinute(per_minute), counts=False)

    def _ask(self, kind: str, key: str, item: RateLimitItem, *, counts: bool) -> int | None:
        if time.monotonic() >= self._alone_until:
            try:
                return _ask(self._shared, kind, key, item, counts=counts)
            except StorageError as error:
                self._alone_until = time.monotonic() + ALONE
                log.warning(
                    "Redis unavailable, this process counts rate limits alone: %s",
                    type(error.storage_error).__name__,
                )
        return _ask(self._own, kind, key, item, counts=counts)


def rate_limits() -> RateLimits:
    """The counts of the application that is answering."""
    return shared(_count)


def _count(parts: ApiParts) -> RateLimits:
    return RateLimits(parts.limiter_storage)


def refuse_too_many(wait: int | None) -> None:
    """End the request if there are seconds to wait. Errors: TooManyRequests, for a program or for a page."""
    if wait is not None:
        raise TooManyRequests(retry_after=wait)


def _ask(
    limiter: FixedWindowRateLimiter, kind: str, key: str, item: RateLimitItem, *, counts: bool
) -> int | None:
    if limiter.hit(item, kind, key) if counts else limiter.test(item, kind, key):
        return None
    reset_at = limiter.get_window_stats(item, kind, key).reset_time
    return min(60, max(1, math.ceil(reset_at - time.time())))
