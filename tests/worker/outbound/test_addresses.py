"""Which addresses are connected to: none but public unicast ones."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sayings.codes import AddressRange
from core.sayings.saying import render, say
from worker.outbound.addresses import GLOBAL_UNICAST_V6, REFUSED_V4, REFUSED_V6, Block, IpAddress, refusal


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.15",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.255.255",
        "198.20.0.1",
        "203.0.114.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860::8888",
        "2003::1",
        "2400:cb00::1",
        "2606:4700::1111",
        "2620:4f:8001::1",
        "2a00:1450:4001::1",
    ],
)
def test_a_public_address_is_connected_to(text: str) -> None:
    assert refusal(ip_address(text)) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0.0.0.0", "this network"),  # noqa: S104 - nothing binds to it here
        ("0.1.2.3", "this network"),
        ("10.0.0.1", "private"),
        ("100.64.0.1", "CGNAT"),
        ("100.100.100.200", "CGNAT"),  # Alibaba's metadata
        ("100.127.255.255", "CGNAT"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("168.63.129.16", "cloud"),
        ("169.254.169.254", "metadata"),
        ("169.254.170.2", "metadata"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.9", "IETF"),
        ("192.0.0.192", "IETF"),  # Oracle's older metadata
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4"),
        ("192.168.1.1", "private"),
        ("198.18.0.1", "benchmarks"),
        ("198.19.255.255", "benchmarks"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "IPv4-mapped"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::ffff:0:127.0.0.1", "outside"),  # SIIT's older form
        ("::127.0.0.1", "IPv4-compatible"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b::8.8.8.8", "NAT64"),
        ("64:ff9b:1::10.0.0.1", "NAT64"),
        ("100::1", "discarded"),
        ("100:0:0:1::1", "dummy"),
        ("2001::1", "Teredo"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
        ("2001:1::1", "IETF"),
        ("2001:2::1", "benchmarks"),
        ("2001:3::1", "IETF"),
        ("2001:10::1", "IETF"),
        ("2001:20::1", "IETF"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "6to4"),
        ("2002:808:808::1", "6to4"),
        ("2606:4700::5efe:127.0.0.1", "ISATAP"),
        ("2606:4700::200:5efe:10.0.0.1", "ISATAP"),
        ("2620:4f:8000::1", "AS112"),
        ("3ffe::1", "6bone"),
        ("3fff:abc::1", "documentation"),
        ("4000::1", "outside"),
        ("5f00::1", "segment"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "private"),  # Amazon's metadata
        ("fd20:ce::254", "private"),  # Google's
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("ff0e::1", "multicast"),
        ("fe80::1%eth0", "one link"),
        ("2606:4700::1%eth0", "one link"),
    ],
)
def test_any_other_address_is_refused_with_its_reason(text: str, why: str) -> None:
    said = refusal(ip_address(text))
    assert said is not None
    assert why in render(say(said))


def test_an_operator_may_permit_a_network() -> None:
    allowed = [ip_network("127.0.0.1/32"), ip_network("fd00::/8")]
    assert refusal(ip_address("127.0.0.1"), allowed) is None
    assert refusal(ip_address("fd12::1"), allowed) is None
    assert refusal(ip_address("127.0.0.2"), allowed) is AddressRange.LOOPBACK


@pytest.mark.parametrize("text", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1"])
def test_a_permitted_ipv4_network_permits_no_ipv6_disguise_of_it(text: str) -> None:
    assert refusal(ip_address(text), [ip_network("127.0.0.0/8")]) is not None


@pytest.mark.parametrize("block", REFUSED_V4 + REFUSED_V6, ids=lambda block: str(block.network))
def test_both_ends_of_every_block_are_refused_and_its_source_is_named(block: Block) -> None:
    assert refusal(block.network[0])
    assert refusal(block.network[-1])
    assert block.source


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_or_multicast_is_never_public_here(address: IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert refusal(address)


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_global_unicast_is_connected_to(address: IPv6Address) -> None:
    if refusal(address) is None:
        assert address in GLOBAL_UNICAST_V6
        assert address.is_global
        assert address.ipv4_mapped is None
        assert address.sixtofour is None
        assert address.teredo is None


@given(
    st.ip_addresses(v=4),
    st.sampled_from(["::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0", "2001:4860::5efe:0:0"]),
)
def test_no_ipv4_address_can_hide_in_an_ipv6_one(inner: IPv4Address, prefix: str) -> None:
    assert refusal(IPv6Address(int(IPv6Address(prefix)) | int(inner)))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_every_address_gets_an_answer(address: IpAddress) -> None:
    said = refusal(address)
    assert said is None or render(say(said)).isprintable()
