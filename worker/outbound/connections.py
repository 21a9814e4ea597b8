"""Connections to checked addresses, and idle ones kept for reuse."""

import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from urllib3.connection import HTTPConnection, HTTPSConnection

from core.urls import WebUrl
from worker.outbound.addresses import IpAddress
from worker.outbound.deadline import Deadline
from worker.outbound.sockets import GuardedSocket, GuardedTlsSocket

_IDLE_SECONDS = 10.0
_MAX_IDLE = 16


class PlainConnection(HTTPConnection):
    """An HTTP connection that connects where it is told and looks up no name."""

    dial: Callable[[], GuardedSocket]

    def _new_conn(self) -> GuardedSocket:
        return self.dial()


class TlsConnection(HTTPSConnection):
    """The same over TLS: the name is asked for (SNI) and the certificate checked against it."""

    dial: Callable[[], GuardedSocket]

    def _new_conn(self) -> GuardedSocket:
        return self.dial()


@dataclass(slots=True)
class Connection:
    """An open connection and the checked address that it goes to."""

    connection: PlainConnection | TlsConnection
    address: IpAddress
    origin: tuple[str, str, int]
    idle_since: float = 0.0
    guarded: GuardedSocket | GuardedTlsSocket | None = None

    def guard(self, deadline: Deadline, granted: int) -> None:
        """Start an exchange on this line."""
        sock = self.connection.sock
        if not isinstance(sock, (GuardedSocket, GuardedTlsSocket)):
            raise TypeError("a line without a guarded socket")  # never: see `_new_conn` and `Transport`
        sock.guard(deadline, granted)
        self.guarded = sock  # the connection forgets its socket when it closes

    def has_heard(self) -> bool:
        """True if a byte came back since the exchange started."""
        return self.guarded is not None and self.guarded.received > 0


class IdleConnections:
    """Lines between two exchanges: few, and not for long. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[Connection] = []
        self._owner = os.getpid()

    def take(self, url: WebUrl, addresses: Collection[IpAddress]) -> Connection | None:
        """Take a line to a URL's origin whose address is among those just checked."""
        unfit: list[Connection] = []
        rest: list[Connection] = []
        found: Connection | None = None
        now = time.monotonic()
        with self._lock:
            is_ours = self._owner == os.getpid()  # else born by fork: the lines are the parent's
            self._owner = os.getpid()
            for line in reversed(self._lines):
                if not is_ours or now - line.idle_since > _IDLE_SECONDS:
                    unfit.append(line)
                elif found is None and line.origin == origin_of(url) and line.address in addresses:
                    found = line
                else:
                    rest.append(line)
            self._lines = rest[::-1]
        if found is not None and not found.connection.is_connected:
            unfit.append(found)
            found = None
        _close(unfit)
        return found

    def keep(self, line: Connection) -> None:
        """Take back a line whose answer was read to its end."""
        line.idle_since = time.monotonic()
        with self._lock:
            self._lines.append(line)
            surplus = self._lines[:-_MAX_IDLE]
            del self._lines[:-_MAX_IDLE]
        _close(surplus)

    def close(self) -> None:
        """Close all."""
        with self._lock:
            lines, self._lines = self._lines, []
        _close(lines)


def origin_of(url: WebUrl) -> tuple[str, str, int]:
    """What two URLs must share to use the same connection."""
    return (url.scheme, url.host, url.port)


def _close(lines: list[Connection]) -> None:
    for line in lines:
        line.connection.close()
