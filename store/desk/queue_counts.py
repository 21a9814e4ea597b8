"""How many cases wait in named queues, counted every few seconds for everybody."""

import threading
import time
from collections.abc import Callable, Collection, Mapping

from cachetools import TTLCache
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from store.desk.queue_filter import QueueFilter, Viewer, narrow
from store.desk.review_queue import COUNT_LIMIT
from store.queues.named_queues import MOST_QUEUES
from store.tables.case_tables import Image

VALIDITY = 20.0  # seconds for which a count holds
SHOWN = 60.0  # seconds for which it is still shown while another thread counts again
PATIENCE = 10.0  # seconds to wait for another thread's count; counting for oneself is the last resort


class NamedCounts:
    """The number of waiting cases in each queue, which is the same whoever looks; for many threads.

    One thread counts a queue at a time. The others show its last count meanwhile, or wait if there is none.
    """

    def __init__(self, *, validity: float = VALIDITY, clock: Callable[[], float] = time.monotonic) -> None:
        self._validity, self._clock = validity, clock
        self._ended = threading.Condition()
        # Each count with the moment when it was begun.
        self._known = TTLCache[QueueFilter, tuple[float, int], float](2 * MOST_QUEUES, SHOWN, clock)
        self._running: set[QueueFilter] = set()

    def read(self, session: Session, queues: Mapping[str, QueueFilter], viewer: Viewer) -> dict[str, int]:
        """How many cases there are in queues, by any name; one more than `COUNT_LIMIT` means even more."""
        counts, due = self._claim(dict.fromkeys(queues.values()))
        if due:
            counts |= self._count(session, due, viewer)
        return {name: counts[wanted] for name, wanted in queues.items()}

    def _claim(self, wanted: Collection[QueueFilter]) -> tuple[dict[QueueFilter, int], list[QueueFilter]]:
        """The counts that can be shown, and the queues that this thread has to count."""
        with self._ended:
            # Nothing is claimed before the wait, so no two threads wait for each other.
            self._ended.wait_for(
                lambda: all(one in self._known for one in wanted if one in self._running), PATIENCE
            )
            known = {one: found for one in wanted if (found := self._known.get(one)) is not None}
            valid_from = self._clock() - self._validity
            counts = {
                one: count
                for one, (begun_at, count) in known.items()
                if begun_at > valid_from or one in self._running
            }
            due = [one for one in wanted if one not in counts]
            self._running.update(due)
        return counts, due

    def _count(self, session: Session, due: list[QueueFilter], viewer: Viewer) -> dict[QueueFilter, int]:
        counts, at = dict[QueueFilter, int](), self._clock()
        try:
            counts = dict(zip(due, count_each(session, due, viewer), strict=True))
        finally:
            with self._ended:
                self._known.update({one: (at, count) for one, count in counts.items()})
                self._running.difference_update(due)
                self._ended.notify_all()
        return counts


def count_each(session: Session, wanted: list[QueueFilter], viewer: Viewer) -> list[int]:
    """Count what each of some filters lets through, as far as `COUNT_LIMIT`, in one query."""
    return list(session.execute(select(*(_counted(one, viewer) for one in wanted))).one())


def _counted(wanted: QueueFilter, viewer: Viewer) -> ScalarSelect[int]:
    found = narrow(select(Image.sha256), wanted, viewer).limit(COUNT_LIMIT + 1).subquery("counted_queue")
    return select(func.count()).select_from(found).scalar_subquery()
