"""Sending to addresses that clients name, under the same guard as fetching."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.settings.setting_values import FetchAllow
from core.vocabulary import FailureCode
from tests.certificates import Authority
from tests.servers import Reply, Server, Talk
from tests.worker.outbound.outside import LOOPBACK, Names
from worker.outbound.fetch_error import FetchError
from worker.outbound.post import Answered, Poster

MakePoster = Callable[..., Poster]


@pytest.fixture
def make_poster() -> Iterator[MakePoster]:
    """Make posters that are closed when the test ends."""
    made: list[Poster] = []

    def make(*, allow: FetchAllow = LOOPBACK, timeout: float = 5.0, **more: Any) -> Poster:
        made.append(Poster(allow=allow, ports=frozenset({80, 443}), timeout=timeout, **more))
        return made[-1]

    yield make
    for poster in made:
        poster.close()


def test_body_and_headers_arrive_as_they_are(make_poster: MakePoster, server: Server) -> None:
    url = server.reply("/hook", b"thanks", 202)
    answered = make_poster().post(url, b'{"a": 1}', {"webhook-id": "one", "Content-Type": "application/json"})
    assert answered == Answered(202, "thanks", None)
    asked = server.asked[0]
    assert (asked.method, asked.body) == ("POST", b'{"a": 1}')
    assert asked.headers["webhook-id"] == "one"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["content-length"] == "8"


@pytest.mark.parametrize("status", [204, 302, 307, 410, 500])
def test_any_status_is_an_answer_and_no_redirect_is_followed(
    make_poster: MakePoster, server: Server, status: int
) -> None:
    url = server.reply("/hook", b"", status, location="/other", retry_after="7")
    assert make_poster().post(url, b"x", {}) == Answered(status, "", 7.0)
    assert len(server.asked) == 1


def test_a_long_answer_is_cut_and_a_strange_one_is_text(make_poster: MakePoster, server: Server) -> None:
    answered = make_poster().post(server.reply("/hook", b"\xff" * 100_000), b"x", {})
    assert answered.body == "\ufffd" * 4096


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.0.0.1@10.0.0.1/", "http://inner.test/"])
def test_the_same_addresses_are_refused(make_poster: MakePoster, dialled: list[Any], url: str) -> None:
    with pytest.raises(FetchError) as caught:
        make_poster(resolve=Names(inner_test=["127.0.0.1", "10.0.0.1"])).post(url, b"x", {})
    assert caught.value.reason is FailureCode.UNSAFE_ADDRESS
    assert dialled == []


def test_a_post_is_never_sent_twice(make_poster: MakePoster, server: Server) -> None:
    def hang_up(talk: Talk) -> None:
        talk.pause(0.01)

    poster = make_poster()
    poster.post(server.reply("/good"), b"x", {})
    with pytest.raises(FetchError) as caught:
        poster.post(server.script("/bad", hang_up), b"x", {})
    assert caught.value.reason is FailureCode.REFUSED
    assert [asked.target for asked in server.asked] == ["/good", "/bad"]


@pytest.mark.slow
def test_a_status_counts_even_if_its_body_never_comes(make_poster: MakePoster, server: Server) -> None:
    def half(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        talk.pause(5)

    assert make_poster(timeout=0.4).post(server.script("/hook", half), b"x", {}).status == 200


@pytest.mark.slow
@pytest.mark.parametrize("is_secure", [False, True])
def test_a_receiver_that_reads_nothing_is_left(
    make_poster: MakePoster, authority: Authority, *, is_secure: bool
) -> None:
    context = authority.serve("127.0.0.1") if is_secure else None
    with Server(tls=context, greet=lambda talk: talk.pause(5)) as server:
        start = time.monotonic()
        with pytest.raises(FetchError) as caught:
            make_poster(timeout=0.5, tls=authority.trust()).post(server.url("/hook"), bytes(30_000_000), {})
        assert time.monotonic() - start < 3
    assert caught.value.reason is FailureCode.TIMED_OUT


def test_what_a_view_gets_is_the_whole_body(make_poster: MakePoster, server: Server) -> None:
    url = server.view("/hook", lambda asked: Reply(str(len(asked.body)).encode()))
    assert make_poster().post(url, bytes(200_000), {}).body == "200000"
