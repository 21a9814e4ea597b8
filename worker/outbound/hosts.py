"""A limit on connections to one host, shared by all processes of one machine.

Places are locks on single bytes of one empty file, far beyond its end: a name's hash says where its
places begin. The kernel drops the locks of a process that dies, nothing has to be cleaned up, and
the file never grows. Record locks belong to processes, so places are counted within the process as
well; keep to one `HostPlaces` a process and folder, since a second one's closing would drop the
first one's locks (fcntl(2)) - which costs politeness, not safety.

A host that takes long could keep every process of the machine waiting, and with them the pictures of all
other hosts. Until it has shown itself prompt it gets fewer places (`per_slow_host`), no one waits for one at
a host that is known to be slow, and all slow hosts together have no more: each fetch from one of them also
takes a place that they share.
"""

import fcntl
import hashlib
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worker.outbound.deadline import Deadline, DeadlinePassedError
from worker.outbound.fetch_error import HostBusyError, HostSlowError
from worker.outbound.promptness import Promptness

_FILE = "hosts.lock"
_ALL_SLOW = ""  # no host's name: where the slow ones' shared places are

Place = tuple[str, int]


class HostPlaces:
    """Hands out `per_host` places for each host; without a folder, for this process alone.

    With `promptness`, a host that is not prompt has `per_slow_host`.
    """

    def __init__(
        self,
        folder: Path | None,
        per_host: int,
        *,
        per_slow_host: int = 1,
        promptness: Promptness | None = None,
    ) -> None:
        self._per_host = per_host
        self._per_slow_host = min(per_slow_host, per_host)
        self._promptness = promptness
        self._lock = threading.Lock()
        self._taken: Counter[Place] = Counter()
        self._path = None if folder is None else folder / _FILE
        self._file: int | None = None
        self._owner = os.getpid()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def hold(self, host: str, deadline: Deadline) -> Iterator[None]:
        """Hold a place for as long as the block runs; wait for one until the deadline.

        Errors: `HostBusyError`, `HostSlowError`.
        """
        places = self._wait(host, deadline)
        began = time.monotonic()
        if self._promptness is not None:
            self._promptness.begin(host)
        try:
            yield
        finally:
            if self._promptness is not None:
                self._promptness.end(host, time.monotonic() - began)
            self._give_back(places)

    def close(self) -> None:
        """Drop the file and every place."""
        if self._promptness is not None:
            self._promptness.close()
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _wait(self, host: str, deadline: Deadline) -> list[Place]:
        pause = 0.01
        while True:
            places = self._try(host)
            if places:
                return places
            if self._promptness is not None and self._promptness.is_slow(host):
                raise HostSlowError(host, retry_after=self._promptness.patience * random.uniform(1, 3))  # noqa: S311 - no secret
            try:
                time.sleep(min(deadline.remaining(), pause * random.uniform(0.5, 1)))  # noqa: S311 - no secret
            except DeadlinePassedError:
                raise HostBusyError(host, retry_after=random.uniform(1, 5)) from None  # noqa: S311 - no secret
            pause = min(2 * pause, 0.2)

    def _try(self, host: str) -> list[Place]:
        """Take a place, and for a slow host a shared one, too; nothing where one of them is not to be had."""
        promptness = self._promptness
        is_prompt = promptness is None or promptness.is_prompt(host)
        wanted = [(host, self._per_host if is_prompt else self._per_slow_host)]
        if promptness is not None and promptness.is_slow(host):
            wanted.append((_ALL_SLOW, self._per_slow_host))
        taken: list[Place] = []
        for name, count in wanted:
            place = self._take(name, count)
            if place is None:
                self._give_back(taken)
                return []
            taken.append((name, place))
        return taken

    def _take(self, name: str, count: int) -> int | None:
        with self._lock:
            file = self._open()
            for place in range(count):
                if self._taken[name, place]:
                    continue
                if file is None or _lock(file, self._byte(name, place)):
                    self._taken[name, place] = 1
                    return place
        return None

    def _give_back(self, places: list[Place]) -> None:
        with self._lock:
            for name, place in places:
                self._taken.pop((name, place), None)
                if self._file is not None and self._owner == os.getpid():
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, self._byte(name, place))

    def _open(self) -> int | None:
        if self._owner != os.getpid():
            # Born by fork: the parent's places are the parent's, and so are its locks.
            self._taken.clear()
            self._owner = os.getpid()
        if self._file is None and self._path is not None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    def _byte(self, host: str, place: int) -> int:
        # 2^48 hosts times at most 2^10 places stay below the largest offset of a file, 2^63 - 1.
        start = int.from_bytes(hashlib.blake2b(host.encode(), digest_size=6).digest(), "big")
        return start * 1024 + place


def _lock(file: int, byte: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):  # EAGAIN or EACCES: another process holds it
        return False
    return True
