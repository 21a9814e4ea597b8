"""A reader, a server and a site, real but for the server's opinions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.fake_kantei import KEY, FakeKantei, fake_kantei
from tests.extension.reader import Reader, reading
from tests.extension.site import Site, site


@pytest.fixture
def kantei() -> Iterator[FakeKantei]:
    """Serve a fake Kantei."""
    with fake_kantei() as found:
        yield found


@pytest.fixture
def gallery() -> Iterator[Site]:
    """Serve the site."""
    with site() as found:
        yield found


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Reader]:
    """A browser where the extension was installed just now."""
    with reading(tmp_path / "profile") as found:
        yield found


@pytest.fixture
def reader(newcomer: Reader, kantei: FakeKantei) -> Reader:
    """A browser where the extension was set up."""
    newcomer.set_up(kantei.address, KEY)
    return newcomer
