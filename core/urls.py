"""Web addresses from outside, taken apart once and the same way for everyone.

The API refuses a URL with this and the worker fetches with this, so that no second parser can see
another host in the same text (the confusion behind many server-side request forgeries).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

MAX_URL = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

# C0 and C1 controls, DEL, line and paragraph separators, and the invisible marks that reorder text:
# browsers drop or hide some of these, so a person and a parser would read two different addresses.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_REST = re.compile(r"//([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL)
_HOST_PORT = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
# The underscore is no letter of a host name, yet real image hosts have it in theirs.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_SAFE = "!$%&'()*+,-./:;=?@[]^_{|}~"


class UrlFault(StrEnum):
    """Say what is wrong with a URL from outside."""

    MALFORMED = "malformed"
    SCHEME = "scheme"
    TOO_LONG = "too_long"
    CREDENTIALS = "credentials"


class UrlError(ValueError):
    """A text is no URL that Kantei would fetch; `detail` is one sentence for a person."""

    def __init__(self, code: UrlFault, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class WebUrl:
    """One http or https URL in one spelling.

    `host` is a lower-case ASCII name without a trailing dot, or an IP address as its family writes
    it (no brackets); `address` is that address, or None for a name; `port` is never 0; `target` is
    path and query, percent-encoded, starting with a slash. The fragment is gone.
    """

    scheme: str
    host: str
    port: int
    target: str
    address: IPv4Address | IPv6Address | None

    @property
    def text(self) -> str:
        """Write the URL."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    def join(self, location: str, *, limit: int = MAX_URL) -> "WebUrl":
        """Follow a `Location` header's value from here; it may be relative (RFC 9110, 10.2.2).

        Errors: `UrlError`, also for what a relative value would hide (controls, backslashes).
        """
        _refuse_odd_text(location, limit)
        if not location:
            raise UrlError(UrlFault.MALFORMED, "The redirect names no address.")
        try:
            joined = urljoin(self.text, location)
        except ValueError:
            raise UrlError(UrlFault.MALFORMED, "The redirect's address cannot be read.") from None
        return parse_web_url(joined, limit=limit + len(self.text))


def parse_web_url(text: str, *, limit: int = MAX_URL) -> WebUrl:
    """Read an absolute http or https URL; `limit` is its greatest length in characters.

    Unusual spellings of an IPv4 address (`0x7f.1`, `2130706433`, full-width digits) are read as the
    address that browsers and resolvers make of them (WHATWG URL, "IPv4 parser"), so that it can be
    checked as one; a non-ASCII name becomes its IDNA form (UTS 46, non-transitional).

    Errors: `UrlError`.
    """
    _refuse_odd_text(text, limit)
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if colon and _SCHEME.fullmatch(scheme) and scheme not in DEFAULT_PORTS:
        raise UrlError(UrlFault.SCHEME, "Only http and https URLs are fetched.")
    match = _REST.fullmatch(rest)
    if match is None or scheme not in DEFAULT_PORTS:
        raise UrlError(UrlFault.MALFORMED, "This is not an absolute URL such as https://example.com/a.png.")
    authority, path, query = match[1], match[2], match[3] or ""
    if "@" in authority:
        raise UrlError(UrlFault.CREDENTIALS, "A URL must not carry a user name or password.")
    place = _HOST_PORT.fullmatch(authority)
    if place is None:
        raise UrlError(UrlFault.MALFORMED, "The URL's host or port cannot be read.")
    host, address = canonical_host(place[1])
    port = int(place[2]) if place[2] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        raise UrlError(UrlFault.MALFORMED, "The URL's port is not between 1 and 65535.")
    return WebUrl(scheme, host, port, quote((path or "/") + query, safe=_SAFE), address)


def canonical_url(text: str, *, limit: int = MAX_URL) -> str:
    """The one spelling of an http or https URL, without its fragment.

    For where equal addresses must be equal texts. `limit` holds for this spelling, too: percent-encoding
    makes a text longer. Errors: `UrlError`.
    """
    found = parse_web_url(text, limit=limit).text
    if len(found) > limit:
        raise UrlError(UrlFault.TOO_LONG, f"The URL is longer than {limit:,} characters once it is encoded.")
    return found


def canonical_host(text: str) -> tuple[str, IPv4Address | IPv6Address | None]:
    """Write a host in one spelling; give its address too where it is one.

    An IPv6 address stands in brackets. Errors: `UrlError` (malformed).
    """
    if text.startswith("["):
        try:
            address = IPv6Address(text[1:-1])
        except AddressValueError:
            address = None
        # A zone such as %eth0 means something on one machine only.
        if address is None or address.scope_id is not None:
            raise UrlError(UrlFault.MALFORMED, "The URL's host is not an IPv6 address.")
        return str(address), address
    name = _ascii_name(text).removesuffix(".")
    labels = name.split(".")
    if labels[-1].isdigit() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]):
        number = _ipv4_number(labels)
        return str(number), number
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlError(UrlFault.MALFORMED, "The URL's host is not a host name.")
    return name, None


def _refuse_odd_text(text: str, limit: int) -> None:
    if len(text) > limit:
        raise UrlError(UrlFault.TOO_LONG, f"The URL is longer than {limit:,} characters.")
    # A lone surrogate cannot be sent. Browsers read a backslash as a slash, other parsers do not.
    before_query = text.split("?", 1)[0].split("#", 1)[0]
    if _CONTROLS.search(text) or re.search("[\ud800-\udfff]", text) or "\\" in before_query:
        raise UrlError(UrlFault.MALFORMED, "The URL holds a character that no URL may hold.")
    if text != text.strip():
        raise UrlError(UrlFault.MALFORMED, "The URL starts or ends with a space.")


def _ascii_name(text: str) -> str:
    if text.isascii():
        return text.lower()
    if len(text) > 253:
        raise UrlError(UrlFault.MALFORMED, "The URL's host name is too long.")
    try:
        return idna.encode(text, uts46=True).decode("ascii").lower()
    except UnicodeError:
        raise UrlError(UrlFault.MALFORMED, "The URL's host is not a host name.") from None


def _ipv4_number(labels: list[str]) -> IPv4Address:
    """Read one to four numbers, each decimal, octal or hexadecimal, as `inet_aton` does."""
    try:
        numbers = [_number(label) for label in labels]
    except ValueError:
        numbers = []
    last_bits = 8 * (5 - len(numbers))
    if not 1 <= len(numbers) <= 4 or max(numbers[:-1], default=0) > 255 or numbers[-1] >> last_bits:
        raise UrlError(UrlFault.MALFORMED, "The URL's host is not an IPv4 address.")
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value |= number << (24 - 8 * place)
    return IPv4Address(value)


def _number(label: str) -> int:
    if len(label) > 64 or not label.isascii() or not label.isalnum():
        raise ValueError(label)
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)
