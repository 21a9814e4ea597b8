"""How many cases wait in named queues, counted every few seconds for everybody."""

import threading
import time
from collections.abc import Callable, Mapping

from cachetools import TTLCache
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from store.desk.queue_filter import QueueFilter, Viewer, narrow
from store.desk.review_queue import COUNT_LIMIT
from store.queues.named_queues import MOST_QUEUES
from store.tables.case_tables import Image

VALIDITY = 20.0  # seconds for which a count holds


class NamedCounts:
    """The number of waiting cases in each queue, which is the same whoever looks; for many threads."""

    def __init__(self, *, validity: float = VALIDITY, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._known = TTLCache[QueueFilter, int, float](2 * MOST_QUEUES, validity, clock)

    def read(self, session: Session, queues: Mapping[str, QueueFilter], viewer: Viewer) -> dict[str, int]:
        """How many cases there are in queues, by any name; one more than `COUNT_LIMIT` means even more."""
        with self._lock:
            known = {wanted: self._known.get(wanted) for wanted in queues.values()}
        missing = [wanted for wanted, count in known.items() if count is None]
        if missing:
            counted = dict(zip(missing, count_each(session, missing, viewer), strict=True))
            with self._lock:
                self._known.update(counted)
            known |= counted
        return {name: known[wanted] or 0 for name, wanted in queues.items()}


def count_each(session: Session, wanted: list[QueueFilter], viewer: Viewer) -> list[int]:
    """Count what each of some filters lets through, as far as `COUNT_LIMIT`, in one query."""
    return list(session.execute(select(*(_counted(one, viewer) for one in wanted))).one())


def _counted(wanted: QueueFilter, viewer: Viewer) -> ScalarSelect[int]:
    found = narrow(select(Image.sha256), wanted, viewer).limit(COUNT_LIMIT + 1).subquery("counted_queue")
    return select(func.count()).select_from(found).scalar_subquery()
