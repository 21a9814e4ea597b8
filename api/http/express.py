"""The express lane: clients that submit rarely go ahead of bulk submitters.

A client's first submissions in a while go to the workers' first queue. The rest wait in line, where the
sweeper gives each client its turns. Each process counts for itself: this is a courtesy, not a limit.
"""

import threading
import time
from collections.abc import Callable

from cachetools import TTLCache

BURST = 4  # submissions: a listing or two
A_SECOND = 0.2  # and so many more each second: far less than any worker does, or a flood fills the lane
MOST_KNOWN = 10_000  # clients


class Express:
    """A bucket of tokens for each client; one left alone until it is full again need not be remembered."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets = TTLCache[str, tuple[float, float], float](MOST_KNOWN, BURST / A_SECOND, clock)

    def take(self, client_id: str, wanted: int) -> int:
        """How many of the wanted submissions may use the express lane, 0 to `wanted`."""
        at = self._clock()
        with self._lock:
            seen, tokens = self._buckets.get(client_id, (at, float(BURST)))
            tokens = min(BURST, tokens + (at - seen) * A_SECOND)
            granted = min(wanted, int(tokens))
            self._buckets[client_id] = (at, tokens - granted)
        return granted
