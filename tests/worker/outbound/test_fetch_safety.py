"""No connection is ever made to an address that is not public, by whatever way it comes."""

import contextlib
import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from core.sayings.codes import AddressRange
from core.sayings.saying import say
from core.settings.setting_values import FetchAllow
from core.vocabulary import FailureCode
from tests.servers import Server
from tests.worker.outbound.outside import MakeFetcher, Names
from worker.outbound.fetch import Fetcher
from worker.outbound.fetch_error import FetchError

NOTHING = FetchAllow()
PUBLIC = "93.184.215.14"


@pytest.fixture
def ipv6_server() -> Iterator[Server]:
    """Run a server on [::1]."""
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(Server(host="::1"))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        yield running


def _refused(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert caught.value.reason is FailureCode.UNSAFE_ADDRESS
    assert caught.value.is_permanent
    return caught.value


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "127.1."])
def test_our_own_machine_is_not_connected_to(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any], host: str
) -> None:
    fetcher = make_fetcher(allow=NOTHING, ports=frozenset({server.port}))
    _refused(fetcher, server.url("/a.png", host=host))
    assert dialled == []
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://0/",
        "http://10.0.0.1/",
    ],
)
def test_an_address_in_the_url_is_checked(make_fetcher: MakeFetcher, dialled: list[Any], url: str) -> None:
    _refused(make_fetcher(), url)
    assert dialled == []


@pytest.mark.parametrize("order", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"]])
def test_one_private_address_among_public_ones_refuses_the_name(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any], order: list[str]
) -> None:
    names = Names(two_test=order)
    fetcher = make_fetcher(allow=NOTHING, ports=frozenset({server.port}), resolve=names)
    error = _refused(fetcher, server.url("/a.png", host="two.test"))
    assert error.detail.values["range"] == say(AddressRange.LOOPBACK)
    assert dialled == []
    assert server.connections == 0


def test_a_permitted_address_beside_a_forbidden_one_does_not_save_the_name(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any]
) -> None:
    fetcher = make_fetcher(resolve=Names(two_test=["127.0.0.1", "10.0.0.1"]))
    _refused(fetcher, server.url("/a.png", host="two.test"))
    assert dialled == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//169.254.169.254/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://127.0.0.1:{port}@10.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://private.test/",
        "https://private.test/",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any], ipv6_server: Server, target: str
) -> None:
    url = server.reply("/a.png", status=302, location=target.format(port=ipv6_server.port))
    _refused(make_fetcher(resolve=Names(private_test=["192.168.0.1"])), url)
    assert dialled == [("127.0.0.1", server.port)]
    assert ipv6_server.connections == 0


def test_a_name_is_looked_up_once_for_a_hop_and_the_checked_address_is_used(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any]
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    fetcher = make_fetcher(resolve=lambda _: next(answers))
    url = server.reply("/a.png", b"x")
    assert fetcher.fetch(url.replace("127.0.0.1", "turns.test")) == b"x"
    assert dialled == [("127.0.0.1", server.port)]
    _refused(fetcher, url.replace("127.0.0.1", "turns.test"))
    assert len(server.asked) == 1


def test_the_next_checked_address_is_tried_when_one_does_not_answer(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any]
) -> None:
    fetcher = make_fetcher(resolve=Names(two_test=["127.0.0.3", "127.0.0.1"]))
    server.reply("/a.png", b"x")
    assert fetcher.fetch(server.url("/a.png", host="two.test")) == b"x"
    assert dialled == [("127.0.0.3", server.port), ("127.0.0.1", server.port)]


@pytest.mark.parametrize("port", [1, 22, 25, 6379, 65535])
def test_only_listed_ports_are_fetched_from(make_fetcher: MakeFetcher, dialled: list[Any], port: int) -> None:
    names = Names(public_test=[PUBLIC])
    _refused(make_fetcher(allow=NOTHING, resolve=names), f"http://public.test:{port}/")
    assert names.asked == []
    _refused(make_fetcher(resolve=names), f"http://public.test:{port}/")  # a network elsewhere is permitted
    _refused(make_fetcher(), f"http://{PUBLIC}:{port}/")
    assert dialled == []


def test_a_permitted_host_and_port_permits_no_other_port_and_no_other_name(
    make_fetcher: MakeFetcher, server: Server, dialled: list[Any]
) -> None:
    server.reply("/a.png", b"x")
    names = Names(minio=["127.0.0.1"], other=["127.0.0.1"])
    allow = FetchAllow(hosts=frozenset({("MinIO", server.port)}))
    fetcher = make_fetcher(allow=allow, resolve=names)
    assert fetcher.fetch(server.url("/a.png", host="minio")) == b"x"
    dialled.clear()
    _refused(fetcher, server.url("/a.png", host="other"))
    _refused(fetcher, server.url("/a.png", host="127.0.0.1"))
    _refused(fetcher, "http://minio/a.png")
    assert dialled == []


def test_a_permitted_ipv6_network_is_reached(make_fetcher: MakeFetcher, ipv6_server: Server) -> None:
    fetcher = make_fetcher(allow=FetchAllow(networks=(ip_network("::1/128"),)))
    assert fetcher.fetch(ipv6_server.reply("/a.png", b"x")) == b"x"
    assert ipv6_server.asked[0].headers["host"] == f"[::1]:{ipv6_server.port}"


def test_a_host_in_the_settings_that_cannot_be_one_stops_the_program(make_fetcher: MakeFetcher) -> None:
    with pytest.raises(ValueError, match="a b"):
        make_fetcher(allow=FetchAllow(hosts=frozenset({("a b", 80)})))


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(socket.EAI_NONAME, "no such name"),
        socket.gaierror(socket.EAI_NODATA, "no address"),
        socket.gaierror(socket.EAI_AGAIN, "later"),
        socket.gaierror(socket.EAI_FAIL, "broken"),
        OSError("no route to the resolver"),
    ],
)
def test_a_name_without_address_may_have_one_later(make_fetcher: MakeFetcher, error: Exception) -> None:
    with pytest.raises(FetchError) as caught:
        make_fetcher(resolve=Names(lost_test=error)).fetch("http://lost.test/")
    assert caught.value.reason is FailureCode.UNRESOLVABLE
    assert not caught.value.is_permanent


def test_a_name_that_cannot_exist_is_unresolvable(fetcher: Fetcher) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch("http://no-such-name.invalid/a.png")
    assert caught.value.reason is FailureCode.UNRESOLVABLE


def test_a_resolver_that_says_nothing_gives_no_address(make_fetcher: MakeFetcher) -> None:
    with pytest.raises(FetchError) as caught:
        make_fetcher(resolve=Names(empty_test=[])).fetch("http://empty.test/")
    assert caught.value.reason is FailureCode.UNRESOLVABLE
