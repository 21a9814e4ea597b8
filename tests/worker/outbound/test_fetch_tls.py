"""The certificate is checked against the name, while the socket goes to the checked address."""

import ssl
import warnings
from datetime import timedelta

import pytest

from core.vocabulary import FailureCode
from tests.certificates import Authority
from tests.servers import Server
from tests.worker.outbound.outside import MakeFetcher, Names
from worker.outbound.fetch_error import FetchError


def _refused(
    make_fetcher: MakeFetcher, server: Server, host: str, trust: ssl.SSLContext | None
) -> FetchError:
    fetcher = make_fetcher(tls=trust, resolve=Names(**{host.replace(".", "_"): ["127.0.0.1"]}))
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/a.png", host=host))
    assert caught.value.reason is FailureCode.REFUSED
    assert server.asked == []
    return caught.value


def test_the_name_is_asked_for_and_verified(make_fetcher: MakeFetcher, authority: Authority) -> None:
    context = authority.serve("pictures.test")
    asked_for: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    with Server(tls=context) as server:
        server.reply("/a.png", b"x" * 300_000)
        fetcher = make_fetcher(tls=authority.trust(), resolve=Names(pictures_test=["127.0.0.1"]))
        for _ in range(3):
            assert len(fetcher.fetch(server.url("/a.png", host="pictures.test"))) == 300_000
        assert asked_for == ["pictures.test"]
        assert server.connections == 1
        assert server.asked[0].headers["host"] == f"pictures.test:{server.port}"


def test_an_address_may_have_a_certificate_too(make_fetcher: MakeFetcher, authority: Authority) -> None:
    with Server(tls=authority.serve("127.0.0.1")) as server:
        url = server.reply("/a.png", b"x")
        assert make_fetcher(tls=authority.trust()).fetch(url) == b"x"


def test_another_names_certificate_is_refused(make_fetcher: MakeFetcher, authority: Authority) -> None:
    with Server(tls=authority.serve("other.test", "127.0.0.1")) as server:
        assert _refused(make_fetcher, server, "pictures.test", authority.trust()).is_permanent


def test_an_expired_certificate_is_refused(make_fetcher: MakeFetcher, authority: Authority) -> None:
    with Server(tls=authority.serve("old.test", age=timedelta(days=30))) as server:
        assert _refused(make_fetcher, server, "old.test", authority.trust()).is_permanent


def test_an_unknown_authority_is_refused(make_fetcher: MakeFetcher, authority: Authority) -> None:
    with Server(tls=authority.serve("pictures.test")) as server:
        assert _refused(make_fetcher, server, "pictures.test", None).is_permanent


def test_old_tls_is_refused(make_fetcher: MakeFetcher, authority: Authority) -> None:
    context = authority.serve("pictures.test")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Server(tls=context) as server:
        assert _refused(make_fetcher, server, "pictures.test", authority.trust()).is_permanent


def test_a_server_without_tls_is_refused(make_fetcher: MakeFetcher, server: Server) -> None:
    fetcher = make_fetcher(timeout=2.0)
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/a.png").replace("http:", "https:"))
    assert caught.value.reason in {FailureCode.REFUSED, FailureCode.TIMED_OUT}


def test_a_server_that_hangs_up_in_the_handshake_may_be_tried_again(
    make_fetcher: MakeFetcher, authority: Authority
) -> None:
    with Server(greet=lambda talk: talk.pause(0.05)) as server:
        fetcher = make_fetcher(tls=authority.trust())
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(server.url("/a.png").replace("http:", "https:"))
    assert caught.value.reason is FailureCode.REFUSED
    assert not caught.value.is_permanent


def test_a_body_cut_off_under_tls_is_no_picture(make_fetcher: MakeFetcher, authority: Authority) -> None:
    with Server(tls=authority.serve("127.0.0.1")) as server:
        url = server.script(
            "/a.png", lambda talk: talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
        )
        with pytest.raises(FetchError) as caught:
            make_fetcher(tls=authority.trust()).fetch(url)
    assert caught.value.reason is FailureCode.REFUSED
    assert not caught.value.is_permanent
