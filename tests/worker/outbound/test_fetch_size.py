"""No server makes us hold more than the limit, whatever it says of its size."""

import gzip
import tracemalloc
import zlib

import pytest

from core.vocabulary import FailureCode
from tests.servers import Script, Server, Talk
from tests.worker.outbound.outside import MakeFetcher
from worker.outbound.fetch import Fetcher
from worker.outbound.fetch_error import FetchError

LIMIT = 1_000_000
OK = b"HTTP/1.1 200 OK\r\n"


def _too_large(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.reason is FailureCode.TOO_LARGE
    assert caught.value.is_permanent


def _without_end(head: bytes, part: bytes) -> Script:
    def script(talk: Talk) -> None:
        talk.send(head)
        while not talk.closing.is_set():
            talk.send(part)

    return script


@pytest.mark.parametrize("size", [LIMIT, LIMIT - 1, 0])
def test_a_body_of_the_limit_is_taken(fetcher: Fetcher, server: Server, size: int) -> None:
    assert len(fetcher.fetch(server.reply("/a.png", b"x" * size))) == size


def test_one_byte_more_is_refused(fetcher: Fetcher, server: Server) -> None:
    _too_large(fetcher, server.reply("/a.png", b"x" * (LIMIT + 1)))


def test_a_body_that_says_it_is_too_large_is_not_read(fetcher: Fetcher, server: Server) -> None:
    def say_much_and_wait(talk: Talk) -> None:
        talk.send(OK + b"Content-Length: 99999999999\r\n\r\n")
        talk.pause(5)

    _too_large(fetcher, server.script("/a.png", say_much_and_wait))


@pytest.mark.parametrize(
    "script",
    [
        _without_end(OK + b"\r\n", b"x" * 65536),
        _without_end(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        _without_end(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 60000 + b"\r\nx\r\n"),
        _without_end(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: " + b"e" * 60000 + b"\r\n"),
        _without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        _without_end(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0) * 1000),
    ],
    ids=["body", "chunks", "extensions of chunks", "trailers", "answers before the answer", "empty members"],
)
def test_what_never_ends_is_cut_off(fetcher: Fetcher, server: Server, script: Script) -> None:
    _too_large(fetcher, server.script("/a.png", script))


@pytest.mark.parametrize("part", [b"A: " + b"e" * 70000 + b"\r\n", b"A: b\r\n" * 200], ids=["long", "many"])
def test_headers_that_never_end_are_cut_off(fetcher: Fetcher, server: Server, part: bytes) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.script("/a.png", _without_end(OK, part)))
    assert caught.value.reason is FailureCode.REFUSED


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"picture" * 1000, mtime=0)),
        ("x-gzip", gzip.compress(b"picture" * 500, mtime=0) + gzip.compress(b"picture" * 500, mtime=0)),
        ("GZIP", gzip.compress(b"picture" * 1000, mtime=0) + bytes(512)),
        ("deflate", zlib.compress(b"picture" * 1000)),
        ("deflate", zlib.compressobj(wbits=-15).compress(b"") + zlib.compress(b"picture" * 1000)[2:-4]),
        ("identity", b"picture" * 1000),
        *((word, b"picture" * 1000) for word in ("", "aws-chunked", "UTF-8", "binary", "none", "nonsense")),
        ("aws-chunked, gzip", gzip.compress(b"picture" * 1000, mtime=0)),
    ],
)
def test_compression_is_undone_and_another_content_encoding_ignored(
    fetcher: Fetcher, server: Server, encoding: str, packed: bytes
) -> None:
    url = server.reply("/a.png", packed, content_encoding=encoding)
    assert fetcher.fetch(url) == b"picture" * 1000


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_ends_at_the_limit(fetcher: Fetcher, server: Server, encoding: str) -> None:
    zeros = bytes(200_000_000)
    bomb = gzip.compress(zeros, mtime=0) if encoding == "gzip" else zlib.compress(zeros)
    assert len(bomb) < LIMIT
    del zeros
    url = server.reply("/a.png", bomb, content_encoding=encoding)
    tracemalloc.start()
    try:
        _too_large(fetcher, url)
        assert tracemalloc.get_traced_memory()[1] < 6 * LIMIT
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "aws-chunked,br"])
def test_another_compression_is_refused(fetcher: Fetcher, server: Server, encoding: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.reply("/a.png", b"x", content_encoding=encoding))
    assert caught.value.reason is FailureCode.REFUSED
    assert caught.value.is_permanent


@pytest.mark.parametrize("packed", [gzip.compress(b"picture" * 1000, mtime=0)[:-9], b"not gzip at all"])
def test_a_broken_compression_is_refused(fetcher: Fetcher, server: Server, packed: bytes) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.reply("/a.png", packed, content_encoding="gzip"))
    assert caught.value.reason is FailureCode.REFUSED


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 999,
        OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nxxxx",
        OK + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\nxxxx",
        OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nxxxxxxx",
        OK[:-4],
        b"",
        b"\x00\xff\xfe nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
)
def test_an_answer_cut_short_or_no_answer_may_be_tried_again(
    fetcher: Fetcher, server: Server, answer: bytes
) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.script("/a.png", lambda talk: talk.send(answer)))
    assert caught.value.reason is FailureCode.REFUSED
    assert not caught.value.is_permanent


def test_what_a_server_sends_beyond_its_length_is_no_part_of_anything(
    make_fetcher: MakeFetcher, server: Server
) -> None:
    def smuggle(talk: Talk) -> None:
        inner = OK + b"Content-Length: 4\r\n\r\nevil"
        talk.send(OK + b"Content-Length: 4\r\n\r\ngood" + inner)
        talk.pause(0.2)

    fetcher = make_fetcher()
    url = server.script("/a.png", smuggle)
    assert [fetcher.fetch(url) for _ in range(2)] == [b"good", b"good"]


def test_the_body_of_a_redirect_or_refusal_is_not_waited_for(fetcher: Fetcher, server: Server) -> None:
    def moved(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 302 Found\r\nLocation: /b.png\r\nContent-Length: 9999999\r\n\r\n")
        talk.pause(5)

    def missing(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9999999\r\n\r\n")
        talk.pause(5)

    server.reply("/b.png", b"x")
    assert fetcher.fetch(server.script("/a.png", moved)) == b"x"
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.script("/c.png", missing))
    assert caught.value.reason is FailureCode.GONE
