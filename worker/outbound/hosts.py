"""A limit on connections to one host, shared by all processes of a machine, and which hosts respond in time.

Places are locks on single bytes of one empty file, far beyond its end: a name's hash says where its
places begin. The kernel drops the locks of a process that crashes, nothing has to be cleaned up, and
the file never grows. Record locks belong to processes, so places are counted within the process as
well; keep to one `HostPlaces` a process and folder, since a second one's closing would drop the
first one's locks (fcntl(2)), which costs politeness, not safety.

A host that takes long could keep every process of the machine waiting, and with them the pictures of all
other hosts. Until it has shown itself prompt it gets fewer places (`per_slow_host`), no one waits for one at
a host that is known to be slow, and all slow hosts together have no more: each fetch from one of them also
takes a place that they share. What is known of a host is eight bytes of a second file.

`docs/decisions/politeness.md` says why this is not decided by the database.
"""

import fcntl
import hashlib
import math
import os
import random
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from worker.outbound.deadline import Deadline, DeadlinePassedError
from worker.outbound.fetch_error import HostBusyError, HostSlowError

_ALL_SLOW = ""  # no host's name: where the slow ones' shared places are
_MOMENT = struct.Struct("=d")
_UNKNOWN = 0.0
_LATE = 1e-9  # a moment that is past on every clock

Place = tuple[str, int]


class Promptness:
    """Remembers for each host whether it ended its last fetch within `patience` seconds.

    A moment above 0 belongs to a host that has not shown itself prompt, below 0 to one that has: by then,
    what is being fetched from it should have ended. 0 is a host that nothing is known of, minus infinity one
    that was prompt and of which nothing is awaited. The file has at most half a megabyte. It is read and
    written without a lock, and not mapped, since a full disk would then kill whoever writes (SIGBUS). Two
    hosts at one place, two writers at once, or a file from before the machine was restarted cost some
    politeness or some speed for a while, and nothing else. Without a folder, one process remembers alone.
    """

    def __init__(self, folder: Path | None, patience: float) -> None:
        self.patience = patience
        self._file = _SharedFile(folder, "hosts.prompt")
        self._seen: dict[int, float] = {}

    def begin(self, host: str) -> None:
        """Note that a fetch begins; where one is under way, that one's end is awaited first."""
        moment, due = self._read(host), time.monotonic() + self.patience
        if moment == _UNKNOWN:
            self._write(host, due)
        elif moment == -math.inf:
            self._write(host, -due)

    def end(self, host: str, seconds: float) -> None:
        """Note that a fetch has ended, however it did, after so many seconds."""
        self._write(host, -math.inf if seconds <= self.patience else _LATE)

    def is_slow(self, host: str) -> bool:
        """True if the last fetch took too long, or one under way does."""
        return 0 < abs(self._read(host)) < time.monotonic()

    def is_prompt(self, host: str) -> bool:
        """True if the last fetch ended in time, and none under way takes too long."""
        moment = self._read(host)
        return moment < 0 and time.monotonic() <= -moment

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, host: str) -> float:
        at, file = _hash(host, 2) * _MOMENT.size, self._file.open()
        if file is None:
            return self._seen.get(at, _UNKNOWN)
        data = os.pread(file, _MOMENT.size, at)
        return float(_MOMENT.unpack(data)[0]) if len(data) == _MOMENT.size else _UNKNOWN

    def _write(self, host: str, moment: float) -> None:
        at, file = _hash(host, 2) * _MOMENT.size, self._file.open()
        if file is None:
            self._seen[at] = moment
            return
        with suppress(OSError):  # no room: the host stays as it was known
            os.pwrite(file, _MOMENT.pack(moment), at)


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
        self._file = _SharedFile(folder, "hosts.lock")
        self._owner = os.getpid()

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
        """Close the files and give up every place."""
        if self._promptness is not None:
            self._promptness.close()
        with self._lock:
            self._file.close()

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
            if self._owner != os.getpid():
                # Born by fork: the parent's places are the parent's, and so are its locks.
                self._taken.clear()
                self._owner = os.getpid()
            file = self._file.open()
            for place in range(count):
                if self._taken[name, place]:
                    continue
                if file is None or _lock(file, _byte(name, place)):
                    self._taken[name, place] = 1
                    return place
        return None

    def _give_back(self, places: list[Place]) -> None:
        with self._lock:
            file = self._file.opened if self._owner == os.getpid() else None
            for name, place in places:
                self._taken.pop((name, place), None)
                if file is not None:
                    fcntl.lockf(file, fcntl.LOCK_UN, 1, _byte(name, place))


class _SharedFile:
    """A file that the processes of a machine share, opened when it is first needed; no folder, no file."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._path = None if folder is None else folder / name
        self.opened: int | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def open(self) -> int | None:
        """The file's descriptor. Errors: OSError."""
        if self.opened is None and self._path is not None:
            self.opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self.opened

    def close(self) -> None:
        """Close it, which drops this process's locks on it."""
        if self.opened is not None:
            os.close(self.opened)
            self.opened = None


def _lock(file: int, byte: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):  # EAGAIN or EACCES: another process holds it
        return False
    return True


def _byte(host: str, place: int) -> int:
    # 2^48 hosts times at most 2^10 places stay below the largest offset of a file, 2^63 - 1.
    return _hash(host, 6) * 1024 + place


def _hash(host: str, size: int) -> int:
    return int.from_bytes(hashlib.blake2b(host.encode(), digest_size=size).digest(), "big")
