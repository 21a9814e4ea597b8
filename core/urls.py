"""URLs from outside, parsed once and in the same way everywhere.

The API refuses a URL with this and the worker fetches with this, so that no second parser can see
another host in the same text (the confusion behind many server-side request forgeries). The parser is
ada, which follows the standard of the browsers (WHATWG URL); the rules here only refuse more.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from ada_url import URL, HostType

MAX_URL = 2048
MAX_IMAGE_URL = 8192  # the signed links of storage services are long
DEFAULT_PORTS = {"http": 80, "https": 443}

# C0 and C1 controls, DEL, line and paragraph separators, and the invisible marks that reorder text:
# browsers drop or hide some of these, so a person and a parser would read two different addresses.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_START = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)")
# Browsers undo percent-encoding in a host: of ASCII it only hides what people would see. A name that is not
# ASCII is written so by programs.
_HIDDEN_ASCII = re.compile("%(?![89A-Fa-f])")
# Which characters a name may have is for ada to say; how long a name and its parts are, for DNS (RFC 1035).
_LABEL = re.compile(r"[^.]{1,63}")


class UrlFault(StrEnum):
    """What is wrong with a URL from outside."""

    MALFORMED = "malformed"
    SCHEME = "scheme"
    TOO_LONG = "too_long"
    CREDENTIALS = "credentials"


class UrlError(ValueError):
    """A text is not a URL that Kantei would fetch; `detail` is one sentence for a person."""

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
        """The URL as text."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    def join(self, location: str, *, limit: int = MAX_URL) -> "WebUrl":
        """The URL that a `Location` header leads to from here; it may be relative (RFC 9110, 10.2.2).

        Errors: `UrlError`, also for what a relative value would hide (controls, backslashes).
        """
        _refuse_odd_text(location, limit)
        if not location:
            raise UrlError(UrlFault.MALFORMED, "The redirect has no address.")
        return _read(location, self.text)


def parse_web_url(text: str, *, limit: int = MAX_URL) -> WebUrl:
    """Read an absolute http or https URL; `limit` is its greatest length in characters.

    Unusual spellings of an IPv4 address (`0x7f.1`, `2130706433`, full-width digits) are read as the
    address that browsers make of them, so that it can be checked as one; a name that is not ASCII
    becomes its IDNA form (UTS 46, non-transitional).

    Errors: `UrlError`.
    """
    _refuse_odd_text(text, limit)
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme[1].lower() not in DEFAULT_PORTS:
        raise UrlError(UrlFault.SCHEME, "The URL must start with http:// or https://.")
    # Browsers read `http:a.png` and `http:///a.png` as the host a.png; people mean something else.
    if not _START.match(text):
        raise UrlError(UrlFault.MALFORMED, "The URL must be absolute, such as https://example.com/a.png.")
    return _read(text, None)


def canonical_url(text: str, *, limit: int = MAX_URL) -> str:
    """The one spelling of an http or https URL, without its fragment.

    For where equal addresses must be equal texts. `limit` holds for this spelling, too: percent-encoding
    makes a text longer. Errors: `UrlError`.
    """
    found = parse_web_url(text, limit=limit).text
    if len(found) > limit:
        raise UrlError(UrlFault.TOO_LONG, f"The URL is longer than {limit:,} characters once it is encoded.")
    return found


def url_digest(url: str) -> str:
    """What stands for a URL in an index, which a text of thousands of characters does not fit."""
    return hashlib.sha256(url.encode()).hexdigest()


def _refuse_odd_text(text: str, limit: int) -> None:
    if len(text) > limit:
        raise UrlError(UrlFault.TOO_LONG, f"The URL is longer than {limit:,} characters.")
    # A lone surrogate cannot be sent. Browsers read a backslash as a slash, other parsers do not.
    before_query = text.split("?", 1)[0].split("#", 1)[0]
    if _CONTROLS.search(text) or re.search("[\ud800-\udfff]", text) or "\\" in before_query:
        raise UrlError(UrlFault.MALFORMED, "The URL contains a character that is not allowed.")
    if text != text.strip():
        raise UrlError(UrlFault.MALFORMED, "The URL must not start or end with a space.")


def _read(text: str, base: str | None) -> WebUrl:
    authority = _AUTHORITY.match(text)
    if authority is not None and "@" in authority[1]:
        raise UrlError(UrlFault.CREDENTIALS, "The URL must not contain a user name or password.")
    if authority is not None and _HIDDEN_ASCII.search(authority[1]):
        raise UrlError(UrlFault.MALFORMED, "The URL's host is not a valid host name.")
    try:
        # Read twice: of what is relative, ada does not say whether the host is an address.
        url = URL(text) if base is None else URL(URL(text, base).href)
    except ValueError:
        raise UrlError(UrlFault.MALFORMED, "The URL's host or port is not valid.") from None
    scheme = url.protocol.removesuffix(":")
    if scheme not in DEFAULT_PORTS:
        raise UrlError(UrlFault.SCHEME, "The URL must start with http:// or https://.")
    if url.username or url.password:
        raise UrlError(UrlFault.CREDENTIALS, "The URL must not contain a user name or password.")
    port = int(url.port or DEFAULT_PORTS[scheme])
    if port == 0:
        raise UrlError(UrlFault.MALFORMED, "The URL's port must be between 1 and 65535.")
    host = url.hostname.strip("[]").removesuffix(".")
    address = None if url.host_type is HostType.DEFAULT else ip_address(host)
    if address is None and (len(host) > 253 or not all(map(_LABEL.fullmatch, host.split(".")))):
        raise UrlError(UrlFault.MALFORMED, "The URL's host is not a valid host name.")
    return WebUrl(scheme, host, port, url.href.removeprefix(url.origin).partition("#")[0], address)
