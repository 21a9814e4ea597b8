"""No server, resolver or redirect holds a fetch longer than its deadline."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.vocabulary import FailureCode
from tests.certificates import Authority
from tests.servers import Script, Server, Talk
from tests.worker.outbound.outside import LOOPBACK, MakeFetcher, Names
from worker.outbound.fetch import Fetcher
from worker.outbound.fetch_error import FetchError

pytestmark = pytest.mark.slow

SHORT = 0.4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def hasty(make_fetcher: MakeFetcher) -> Fetcher:
    """Make a fetcher with little time."""
    return make_fetcher(timeout=SHORT)


def _times_out(fetcher: Fetcher, url: str) -> None:
    start = time.monotonic()
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    took = time.monotonic() - start
    assert caught.value.reason is FailureCode.TIMED_OUT
    assert not caught.value.is_permanent
    assert SHORT * 0.9 < took < SHORT + 2


def _chunks_for_ever(talk: Talk) -> None:
    talk.send(CHUNKED)
    while not talk.closing.wait(0.05):
        talk.send(b"1\r\nx\r\n")


def _continue_for_ever(talk: Talk) -> None:
    while not talk.closing.wait(0.05):
        talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def _after(start: bytes, rest: Script) -> Script:
    def script(talk: Talk) -> None:
        talk.send(start)
        rest(talk)

    return script


def _silence(talk: Talk) -> None:
    talk.pause(5)


def _drip(data: bytes) -> Script:
    return lambda talk: talk.drip(data, 0.05)


SLOW: dict[str, Script] = {
    "says nothing": _silence,
    "drips its status line": _drip(b"HTTP/1.1 200 " + b"O" * 1000),
    "drips its headers": _drip(HEAD + b"X: " + b"y" * 1000),
    "stops within its headers": _after(HEAD, _silence),
    "stops before its body": _after(HEAD + b"\r\n", _silence),
    "drips its body": _after(HEAD + b"\r\n", _drip(b"x" * 1000)),
    "drips chunks": _chunks_for_ever,
    "sends answers before the answer": _continue_for_ever,
    "drips the size of a chunk": _after(CHUNKED, _drip(b"0" * 1000)),
    "drips trailers": _after(CHUNKED + b"0\r\n", _drip(b"a: b\r\n" * 1000)),
}


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW.keys())
def test_a_server_is_left_that(hasty: Fetcher, server: Server, script: Script) -> None:
    _times_out(hasty, server.script("/a.png", script))


def test_redirects_share_the_deadline(hasty: Fetcher, server: Server) -> None:
    def late(number: int) -> Script:
        def script(talk: Talk) -> None:
            talk.pause(SHORT * 0.4)
            talk.send(b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % (number + 1))

        return script

    for number in range(5):
        server.script(f"/{number}", late(number))
    _times_out(hasty, server.url("/0"))


@pytest.mark.parametrize(
    "script",
    [_silence, _drip(b"\x16\x03\x03\x40\x00" + bytes(1000))],
    ids=["says nothing", "drips its first message"],
)
def test_a_secure_server_is_left_that(
    make_fetcher: MakeFetcher, authority: Authority, script: Script
) -> None:
    with Server(greet=script) as server:
        url = server.url("/a.png").replace("http:", "https:")
        _times_out(make_fetcher(timeout=SHORT, tls=authority.trust()), url)


def test_a_secure_server_is_left_that_drips_its_body(make_fetcher: MakeFetcher, authority: Authority) -> None:
    with Server(tls=authority.serve("127.0.0.1")) as server:
        url = server.script("/a.png", SLOW["drips its body"])
        _times_out(make_fetcher(timeout=SHORT, tls=authority.trust()), url)


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Let go of every hanging look-up when the test ends."""
    event = threading.Event()
    yield event
    event.set()
    for thread in threading.enumerate():
        if thread.name == "resolve":
            thread.join(5)


def test_a_resolver_that_hangs_is_not_waited_for(make_fetcher: MakeFetcher, release: threading.Event) -> None:
    def hang(_: str) -> list[str]:
        release.wait(10)
        return ["127.0.0.1"]

    _times_out(make_fetcher(timeout=SHORT, resolve=hang), "http://slow.test/")


def test_look_ups_that_hang_do_not_heap_up(make_fetcher: MakeFetcher, release: threading.Event) -> None:
    def hang(_: str) -> list[str]:
        release.wait(10)
        return []

    fetcher = make_fetcher(timeout=0.02, per_host=100, resolve=hang)
    for number in range(50):
        with pytest.raises(FetchError):
            fetcher.fetch(f"http://{number}.slow.test/")
    assert sum(thread.name == "resolve" for thread in threading.enumerate()) <= 32


def test_an_address_that_swallows_everything_leaves_time_for_the_next(
    make_fetcher: MakeFetcher, server: Server
) -> None:
    # A listener whose queue is full drops further knocks: so a black hole looks from outside.
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.2", server.port))
        full.listen(0)
        for knock in (first, second):
            knock.settimeout(0)
            knock.connect_ex(("127.0.0.2", server.port))
        server.reply("/a.png", b"x")
        fetcher = make_fetcher(timeout=2.0, resolve=Names(two_test=["127.0.0.2", "127.0.0.1"]))
        start = time.monotonic()
        assert fetcher.fetch(server.url("/a.png", host="two.test")) == b"x"
        assert 0.9 < time.monotonic() - start < 1.9


def test_no_thread_and_no_file_is_left_behind(authority: Authority) -> None:
    before = _open_files()
    with (
        Server() as server,
        Server(tls=authority.serve("wrong.test")) as other,
        Server(greet=_silence) as silent,
        contextlib.closing(
            Fetcher(
                allow=LOOPBACK,
                ports=frozenset({80}),
                timeout=0.2,
                max_bytes=1000,
                resolve=Names(a_test=["127.0.0.1"]),
                tls=authority.trust(),
            )
        ) as fetcher,
    ):
        for url in [
            server.reply("/a.png", b"x"),
            server.reply("/moved", status=302, location="/a.png"),
            server.reply("/large", b"x" * 5000),
            server.url("/a.png", host="a.test"),
            server.url("/none"),
            server.script("/slow", SLOW["drips its headers"]),
            "http://10.0.0.1/",
            other.reply("/a.png", b"x"),
            silent.url().replace("http:", "https:"),
        ]:
            with contextlib.suppress(FetchError):
                fetcher.fetch(url)
    assert _open_files() == before
    assert not [thread for thread in threading.enumerate() if thread.name == "resolve"]


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
