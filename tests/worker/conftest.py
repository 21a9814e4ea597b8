"""What tests of the worker's way to the outside share."""

import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.settings.setting_values import FetchAllow
from store.base.database import Database
from tests.certificates import Authority
from tests.clients import SECRET_KEY
from tests.servers import Server
from tests.worker.outbound.outside import LOOPBACK, MakeFetcher
from tests.worker.outbox.telling import FakePoster
from worker.outbound.fetch import Fetcher
from worker.outbound.resolve import Resolve, system_resolve
from worker.outbox.notify import Notifier

_dialled: list[list[Any]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        for addresses in _dialled:
            addresses.append(arguments[1])


# Python's own record of every connection attempt of the process (PEP 578); it cannot be taken out
# again, so it is put in once and asked only inside `dialled`.
sys.addaudithook(_audit)


@pytest.fixture
def dialled() -> Iterator[list[Any]]:
    """Collect every address that this process tries to connect to during a test."""
    addresses: list[Any] = []
    _dialled.append(addresses)
    yield addresses
    _dialled.remove(addresses)


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a web server of our own."""
    with Server() as running:
        yield running


@pytest.fixture
def make_fetcher() -> Iterator[MakeFetcher]:
    """Make fetchers that are closed when the test ends."""
    made: list[Fetcher] = []

    def make(
        *,
        allow: FetchAllow = LOOPBACK,
        ports: frozenset[int] = frozenset({80, 443}),
        timeout: float = 5.0,
        max_bytes: int = 1_000_000,
        per_host: int = 4,
        slots_dir: Path | None = None,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
        **more: Any,
    ) -> Fetcher:
        made.append(
            Fetcher(
                allow=allow,
                ports=ports,
                timeout=timeout,
                max_bytes=max_bytes,
                per_host=per_host,
                slots_dir=slots_dir,
                resolve=resolve,
                tls=tls,
                **more,
            )
        )
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetcher(make_fetcher: MakeFetcher) -> Fetcher:
    """Make a fetcher that may reach our own servers."""
    return make_fetcher()


@pytest.fixture
def poster() -> FakePoster:
    """A receiver of callbacks."""
    return FakePoster()


@pytest.fixture
def notifier(database: Database, poster: FakePoster) -> Notifier:
    """The notifier that calls it."""
    return Notifier(database, poster, SECRET_KEY)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make a certificate authority."""
    return Authority(tmp_path_factory.mktemp("certificates"))
