"""Resolving a host name to all of its addresses, in bounded time."""

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import FailureCode
from worker.outbound.addresses import IpAddress
from worker.outbound.deadline import Deadline, DeadlinePassedError
from worker.outbound.fetch_error import FetchError

Resolve = Callable[[str], Sequence[str]]
"""Give the addresses of a name as texts; raise `socket.gaierror` as `getaddrinfo` does."""

# A resolver that answers "no such name" or "the name has no address" is believed; every other
# failure (no answer, a broken server) may be gone in a minute. Some systems lack two of the names.
_CERTAIN = {
    number
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY")
    if (number := getattr(socket, name, None)) is not None
}

# `getaddrinfo` cannot be interrupted: a lookup that hangs outlives its fetch in a thread that
# no one waits for. No more than these are left hanging at once.
_PLACES = threading.BoundedSemaphore(32)


def system_resolve(host: str) -> list[str]:
    """Ask the system's resolver for all addresses of a name, IPv4 and IPv6, hosts file included."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def addresses_of(host: str, resolve: Resolve, deadline: Deadline) -> list[IpAddress]:
    """Every address of a name, in the resolver's order; at least one.

    Errors: `FetchError` (unresolvable), `DeadlinePassedError`.
    """
    answer: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(resolve(host))
        except Exception as error:  # noqa: BLE001 - handed over to the waiting thread
            answer.put(error)
        finally:
            _PLACES.release()

    if not _PLACES.acquire(timeout=deadline.remaining()):
        raise DeadlinePassedError
    try:
        threading.Thread(target=look_up, name="resolve", daemon=True).start()
    except RuntimeError:  # no thread to be had
        _PLACES.release()
        answer.put(OSError("no thread"))
    try:
        found = answer.get(timeout=deadline.remaining())
    except Empty:
        raise DeadlinePassedError from None
    if isinstance(found, socket.gaierror):
        is_sure = found.errno in _CERTAIN
        detail = FailureDetail.HOST_WITHOUT_ADDRESS if is_sure else FailureDetail.HOST_LOOKUP_FAILED
        raise FetchError(FailureCode.UNRESOLVABLE, say(detail, host=host), is_permanent=False)
    if isinstance(found, (OSError, UnicodeError)):
        raise FetchError(
            FailureCode.UNRESOLVABLE, say(FailureDetail.HOST_LOOKUP_FAILED, host=host), is_permanent=False
        )
    if isinstance(found, Exception):
        raise found
    if not found:
        raise FetchError(
            FailureCode.UNRESOLVABLE, say(FailureDetail.HOST_WITHOUT_ADDRESS, host=host), is_permanent=False
        )
    return [ip_address(text) for text in found]
