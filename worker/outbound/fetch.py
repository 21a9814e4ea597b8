"""Fetching a picture from an address given from outside.

What may go wrong here and what stops it stands in `docs/threats.md`.
"""

import re
import ssl
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from urllib3.response import HTTPResponse

from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.settings.setting_values import FetchAllow
from core.urls import MAX_IMAGE_URL, UrlError, UrlFault, WebUrl, parse_web_url
from core.vocabulary import FailureCode
from worker.outbound.body import read_body
from worker.outbound.deadline import Deadline
from worker.outbound.fetch_error import FetchError
from worker.outbound.hosts import HostPlaces, Promptness
from worker.outbound.resolve import Resolve, system_resolve
from worker.outbound.retry_after import retry_after
from worker.outbound.transport import GuardedTransport, OutboundRequest

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})  # 404 may be a host that does not have the picture yet
_REFUSING = frozenset({401, 403})
# Client errors that speak of now, not of this picture: RFC 9110, 15.5.9; RFC 8470; RFC 6585.
_PASSING = frozenset({408, 425, 429})
_URL_FAULTS = {
    UrlFault.MALFORMED: FailureDetail.URL_MALFORMED,
    UrlFault.SCHEME: FailureDetail.URL_SCHEME,
    UrlFault.TOO_LONG: FailureDetail.URL_TOO_LONG,
    UrlFault.CREDENTIALS: FailureDetail.URL_CREDENTIALS,
}
_SECOND_BYTE = re.compile(rb"([\x80-\xff])\\")
# The part of the timeout after which a fetch is long, and for which a place at a host is waited for.
_LONG = 0.25
# Beside the body: headers, chunk frames, trailers.
_FRAMING = 256 * 1024


class Fetcher:
    """Fetches one URL at a time, or several from threads; `close` ends it.

    `timeout` is in seconds, for everything from the first look-up to the last byte, redirects
    included; `max_bytes` bounds the decoded body; `per_host` bounds what this machine fetches from
    one host at once, over all processes that share `slots_dir` (None: this process alone), and
    `per_slow_host` the same for a host that needs more than a quarter of the timeout.
    Make it after the fork.
    """

    def __init__(
        self,
        *,
        allow: FetchAllow,
        ports: frozenset[int],
        timeout: float,
        max_bytes: int,
        max_redirects: int = 5,
        per_host: int = 4,
        per_slow_host: int = 1,
        slots_dir: Path | None = None,
        user_agent: str | None = None,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._granted = max_bytes + max_bytes // 8 + _FRAMING
        self._max_redirects = max_redirects
        places = HostPlaces(
            slots_dir,
            per_host,
            per_slow_host=per_slow_host,
            promptness=Promptness(slots_dir, timeout * _LONG),
        )
        self._transport = GuardedTransport(
            allow=allow,
            ports=ports,
            places=places,
            place_wait=timeout * _LONG,
            resolve=resolve,
            tls=tls,
        )
        self._headers = {
            "User-Agent": user_agent or default_user_agent(),
            # Naming newer formats makes image servers convert the picture, and what the original
            # says of its origin is lost.
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }

    def fetch(self, url: str, *, referer: str | None = None) -> bytes:
        """Fetch the bytes behind a URL, decoded.

        A host that refuses is asked once more, with `referer`, or else the picture's own origin, as the
        Referer: many hosts give a picture only to pages that show it.
        Errors: `FetchError`; `HostBusyError` where nothing was tried for politeness.
        """
        deadline = Deadline(self._timeout)
        here = parsed_url(url)
        headers, redirects = self._headers, 0
        while redirects <= self._max_redirects:
            with self._transport.exchange(
                OutboundRequest("GET", here, headers, deadline, self._granted)
            ) as response:
                if response.status in _REFUSING and "Referer" not in headers:
                    headers = {**headers, "Referer": _page(referer, here)}
                    continue
                if response.status not in _REDIRECTS or "location" not in response.headers:
                    _refuse_status(response, here)
                    return read_body(response, self._max_bytes)
                before, here = here, _redirected(here, _location(response))
                if here.host != before.host:
                    headers = self._headers  # the page is no other host's business, unless it asks as well
                redirects += 1
        raise FetchError(
            FailureCode.TOO_MANY_REDIRECTS,
            say(FailureDetail.REDIRECTS_TOO_OFTEN, limit=self._max_redirects),
            is_permanent=True,
        )

    def close(self) -> None:
        """Close kept connections and the files of places."""
        self._transport.close()


def default_user_agent() -> str:
    """Who asks and for what purpose, so that a host can write a rule for Kantei."""
    try:
        number = version("kantei")
    except PackageNotFoundError:  # run from a checkout
        number = "0"
    return f"kantei/{number} (fetches single pictures that people submit to find out how they were made)"


def parsed_url(text: str) -> WebUrl:
    """Read a URL. Errors: `FetchError`, since what is fetched may have been stored long ago."""
    try:
        return parse_web_url(text, limit=MAX_IMAGE_URL)
    except UrlError as error:
        raise _refused_url(error) from None


def _page(referer: str | None, here: WebUrl) -> str:
    with suppress(UrlError):
        return parse_web_url(referer or "").text
    return here.text.removesuffix(here.target) + "/"


def _location(response: HTTPResponse) -> str:
    """Where a response redirects to; browsers take a header that is sent twice and says the same."""
    given = response.headers.getlist("location")
    return given[0] if len(set(given)) == 1 else ", ".join(given)


def _redirected(here: WebUrl, location: str) -> WebUrl:
    # http.client reads headers as Latin-1; servers that send anything but ASCII mean UTF-8. What is in
    # another encoding goes back to them byte by byte.
    given = location.encode("latin-1")
    try:
        location = given.decode("utf-8")
    except UnicodeDecodeError:
        # The second byte of a character of Shift-JIS or Big5 may look like a backslash.
        given = _SECOND_BYTE.sub(rb"\1%5C", given)
        location = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in given)
    try:
        return here.join(location, limit=MAX_IMAGE_URL)
    except UrlError as error:
        raise _refused_url(error) from None


def _refused_url(error: UrlError) -> FetchError:
    is_unsafe = error.code in {UrlFault.SCHEME, UrlFault.CREDENTIALS}
    reason = FailureCode.UNSAFE_ADDRESS if is_unsafe else FailureCode.UNRESOLVABLE
    return FetchError(reason, say(_URL_FAULTS[error.code]), is_permanent=True)


def _refuse_status(response: HTTPResponse, url: WebUrl) -> None:
    status = response.status
    if status in {200, 203}:
        return
    if status in _GONE:
        detail = say(FailureDetail.PICTURE_NOT_THERE, host=url.host, status=status)
        raise FetchError(
            FailureCode.GONE,
            detail,
            is_permanent=status != 404,
            retry_after=retry_after(response.headers.get("retry-after")),
        )
    is_passing = status in _PASSING or status >= 500
    raise FetchError(
        FailureCode.HTTP_STATUS,
        say(FailureDetail.ERROR_STATUS, host=url.host, status=status),
        is_permanent=not is_passing,
        retry_after=retry_after(response.headers.get("retry-after")) if is_passing else None,
    )
