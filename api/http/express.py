"""The express lane: who sends little is examined before the rest of who sends much.

The first submissions of a client in a while go to the workers' first queue; beyond that they stand in
line, where the sweeper gives each client its turns. Counted by each process alone: it is a courtesy.
"""

import threading
import time

BURST = 4  # submissions: a listing or two
A_SECOND = 0.2  # and so many more each second: far less than any worker does, or a flood fills the lane
MOST_KNOWN = 10_000  # clients


class Express:
    """A bucket of tokens for each client."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, client_id: str, wanted: int) -> int:
        """Give how many of so many submissions may go first."""
        at = time.monotonic()
        with self._lock:
            seen, tokens = self._buckets.get(client_id, (at, float(BURST)))
            tokens = min(BURST, tokens + (at - seen) * A_SECOND)
            granted = min(wanted, int(tokens))
            if len(self._buckets) >= MOST_KNOWN:
                self._buckets.clear()
            self._buckets[client_id] = (at, tokens - granted)
        return granted
