"""Counting near copies that wait, once in a while, beside the sweeps."""

import time
from dataclasses import dataclass, field

from store.base.database import Database
from store.known.near_families import count_families, find_families, keep_families

STEP = 50  # cases that get a family after one sweep: each is a search among all hashes
PATIENCE = 1.0  # seconds, after which the rest waits for the next sweep
PAUSE = 30.0  # seconds between two counts


@dataclass(slots=True)
class NearCounts:
    """Keeps the families of near copies and their counts; called after each sweep."""

    database: Database
    _counted_at: float = field(default=float("-inf"), init=False)

    def __call__(self) -> None:
        """Find families for what came, and count again if the last count is old."""
        until, found = time.monotonic() + PATIENCE, STEP
        while found == STEP and time.monotonic() < until:
            found = self._join()
        if time.monotonic() < self._counted_at + PAUSE:
            return
        with self.database.writing() as session:
            count_families(session)
        self._counted_at = time.monotonic()

    def _join(self) -> int:
        """Find families for a few cases and keep them; how many there were."""
        with self.database.reading() as session:
            families = find_families(session, limit=STEP)
        if families:
            with self.database.writing() as session:
                keep_families(session, families)
        return len(families)
