"""Addresses that Kantei never connects to, and why.

`ipaddress.is_global` is not asked: it differs between Python versions, calls multicast and
translated addresses global, and knows nothing of a cloud's own services. The rows follow the IANA
registries of IPv4 and IPv6 special-purpose addresses (as updated 2025-10-09) and of IPv6 address
space; each names its source. Blocks that the registry calls globally reachable but where no
pictures live (AS112, AMT, protocol anycast) are refused too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from core.sayings.codes import AddressRange

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Block:
    """A range of addresses that is refused; `name` completes "this address is ...".

    `source` is the document that sets the range apart.
    """

    network: IpNetwork
    name: AddressRange
    source: str


def _blocks(*rows: tuple[str, AddressRange, str]) -> tuple[Block, ...]:
    return tuple(Block(ip_network(network), name, source) for network, name, source in rows)


REFUSED_V4 = _blocks(
    ("0.0.0.0/8", AddressRange.THIS_NETWORK, "RFC 791, 3.2"),
    ("10.0.0.0/8", AddressRange.PRIVATE, "RFC 1918"),
    ("100.64.0.0/10", AddressRange.CARRIER, "RFC 6598"),
    ("127.0.0.0/8", AddressRange.LOOPBACK, "RFC 1122, 3.2.1.3"),
    ("168.63.129.16/32", AddressRange.CLOUD_SERVICE, "Microsoft, What is IP address 168.63.129.16?"),
    ("169.254.0.0/16", AddressRange.CLOUD_METADATA, "RFC 3927"),
    ("172.16.0.0/12", AddressRange.PRIVATE, "RFC 1918"),
    ("192.0.0.0/24", AddressRange.IETF_PROTOCOLS, "RFC 6890, 2.1"),
    ("192.0.2.0/24", AddressRange.DOCUMENTATION, "RFC 5737"),
    ("192.31.196.0/24", AddressRange.AS112, "RFC 7535"),
    ("192.52.193.0/24", AddressRange.MULTICAST_TUNNEL, "RFC 7450"),
    ("192.88.99.0/24", AddressRange.RELAY_6TO4, "RFC 7526"),
    ("192.168.0.0/16", AddressRange.PRIVATE, "RFC 1918"),
    ("192.175.48.0/24", AddressRange.AS112, "RFC 7534"),
    ("198.18.0.0/15", AddressRange.BENCHMARKS, "RFC 2544"),
    ("198.51.100.0/24", AddressRange.DOCUMENTATION, "RFC 5737"),
    ("203.0.113.0/24", AddressRange.DOCUMENTATION, "RFC 5737"),
    ("224.0.0.0/4", AddressRange.MULTICAST, "RFC 5771"),
    ("240.0.0.0/4", AddressRange.RESERVED, "RFC 1112, 4; RFC 919"),
)

# IANA hands out unicast addresses from here alone ("Internet Protocol Version 6 Address Space");
# everything outside is refused, whether it has a row below or not.
GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")

REFUSED_V6 = _blocks(
    # Inside global unicast: what must be carved out of it.
    ("2001::/32", AddressRange.TEREDO, "RFC 4380"),
    ("2001:2::/48", AddressRange.BENCHMARKS, "RFC 5180"),
    ("2001::/23", AddressRange.IETF_PROTOCOLS, "RFC 2928"),
    ("2001:db8::/32", AddressRange.DOCUMENTATION, "RFC 3849"),
    ("2002::/16", AddressRange.TUNNEL_6TO4, "RFC 3056"),
    ("2620:4f:8000::/48", AddressRange.AS112, "RFC 7534"),
    ("3ffe::/16", AddressRange.SIX_BONE, "RFC 3701"),
    ("3fff::/20", AddressRange.DOCUMENTATION, "RFC 9637"),
    # Outside of it: refused anyhow, named here so that the reason is true.
    ("::/128", AddressRange.UNSPECIFIED_ADDRESS, "RFC 4291, 2.5.2"),
    ("::1/128", AddressRange.LOOPBACK, "RFC 4291, 2.5.3"),
    ("::ffff:0:0/96", AddressRange.IPV4_MAPPED, "RFC 4291, 2.5.5.2"),
    ("::/96", AddressRange.IPV4_COMPATIBLE, "RFC 4291, 2.5.5.1"),
    ("64:ff9b::/96", AddressRange.NAT64, "RFC 6052"),
    ("64:ff9b:1::/48", AddressRange.LOCAL_NAT64, "RFC 8215"),
    ("100::/64", AddressRange.DISCARDED, "RFC 6666"),
    ("100:0:0:1::/64", AddressRange.DUMMY, "RFC 9780"),
    ("5f00::/16", AddressRange.SEGMENT_ROUTING, "RFC 9602"),
    ("fc00::/7", AddressRange.UNIQUE_LOCAL, "RFC 4193"),
    ("fe80::/10", AddressRange.LINK_LOCAL, "RFC 4291, 2.5.6"),
    ("fec0::/10", AddressRange.SITE_LOCAL, "RFC 3879"),
    ("ff00::/8", AddressRange.MULTICAST, "RFC 4291, 2.7"),
)

# ISATAP (RFC 5214, 6.1) hides an IPv4 address in the last 32 bits of any prefix, behind these
# 32 bits; the second form has the bit set that says "globally unique".
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


def refusal(address: IpAddress, allowed: Iterable[IpNetwork] = ()) -> AddressRange | None:
    """What kind of address it is that must not be connected to; None when it may be.

    `allowed` are the networks that the operator permits although they are not public. An IPv4
    address inside an IPv6 one is never permitted by an IPv4 network: an operator who means a
    translator says so.
    """
    if any(address in network for network in allowed):
        return None
    if isinstance(address, IPv4Address):
        return _named(address, REFUSED_V4)
    if address.scope_id is not None:
        return AddressRange.ONE_LINK
    name = _named(address, REFUSED_V6)
    if name is None and address not in GLOBAL_UNICAST_V6:
        return AddressRange.OUTSIDE_GLOBAL_UNICAST
    if name is None and (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return AddressRange.ISATAP
    return name


def _named(address: IpAddress, blocks: tuple[Block, ...]) -> AddressRange | None:
    return next((block.name for block in blocks if address in block.network), None)
