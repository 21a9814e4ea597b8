"""The notifier's real parts, and how the bell wakes it."""

import threading

from core.broker.bell import CALLBACKS_DUE, BellListener
from core.operations.measuring import Measuring
from core.settings.settings import Settings
from kantei.roots.joining import open_bell, open_database, strike_rules
from worker.operations.measures import CallMeasures
from worker.outbound.post import Poster
from worker.outbox.notify import TIMEOUT, Notifier
from worker.outbox.notify_forever import THREADS, notify_forever


class WakingListener(BellListener):
    """Listens for the bell that says a client has to be called."""

    def __init__(self, wake: threading.Event) -> None:
        super().__init__()
        self._wake = wake

    def hear(self, rung_for: str) -> None:
        """Wake the notifier; most rings are for those who wait before one submission."""
        if rung_for == CALLBACKS_DUE:
            self._wake.set()


def make_poster(settings: Settings) -> Poster:
    """The sender of callbacks: guarded like the fetcher, with its own limit per host."""
    return Poster(
        allow=settings.fetch_allow,
        ports=settings.fetch_ports,
        timeout=TIMEOUT,
        per_host=settings.fetch_per_host,
        slots_dir=settings.data_dir / "callbacks",
    )


def start_notifying(settings: Settings, stop: threading.Event, measuring: Measuring) -> threading.Thread:
    """Make callbacks in threads of this process until stopped; the caller joins the returned thread."""
    wake = threading.Event()
    open_bell(settings).listen(WakingListener(wake))
    notifier = Notifier(
        database=open_database(settings, pool_size=THREADS // 2),
        poster=make_poster(settings),
        secret_key=settings.secret_key,
        measures=CallMeasures(measuring),
        strikes=strike_rules(settings),
    )
    thread = threading.Thread(
        target=notify_forever, args=(notifier,), kwargs={"wake": wake, "stop": stop}, name="notify"
    )
    thread.start()
    return thread
