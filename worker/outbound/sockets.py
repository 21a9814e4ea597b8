"""Sockets with limits on time and bytes, whatever the server does.

A socket's own timeout starts again with every byte, so a server that sends one byte every few
seconds lives on for ever; here every single read and write is given only what is left of the whole.
Counting at the socket bounds what no reader of HTTP counts: headers, chunk frames, trailers,
answers before the answer.
"""

import socket
import ssl
from collections.abc import Sequence
from typing import Any

from worker.outbound.addresses import IpAddress
from worker.outbound.deadline import Deadline, DeadlinePassedError

# A first knock is repeated after 1 and 3 seconds (RFC 6298); who is silent then mostly stays so.
_CONNECT_SECONDS = 4.0


class ByteLimitError(Exception):
    """The other side sent more bytes than it was granted."""


class _Guarded(socket.socket):
    """What both kinds of socket have: a deadline, and a number of bytes still granted."""

    deadline: Deadline | None = None
    granted: int = 0
    received: int = 0

    def guard(self, deadline: Deadline, granted: int) -> None:
        """Start one exchange: so much time for all of it, so many bytes for all that comes back."""
        self.deadline, self.granted, self.received = deadline, granted, 0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read within the deadline and the grant."""
        self._arm()
        try:
            return self._count(super().recv_into(*args, **kwargs))
        except TimeoutError:
            raise DeadlinePassedError from None

    def _arm(self) -> None:
        if self.deadline is not None:
            self.settimeout(self.deadline.remaining())

    def _count(self, size: int) -> int:
        self.received += size
        if self.deadline is not None and self.received > self.granted:
            raise ByteLimitError
        return size


class GuardedSocket(_Guarded):
    """A plain socket under guard."""

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        """Write all within the deadline (CPython gives `sendall` one timeout for the whole)."""
        self._arm()
        try:
            super().sendall(*args, **kwargs)
        except TimeoutError:
            raise DeadlinePassedError from None


class GuardedTlsSocket(_Guarded, ssl.SSLSocket):
    """A TLS socket under guard.

    Its handshake runs while `ssl` makes the object, under the timeout of the plain socket below;
    OpenSSL's handshake, reads and writes get that timeout for the whole of each call (`_ssl.c`).
    """

    def send(self, *args: Any, **kwargs: Any) -> int:
        """Write some within the deadline; `sendall` is made of this."""
        self._arm()
        try:
            return super().send(*args, **kwargs)
        except TimeoutError:
            raise DeadlinePassedError from None


def open_socket(
    addresses: Sequence[IpAddress], port: int, deadline: Deadline
) -> tuple[GuardedSocket, IpAddress]:
    """Connect to the first address that answers.

    Each gets an even share of the time left, and all but the last no more than 4 seconds.

    The socket comes back with the rest of the deadline as its timeout, for a TLS handshake.
    Errors: the last address's `OSError`, `DeadlinePassedError`.
    """
    failure = OSError("no address to connect to")
    for tried, address in enumerate(addresses):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        made = GuardedSocket(family, socket.SOCK_STREAM)
        try:
            left = len(addresses) - tried
            share = deadline.remaining() / left
            made.settimeout(share if left == 1 else min(share, _CONNECT_SECONDS))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.connect((str(address), port))
            made.settimeout(deadline.remaining())
        except OSError as error:
            made.close()
            failure = error
        except BaseException:
            made.close()
            raise
        else:
            return made, address
    raise failure
