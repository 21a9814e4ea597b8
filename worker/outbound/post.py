"""Sending callbacks to a client's endpoint.

The same guard as for fetching (`worker/outbound/transport.py`); no redirect is followed.
"""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.settings.setting_values import FetchAllow
from worker.outbound.deadline import Deadline
from worker.outbound.fetch import default_user_agent, parsed_url
from worker.outbound.fetch_error import FetchError
from worker.outbound.hosts import HostPlaces
from worker.outbound.network_errors import as_fetch_errors
from worker.outbound.resolve import Resolve, system_resolve
from worker.outbound.retry_after import retry_after
from worker.outbound.transport import GuardedTransport, OutboundRequest, read_some

_MAX_ANSWER = 4096
_GRANTED = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said: any status, the start of its body (up to 4,096 bytes, as text)."""

    status: int
    body: str
    retry_after: float | None


class Poster:
    """Posts one body at a time; `close` ends it. Arguments as for `Fetcher`."""

    def __init__(
        self,
        *,
        allow: FetchAllow,
        ports: frozenset[int],
        timeout: float,
        per_host: int = 4,
        slots_dir: Path | None = None,
        user_agent: str | None = None,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        self._user_agent = user_agent or default_user_agent()
        self._transport = GuardedTransport(
            allow=allow,
            ports=ports,
            places=HostPlaces(slots_dir, per_host),
            place_wait=timeout / 4,
            resolve=resolve,
            tls=tls,
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post a body once; what is sent may have arrived even where this fails.

        Errors: `FetchError` where no status came back.
        """
        address = parsed_url(url)
        named = {"User-Agent": self._user_agent, "Accept-Encoding": "identity", **headers}
        request = OutboundRequest("POST", address, named, Deadline(self._timeout), _GRANTED, body)
        with self._transport.exchange(request) as response:
            start = b""
            # The status is the answer; a body that never comes must not turn it into a failure.
            with suppress(FetchError), as_fetch_errors(address.host):
                start = read_some(response, _MAX_ANSWER)
            pause = retry_after(response.headers.get("retry-after"))
            return Answered(response.status, start.decode("utf-8", "replace"), pause)

    def close(self) -> None:
        """Close kept connections and the files of places."""
        self._transport.close()
