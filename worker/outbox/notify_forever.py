"""The notifier's threads: one that looks for due callbacks, and a few that make them."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from sqlalchemy.exc import SQLAlchemyError

from store.outbox.callbacks import Turn
from store.outbox.client_events import STEP
from worker.outbox.notify import Notifier

THREADS = 16  # endpoints that are called at the same time; each waits at most 15 s, then rests
GATHER = 0.1  # seconds from one look for work to the next, while events come one upon the other
IDLE = 1.0  # seconds after which the database is looked at although no one woke us

log = logging.getLogger(__name__)


def notify_forever(
    notifier: Notifier,
    *,
    wake: threading.Event,
    stop: threading.Event,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Make callbacks until stopped; a database that is down is retried. `wake` shortens the wait.

    All waits are for one of the two events, and all times are by `clock`, in seconds.
    """
    places = threading.BoundedSemaphore(THREADS)
    broken: SimpleQueue[Turn] = SimpleQueue()
    ended = threading.Event()  # a turn: there is a place again, and its endpoint may have more to be told

    def take(turn: Turn) -> None:
        try:
            notifier.take(turn)
        except (SQLAlchemyError, OSError) as error:
            log.warning("callbacks interrupted, database unavailable: %s", type(error).__name__)
            broken.put(turn)
        except Exception:
            # A slip of ours with one endpoint must not end telling the others; its lease runs out.
            log.exception("failed to call endpoint %s", turn.endpoint_id)
        finally:
            places.release()
            ended.set()
            wake.set()

    with ThreadPoolExecutor(THREADS, thread_name_prefix="notify") as pool:
        whole_look = 0.0
        while not stop.is_set():
            looked = clock()
            # Woken for someone who is called, we look at no one else; the rest is looked for once a second.
            is_whole = looked >= whole_look
            try:
                placed = notifier.place(called=not is_whole)
                _give_back(notifier, broken)
                if is_whole or placed or ended.is_set():
                    ended.clear()
                    _hand_out(notifier, pool, places, take)
                if is_whole and placed < STEP:
                    whole_look = looked + IDLE
            except (SQLAlchemyError, OSError) as error:
                log.warning("could not look for due callbacks: %s", type(error).__name__)
                whole_look = 0.0
                stop.wait(IDLE)
            wake.wait(IDLE)
            stop.wait(max(0.0, looked + GATHER - clock()))
            wake.clear()


def _give_back(notifier: Notifier, broken: "SimpleQueue[Turn]") -> None:
    """Release endpoints whose turns a lost database interrupted, without waiting for their leases."""
    while not broken.empty():
        turn = broken.get()
        try:
            notifier.give_back(turn)
        except (SQLAlchemyError, OSError):
            broken.put(turn)
            raise


def _hand_out(
    notifier: Notifier,
    pool: ThreadPoolExecutor,
    places: threading.Semaphore,
    take: Callable[[Turn], None],
) -> None:
    free = 0
    while places.acquire(blocking=False):
        free += 1
    try:
        for turn in notifier.claim(free):
            pool.submit(take, turn)
            free -= 1
    finally:
        for _ in range(free):
            places.release()
