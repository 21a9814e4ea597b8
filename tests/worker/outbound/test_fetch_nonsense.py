"""Whatever bytes a server answers with, a fetch ends in bytes or in a `FetchError`."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.sayings.saying import render
from tests.servers import Server, Talk
from tests.worker.outbound.outside import LOOPBACK
from worker.outbound.fetch import Fetcher
from worker.outbound.fetch_error import FetchError

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

_pieces = st.sampled_from(
    [
        OK,
        b"HTTP/1.1 302 Found\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.0 200\r\n",
        b"HTTP/0.9 200 OK\r\n",
        b"HTTP/9.9 -1 OK\r\n",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: deflate\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"Location: ",
        b"Retry-After: ",
        b"Connection: close\r\n",
        b"/b.png",
        b"//127.0.0.1:1/",
        b"http://[",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        b"-1",
        b"-5",
        b"5",
        b"ffffffffffffffffffff",
        b"\r\n",
        b"\n",
        b"\r",
        b"0\r\n\r\n",
        b": ",
        b" ",
        b"\x00",
        b"\xff\xfe",
        b"abcde",
    ]
)
_answers = st.lists(_pieces | st.binary(max_size=8), max_size=12).map(b"".join)


class Parrot:
    """A server that answers with what it was told last, and hangs up."""

    def __init__(self) -> None:
        self.answer = b""

    def __call__(self, talk: Talk) -> None:
        talk.socket.recv(65536)
        talk.send(self.answer)


@pytest.fixture(scope="module")
def parrot() -> Iterator[tuple[Parrot, Server, Fetcher]]:
    """Run one server and one fetcher for many answers."""
    script = Parrot()
    with (
        Server(greet=script) as server,
        closing(Fetcher(allow=LOOPBACK, ports=frozenset({80}), timeout=2.0, max_bytes=100_000)) as fetcher,
    ):
        yield script, server, fetcher


@pytest.mark.slow
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    answer=_answers | st.builds(lambda start, rest: start + rest, st.sampled_from([OK, CHUNKED]), _answers)
)
@example(answer=CHUNKED + b"-5\r\nabcde\r\n0\r\n\r\n")
@example(answer=CHUNKED + b"-1\r\nabcde\r\n0\r\n\r\n")
@example(answer=CHUNKED + b"ffffffffffffffffffff\r\nabcde")
@example(answer=OK + b"Content-Length: -5\r\n\r\nabcde")
@example(answer=OK + b"Content-Length: 99999999999999999999999\r\n\r\nabcde")
@example(answer=OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabcde")
@example(answer=b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\n\r\n")
@example(answer=b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n")
def test_any_answer_ends_in_bytes_or_in_a_reason(
    parrot: tuple[Parrot, Server, Fetcher], answer: bytes
) -> None:
    script, server, fetcher = parrot
    script.answer = answer
    said, size = _ending(fetcher, server.url("/a.png"))
    assert said.isprintable()
    assert said.endswith(".")
    assert size <= 100_000


def _ending(fetcher: Fetcher, url: str) -> tuple[str, int]:
    try:
        return "Fetched.", len(fetcher.fetch(url))
    except FetchError as error:
        return render(error.detail), 0
