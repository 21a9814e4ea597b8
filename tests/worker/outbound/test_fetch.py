"""Fetching from honest servers, and what each honest refusal becomes."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.vocabulary import FailureCode
from tests.servers import Asked, Reply, Server, Talk
from tests.worker.outbound.outside import MakeFetcher, Names
from worker.outbound.fetch import Fetcher, default_user_agent
from worker.outbound.fetch_error import FetchError


def test_the_bytes_come_back_as_they_are(fetcher: Fetcher, server: Server) -> None:
    body = bytes(range(256)) * 2000
    url = server.reply("/a.png", body, content_type="image/png")
    assert fetcher.fetch(url) == body


def test_we_say_who_we_are_and_ask_for_the_original(fetcher: Fetcher, server: Server) -> None:
    fetcher.fetch(server.reply("/a.png", b"x"))
    asked = server.asked[0]
    assert asked.method == "GET"
    assert asked.headers["user-agent"] == default_user_agent()
    assert asked.headers["user-agent"].startswith("kantei/")
    assert asked.headers["accept"] == "*/*"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"
    assert not {"authorization", "cookie", "referer"} & asked.headers.keys()


def test_nothing_is_taken_from_the_environment(
    make_fetcher: MakeFetcher,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(home))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    make_fetcher().fetch(server.reply("/a.png", b"x"))
    assert "authorization" not in server.asked[0].headers


def test_a_cookie_is_not_kept(fetcher: Fetcher, server: Server) -> None:
    url = server.reply("/a.png", b"x", set_cookie="who=you")
    fetcher.fetch(url)
    fetcher.fetch(server.reply("/b.png", status=302, location="/a.png"))
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_a_fragment_is_not_sent_and_odd_characters_are_encoded(fetcher: Fetcher, server: Server) -> None:
    server.reply("/%C3%A9%20a.png", b"x")
    assert fetcher.fetch(server.url("/é a.png?b=ü#c")) == b"x"
    assert server.asked[0].target == "/%C3%A9%20a.png?b=%C3%BC"


def test_one_connection_serves_many_fetches(fetcher: Fetcher, server: Server) -> None:
    url = server.reply("/a.png", b"x" * 100_000)
    for _ in range(5):
        fetcher.fetch(url)
    assert server.connections == 1
    assert len(server.asked) == 5


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(
    fetcher: Fetcher, server: Server
) -> None:
    def answer_once(talk: Talk) -> None:
        talk.send(Reply(b"x").written())

    url = server.script("/a.png", answer_once)
    assert [fetcher.fetch(url) for _ in range(3)] == [b"x"] * 3
    assert server.connections == 3


def test_a_kept_connection_is_not_used_once_the_name_moved(make_fetcher: MakeFetcher) -> None:
    with Server() as first, Server(host="127.0.0.2", port=first.port) as second:
        names = Names(pictures_test=["127.0.0.1"])
        fetcher = make_fetcher(resolve=names)
        url = first.url("/a.png", host="pictures.test")
        first.reply("/a.png", b"first")
        second.reply("/a.png", b"second")
        assert fetcher.fetch(url) == b"first"
        names.book["pictures.test"] = ["127.0.0.2"]
        assert fetcher.fetch(url) == b"second"
        assert (first.connections, second.connections) == (1, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(fetcher: Fetcher, server: Server, status: int) -> None:
    server.reply("/d/b.png", b"x")
    url = server.reply("/d/a.png", b"moved", status, location="b.png?w=1")
    assert fetcher.fetch(url) == b"x"
    assert server.asked[-1].target == "/d/b.png?w=1"


def test_a_redirect_in_utf8_is_followed(fetcher: Fetcher, server: Server) -> None:
    server.reply("/%E7%B5%B5.png", b"x")
    url = server.reply("/a.png", status=302, location="/絵.png".encode().decode("latin-1"))
    assert fetcher.fetch(url) == b"x"


def test_a_redirect_in_another_encoding_goes_back_byte_by_byte(fetcher: Fetcher, server: Server) -> None:
    server.reply("/%8AG.png", b"x")
    location = "/絵.png?a=".encode("shift-jis").decode("latin-1") + "é"
    url = server.reply("/a.png", status=302, location=location)
    assert fetcher.fetch(url) == b"x"
    assert server.asked[-1].target == "/%8AG.png?a=%E9"


@pytest.mark.parametrize("encoding", ["shift-jis", "big5"])
def test_a_character_that_ends_like_a_backslash_goes_back_byte_by_byte(
    fetcher: Fetcher, server: Server, encoding: str
) -> None:
    given = {"shift-jis": "ソ", "big5": "功"}[encoding].encode(encoding)
    assert given.endswith(b"\\")
    server.reply(f"/%{given[0]:02X}%5C.png", b"x")
    url = server.reply("/a.png", status=302, location="/" + given.decode("latin-1") + ".png")
    assert fetcher.fetch(url) == b"x"


def test_a_location_that_is_sent_twice_is_followed(fetcher: Fetcher, server: Server) -> None:
    def say_it_twice(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 302 Found\r\nLocation: /b.png\r\nLocation: /b.png\r\nContent-Length: 0\r\n\r\n")

    server.reply("/b.png", b"x")
    assert fetcher.fetch(server.script("/a.png", say_it_twice)) == b"x"


def test_a_url_of_8192_characters_is_fetched(fetcher: Fetcher, server: Server) -> None:
    start = server.url("/a.png?signature=")
    server.reply("/a.png", b"x")
    assert fetcher.fetch(start + "a" * (8192 - len(start))) == b"x"


def test_five_redirects_are_followed_and_six_are_not(fetcher: Fetcher, server: Server) -> None:
    for number in range(6):
        server.reply(f"/{number}", status=302, location=f"/{number + 1}")
    server.reply("/6", b"x")
    assert fetcher.fetch(server.url("/1")) == b"x"
    server.asked.clear()
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/0"))
    assert caught.value.reason is FailureCode.TOO_MANY_REDIRECTS
    assert caught.value.is_permanent
    assert len(server.asked) == 6


def test_a_redirect_loop_ends(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.reply("/a.png", status=301, location="/a.png"))
    assert caught.value.reason is FailureCode.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    ("status", "reason", "is_permanent"),
    [
        (204, FailureCode.HTTP_STATUS, True),
        (206, FailureCode.HTTP_STATUS, True),
        (300, FailureCode.HTTP_STATUS, True),
        (302, FailureCode.HTTP_STATUS, True),  # without a Location
        (304, FailureCode.HTTP_STATUS, True),
        (400, FailureCode.HTTP_STATUS, True),
        (401, FailureCode.HTTP_STATUS, True),
        (403, FailureCode.HTTP_STATUS, True),
        (404, FailureCode.GONE, False),
        (408, FailureCode.HTTP_STATUS, False),
        (410, FailureCode.GONE, True),
        (425, FailureCode.HTTP_STATUS, False),
        (429, FailureCode.HTTP_STATUS, False),
        (451, FailureCode.HTTP_STATUS, True),
        (500, FailureCode.HTTP_STATUS, False),
        (503, FailureCode.HTTP_STATUS, False),
        (999, FailureCode.HTTP_STATUS, False),
    ],
)
def test_a_status_becomes_a_reason(
    fetcher: Fetcher, server: Server, status: int, reason: FailureCode, *, is_permanent: bool
) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.reply("/a.png", b"" if status in {204, 304} else b"no", status))
    assert caught.value.reason is reason
    assert caught.value.is_permanent is is_permanent
    assert caught.value.detail.values["status"] == status
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("page", [None, "https://gallery.test/works/1#top", "not a page"])
def test_a_host_that_refuses_is_told_the_page_at_the_second_try(
    fetcher: Fetcher, server: Server, status: int, page: str | None
) -> None:
    wanted = "https://gallery.test/works/1" if page and page.startswith("https") else server.url("/")

    def view(asked: Asked) -> Reply:
        return Reply(b"x") if asked.headers.get("referer") == wanted else Reply(b"no", status)

    server.view("/a.png", view)
    url = server.reply("/moved.png", status=302, location="/a.png")
    assert fetcher.fetch(url, referer=page) == b"x"
    assert [one.headers.get("referer") for one in server.asked] == [None, None, wanted]


def test_a_host_that_is_redirected_to_learns_no_page_unless_it_refuses_too(
    make_fetcher: MakeFetcher, server: Server
) -> None:
    fetcher = make_fetcher(resolve=Names(shop_test=["127.0.0.1"], cdn_test=["127.0.0.1"]))
    page, onwards = "https://gallery.test/works/1", server.url("/b.png", host="cdn.test")

    def view(asked: Asked) -> Reply:
        return Reply(b"", 302, {"Location": onwards}) if "referer" in asked.headers else Reply(b"no", 403)

    server.view("/a.png", view)
    server.reply("/b.png", b"x")
    assert fetcher.fetch(server.url("/a.png", host="shop.test"), referer=page) == b"x"
    assert [one.headers.get("referer") for one in server.asked] == [None, page, None]


def test_a_server_that_asks_for_a_pause_is_heard(fetcher: Fetcher, server: Server) -> None:
    url = server.reply("/a.png", b"later", 429, retry_after="120")
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.retry_after == 120
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    server.reply("/a.png", b"later", 503, retry_after=moment)
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.retry_after == pytest.approx(600, abs=5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("99999999999999999999", 86_400), ("-5", None), ("soon", None), ("", None), ("²", None), ("0", 0),
     ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
     ("Thu, 99 Jan 99999 00:00:00 GMT", None)],
)  # fmt: skip
def test_an_odd_pause_does_no_harm(
    fetcher: Fetcher, server: Server, text: str, seconds: float | None
) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.reply("/a.png", b"later", 503, retry_after=text))
    assert caught.value.retry_after == seconds


def test_a_url_that_cannot_be_read_is_a_failure_with_a_reason(fetcher: Fetcher) -> None:
    for url, reason in {
        "nonsense": FailureCode.UNRESOLVABLE,
        "ftp://example.com/a.png": FailureCode.UNSAFE_ADDRESS,
        "http://me:you@example.com/": FailureCode.UNSAFE_ADDRESS,
        "http://example.com/" + "a" * 9000: FailureCode.UNRESOLVABLE,
    }.items():
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(url)
        assert caught.value.reason is reason
        assert caught.value.is_permanent


def test_a_port_where_nobody_listens_may_be_tried_again(fetcher: Fetcher) -> None:
    with Server() as gone:
        url = gone.url("/a.png")
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.reason is FailureCode.REFUSED
    assert not caught.value.is_permanent


def test_no_query_is_repeated_in_what_is_said(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/none.png?token=secret"))
    assert "secret" not in str(caught.value)


def test_a_server_sees_the_name_it_was_asked_under(make_fetcher: MakeFetcher, server: Server) -> None:
    server.view("/a.png", lambda asked: Reply(asked.headers["host"].encode()))
    fetcher = make_fetcher(resolve=Names(pictures_test=["127.0.0.1"]))
    fetched = fetcher.fetch(server.url("/a.png", host="Pictures.Test"))
    assert fetched == f"pictures.test:{server.port}".encode()
