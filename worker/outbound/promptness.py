"""Which hosts respond in time, shared by all processes of one machine.

One file of at most half a megabyte holds a moment for each host, at the place that its name's hash says:
the moment by which what is being fetched from it should have ended. It is read and written eight bytes at
a time without a lock, and not mapped, since a full disk would then kill whoever writes (SIGBUS). Two hosts
at one place, two writers at once, or a file from before the machine was restarted cost some politeness or
some speed for a while, and nothing else.
"""

import hashlib
import math
import os
import struct
import time
from contextlib import suppress
from pathlib import Path

_FILE = "hosts.prompt"
_MOMENT = struct.Struct("=d")
_UNKNOWN = 0.0
_LATE = 1e-9  # a moment that is past on every clock


class Promptness:
    """Remembers for each host whether it ended its last fetch within `patience` seconds.

    A moment above 0 belongs to a host that has not shown itself prompt, below 0 to one that has; 0 is a
    host that nothing is known of, minus infinity one that was prompt and of which nothing is awaited.
    Without a folder it knows what this process has seen.
    """

    def __init__(self, folder: Path | None, patience: float) -> None:
        self.patience = patience
        self._path = None if folder is None else folder / _FILE
        self._file: int | None = None
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
        """True if the last fetch took too long, or a current one does."""
        return 0 < abs(self._read(host)) < time.monotonic()

    def is_prompt(self, host: str) -> bool:
        """True if the last fetch ended in time, and no current one takes too long."""
        moment = self._read(host)
        return moment < 0 and time.monotonic() <= -moment

    def close(self) -> None:
        """Drop the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self, host: str) -> float:
        if self._path is None:
            return self._seen.get(_place(host), _UNKNOWN)
        data = os.pread(self._open(self._path), _MOMENT.size, _place(host))
        return float(_MOMENT.unpack(data)[0]) if len(data) == _MOMENT.size else _UNKNOWN

    def _write(self, host: str, moment: float) -> None:
        if self._path is None:
            self._seen[_place(host)] = moment
            return
        with suppress(OSError):  # no room: the host stays as it was known
            os.pwrite(self._open(self._path), _MOMENT.pack(moment), _place(host))

    def _open(self, path: Path) -> int:
        if self._file is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _place(host: str) -> int:
    digest = hashlib.blake2b(host.encode(), digest_size=2).digest()
    return int.from_bytes(digest, "big") * _MOMENT.size
