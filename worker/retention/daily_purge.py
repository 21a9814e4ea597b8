"""The daily purge: the sweeper applies the retention settings by itself."""

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from core.clock import now
from core.operations.logs import log_event
from store.base.database import Database
from store.bytes.blobs import BlobStore, BlobsUnavailableError
from store.retention.purge import USUALLY, KeptFor, last_purge, purge_expired

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
LOOK = 600.0  # seconds between two looks whether a purge is due


class DailyPurge:
    """Purges when the last purge, by whomever, was a day ago."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        *,
        retention: timedelta,
        kept: KeptFor = USUALLY,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._retention = retention
        self._kept = kept
        self._clock = clock

    def purge_if_due(self) -> bool:
        """Purge if that is due; true if it was. What fails is logged, and tried again at the next look."""
        at = self._clock()
        try:
            with self._database.reading() as session:
                last = last_purge(session)
            if last is not None and at - last < DAY:
                return False
            done = purge_expired(
                self._database,
                self._blobs,
                at=at,
                retention=self._retention,
                kept=self._kept,
                by="sweeper",
            )
        except (SQLAlchemyError, BlobsUnavailableError, OSError) as error:
            log.warning("purge failed: %s", type(error).__name__)
            return False
        log_event(log, "purged", submissions=done.submissions, images=done.images, orphans=done.orphans)
        return True


def purge_daily(purge: DailyPurge, stop: threading.Event) -> threading.Thread:
    """Purge in a thread until stopped; the caller joins it.

    Of several sweepers that look at different moments, one purges.
    """

    def look() -> None:
        while not stop.wait(LOOK * random.uniform(0.1, 1)):  # noqa: S311  # not a secret
            purge.purge_if_due()

    thread = threading.Thread(target=look, name="purge", daemon=True)
    thread.start()
    return thread
