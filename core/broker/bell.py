"""The bell: a worker that finished a submission wakes the request that waits for it.

A bell may be missed and may ring for nothing; who hears it looks at the row. Over Redis it is one
published message; without Redis, a datagram to every listener's socket in the data folder.
"""

import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import redis

from core.broker import doorbell

CHANNEL = "kantei-bell"
ANY = "any"  # what a listener waits for who wants to hear every ring
CALLBACKS_DUE = "to-tell"  # rung for the notifier, after a submission for whose end someone is called
log = logging.getLogger(__name__)


class Bell(Protocol):
    """Ring for a submission, or listen."""

    def ring(self, submission_id: str) -> None:
        """Wake whoever waits for this submission, or who calls clients (`CALLBACKS_DUE`).

        Never raises: a missed bell costs a moment.
        """

    def listen(self, listener: "BellListener") -> None:
        """Pass every ring on to the listener, until the process ends."""


class BellListener:
    """The waiting threads of one process, each behind an event of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[threading.Event]] = defaultdict(set)

    @contextmanager
    def waiting_for(self, submission_id: str) -> Iterator[threading.Event]:
        """An event that is set when the bell rings for this submission."""
        event = threading.Event()
        with self._lock:
            self._waiting[submission_id].add(event)
        try:
            yield event
        finally:
            with self._lock:
                events = self._waiting[submission_id]
                events.discard(event)
                if not events:
                    del self._waiting[submission_id]

    def is_waiting(self) -> bool:
        """True if anyone waits for anything."""
        with self._lock:
            return bool(self._waiting)

    def hear(self, submission_id: str) -> None:
        """Set the events of all who wait for this submission, or for any."""
        with self._lock:
            for name in (submission_id, ANY):
                for event in self._waiting.get(name, ()):
                    event.set()


class FolderBell:
    """Rings as datagrams within one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def ring(self, submission_id: str) -> None:
        """Send to every listener."""
        doorbell.ring(self._folder, submission_id)

    def listen(self, listener: BellListener) -> None:
        """Open a socket of our own and read it in a thread."""
        receiver = doorbell.listen(self._folder)

        def read() -> None:
            while True:
                listener.hear(receiver.recv(doorbell.LONGEST).decode("ascii", "replace"))

        threading.Thread(target=read, name="bell", daemon=True).start()


class RedisBell:
    """Rings as published messages on one channel."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)

    def ring(self, submission_id: str) -> None:
        """Publish; a Redis that is down costs the waiter a moment."""
        with contextlib.suppress(redis.RedisError):
            self._client.publish(CHANNEL, submission_id)

    def listen(self, listener: BellListener) -> None:
        """Subscribe in a thread, again after every lost connection."""
        client = redis.Redis.from_url(self._url, socket_connect_timeout=2, health_check_interval=30)

        def read() -> None:
            pause = threading.Event()
            while True:
                try:
                    with client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
                        subscription.subscribe(CHANNEL)
                        for message in subscription.listen():
                            listener.hear(message["data"].decode("ascii", "replace"))
                except redis.RedisError as error:
                    log.warning("bell connection lost: %s", error)
                    pause.wait(1)

        threading.Thread(target=read, name="bell", daemon=True).start()


def make_bell(broker_url: str, data_dir: Path) -> Bell:
    """Choose the bell that goes with the broker."""
    if broker_url.startswith("redis"):
        return RedisBell(broker_url)
    return FolderBell(data_dir / "bell")
