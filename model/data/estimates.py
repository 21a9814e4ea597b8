"""Progress of long work: how far it is, and how long the rest will take."""

import time
from collections.abc import Callable

Say = Callable[[str], None]
EVERY = 20.0  # seconds between two words


class ProgressReport:
    """Counts what is done of `total`; `what` names it."""

    def __init__(self, what: str, total: int, say: Say, clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._total, self._say, self._clock = what, total, say, clock
        self._started = self._said = clock()

    def reach(self, done: int) -> None:
        """Report how many are done, unless the last report was a moment ago."""
        now = self._clock()
        if not done or now - self._said < EVERY:
            return
        self._said = now
        left = (now - self._started) / done * (self._total - done)
        rest = f"{left / 60:.1f} min" if left >= 60 else f"{left:.0f} s"
        self._say(f"{self._what}: {done} of {self._total} pictures, {rest} left")
