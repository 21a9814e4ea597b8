"""Counting near copies that wait, once in a while, beside the sweeps."""

import time
from dataclasses import dataclass, field

from store.base.database import Database
from store.known.near_families import count_families, join_families

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
        until, joined = time.monotonic() + PATIENCE, STEP
        while joined == STEP and time.monotonic() < until:
            with self.database.writing() as session:
                joined = join_families(session, limit=STEP)
        if time.monotonic() < self._counted_at + PAUSE:
            return
        with self.database.writing() as session:
            count_families(session)
        self._counted_at = time.monotonic()
