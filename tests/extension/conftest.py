"""A reader, a server and a site, real but for the server's opinions."""

from collections.abc import Iterator

import pytest

from tests.extension.fake_kantei import KEY, FakeKantei, fake_kantei
from tests.extension.reader import Chromium, Reader
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


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all tests of a process: starting it costs more than most of them."""
    found = Chromium(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture
def newcomer(chromium: Chromium) -> Reader:
    """A reader who installed the extension just now."""
    return chromium.install()


@pytest.fixture
def reader(chromium: Chromium, kantei: FakeKantei) -> Reader:
    """A reader who set the extension up."""
    return chromium.set_up(kantei.address, KEY)


@pytest.fixture(scope="module")
def shared(chromium: Chromium) -> Iterator[tuple[Reader, FakeKantei, Site]]:
    """One reader for a whole file: each of its tests has a page and pictures of its own."""
    with fake_kantei() as kantei, site() as gallery:
        reader = chromium.set_up(kantei.address, KEY)
        reader.grant("http://gallery.test/*")  # as the reader's own click on the menu allows it
        yield reader, kantei, gallery
