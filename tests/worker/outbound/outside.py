"""The outside as tests of fetching see it: what is permitted, and which names lead where."""

from collections.abc import Callable, Sequence
from ipaddress import ip_network

from core.settings.setting_values import FetchAllow
from worker.outbound.fetch import Fetcher

LOOPBACK = FetchAllow(networks=(ip_network("127.0.0.0/8"),))
"""Permits our own servers, and nothing else that is not public."""

MakeFetcher = Callable[..., Fetcher]


class Names:
    """A resolver with a book of its own: name to addresses, or to what it raises; counts its calls."""

    def __init__(self, **book: Sequence[str] | Exception) -> None:
        self.book = {name.replace("_", "."): found for name, found in book.items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        found = self.book[host]
        if isinstance(found, Exception):
            raise found
        return found
