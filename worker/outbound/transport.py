"""One guarded HTTP exchange: the only way in which Kantei connects to addresses it is given.

Fetching pictures and sending callbacks both use it. It follows no redirect, keeps no cookie, asks
no proxy, no netrc and no environment; it knows nothing of pictures.
"""

import http.client
import logging
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import certifi
from urllib3.response import HTTPResponse

from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, say
from core.settings.setting_values import FetchAllow
from core.urls import UrlError, WebUrl, parse_web_url
from core.vocabulary import FailureCode
from worker.outbound.addresses import IpAddress, refusal
from worker.outbound.connections import Connection, IdleConnections, PlainConnection, TlsConnection, origin_of
from worker.outbound.deadline import Deadline
from worker.outbound.fetch_error import FetchError
from worker.outbound.hosts import HostPlaces
from worker.outbound.network_errors import as_fetch_errors
from worker.outbound.resolve import Resolve, addresses_of, system_resolve
from worker.outbound.sockets import GuardedSocket, GuardedTlsSocket, open_socket

# urllib3 logs whole URLs of servers with odd headers; a query may hold a signature or a token.
logging.getLogger("urllib3.connection").setLevel(logging.CRITICAL)

# What a kept connection shows when the server closed it between two requests (RFC 9112, 9.3.1).
_STALE = (ConnectionError, http.client.BadStatusLine, ssl.SSLEOFError, ssl.SSLZeroReturnError)


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """What to send, and how much time and how many bytes the whole exchange may take.

    `granted` counts everything that comes back: headers, framing and body as sent.
    """

    method: str
    url: WebUrl
    headers: Mapping[str, str]
    deadline: Deadline
    granted: int
    body: bytes | None = None


class GuardedTransport:
    """Makes exchanges with checked addresses; keeps connections alive between them.

    `ports` are open on public addresses; `allow` permits further networks, and single hosts with a
    port, there with any port; `place_wait` is the longest wait for a place at a host, in seconds;
    `tls` is for tests with an authority of their own. Safe for threads; `close` ends it and `places`.
    """

    def __init__(
        self,
        *,
        allow: FetchAllow,
        ports: frozenset[int],
        places: HostPlaces,
        place_wait: float,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._networks = allow.networks
        self._hosts = frozenset((_canonical(host), port) for host, port in allow.hosts)
        self._ports = ports
        self._places = places
        self._place_wait = place_wait
        self._resolve = resolve
        self._tls = tls
        self._tls_lock = threading.Lock()
        self._idle = IdleConnections()

    @contextmanager
    def exchange(self, request: OutboundRequest) -> Iterator[HTTPResponse]:
        """Send a request; hand over the answer, its body unread and undecoded, while the block runs.

        A connection on which a GET was answered and read to its end is kept for another.
        Errors, also for what goes wrong while the block reads: `FetchError`.
        """
        url = request.url
        self._refuse_port_early(url)
        with (
            # Outside of the next: a place that cannot be had for want of a disk is our failure.
            self._places.hold(url.host, request.deadline.sooner(self._place_wait)),
            as_fetch_errors(url.host),
        ):
            addresses = self._checked_addresses(url, request.deadline)
            line, response = self._answered(request, addresses)
            try:
                yield response
            except BaseException:
                response.close()
                line.connection.close()
                raise
            if request.method == "GET" and response.closed and not line.connection.is_closed:
                self._idle.keep(line)
            else:
                response.close()
                line.connection.close()

    def close(self) -> None:
        """Close every kept connection, and the files of places."""
        self._idle.close()
        self._places.close()

    def _refuse_port_early(self, url: WebUrl) -> None:
        """Refuse a port before the name is resolved, if no address could permit it."""
        if url.port not in self._ports and not self._networks and (url.host, url.port) not in self._hosts:
            raise _unsafe_port(url)

    def _checked_addresses(self, url: WebUrl, deadline: Deadline) -> list[IpAddress]:
        """All addresses of a URL's host; if one is not allowed, none is."""
        if url.address is None:
            addresses = addresses_of(url.host, self._resolve, deadline)
            detail = FailureDetail.HOST_ADDRESS_REFUSED
        else:
            addresses, detail = [url.address], FailureDetail.ADDRESS_REFUSED
        if (url.host, url.port) in self._hosts:
            return addresses
        for address in addresses:
            why = refusal(address, self._networks)
            if why is not None:
                raise _unsafe(say(detail, host=url.host, range=say(why)))
        is_permitted = all(any(address in network for network in self._networks) for address in addresses)
        if url.port not in self._ports and not is_permitted:
            raise _unsafe_port(url)
        return addresses

    def _answered(
        self, request: OutboundRequest, addresses: list[IpAddress]
    ) -> tuple[Connection, HTTPResponse]:
        # What is no GET is sent once and on a new line: the other side may have acted on it.
        line = self._idle.take(request.url, addresses) if request.method == "GET" else None
        if line is not None:
            try:
                return line, _send(line, request)
            except _STALE:
                if line.has_heard():
                    raise
        line = self._opened(request, addresses)
        return line, _send(line, request)

    def _opened(self, request: OutboundRequest, addresses: list[IpAddress]) -> Connection:
        url = request.url
        reached: list[IpAddress] = []

        def dial() -> GuardedSocket:
            sock, address = open_socket(addresses, url.port, request.deadline)
            reached.append(address)
            return sock

        connection: PlainConnection | TlsConnection
        if url.scheme == "https":
            connection = TlsConnection(url.host, url.port, ssl_context=self._tls_context())
        else:
            connection = PlainConnection(url.host, url.port)
        connection.dial = dial
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        return Connection(connection, reached[0], origin_of(url))

    def _tls_context(self) -> ssl.SSLContext:
        """Make the context on first use: reading the authorities takes longer than many a fetch."""
        with self._tls_lock:
            if self._tls is None:
                # The system's store may be empty in a slim container, or hold the operator's own
                # authority: certifi and the system are both believed.
                self._tls = ssl.create_default_context(cafile=certifi.where())
                self._tls.load_default_certs()
            self._tls.sslsocket_class = GuardedTlsSocket
            return self._tls


def _send(line: Connection, request: OutboundRequest) -> HTTPResponse:
    connection = line.connection
    try:
        line.guard(request.deadline, request.granted)
        connection.request(
            request.method,
            request.url.target,
            body=request.body,
            headers=request.headers,
            preload_content=False,
            decode_content=False,
        )
        return connection.getresponse()
    except BaseException:
        line.connection.close()
        raise


def read_some(response: HTTPResponse, size: int) -> bytes:
    """Read up to so many bytes of an answer as sent; none at its end.

    Errors: as any reading inside `GuardedTransport.exchange`.
    """
    try:
        return response.read(size, decode_content=False)
    except ValueError as error:  # http.client believes a chunk that says it has -5 bytes
        raise http.client.HTTPException("an answer with impossible sizes") from error


def _canonical(host: str) -> str:
    try:
        return parse_web_url(f"http://[{host}]/" if ":" in host else f"http://{host}/").host
    except UrlError as error:
        raise ValueError(f"{host!r} cannot be used as a host: {error.detail}") from None


def _unsafe(detail: Saying) -> FetchError:
    return FetchError(FailureCode.UNSAFE_ADDRESS, detail, is_permanent=True)


def _unsafe_port(url: WebUrl) -> FetchError:
    return _unsafe(say(FailureDetail.PORT_REFUSED, port=url.port))
