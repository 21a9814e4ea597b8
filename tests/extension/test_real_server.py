"""The extension against the server as it is, classifier and all."""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.devtools import until
from tests.extension.reader import Reader, reading
from tests.extension.site import Site, site
from tests.whole.installation import Installation, installed

pytestmark = pytest.mark.chromium
FINDINGS = {"Probably generated", "Cannot say", "No sign of generation"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Start everything, once."""
    with installed(tmp_path_factory.mktemp("kantei")) as found:
        yield found


@pytest.fixture
def near() -> Iterator[Site]:
    """Serve the site under the address that this server may fetch from."""
    with site("127.0.0.1", "127.0.0.1") as found:
        yield found


@pytest.fixture
def reader(tmp_path: Path, real: Installation) -> Iterator[Reader]:
    """Give a browser with a key of its own."""
    client = json.loads(real.kantei("client", "add", "reader", "--source", "extension", "--json"))
    with reading(tmp_path / "profile") as found:
        found.set_up(real.address, client["api_key"])
        yield found


def test_a_picture_is_checked_and_the_answer_comes_at_once(reader: Reader, near: Site) -> None:
    html = "".join(f"<img id=t{n} src='/p/real{n}.png' width=320 height=240>" for n in range(8))
    tab = reader.visit(near.show(html))
    times = []
    for n in range(8):
        src = tab.session.run(f"document.querySelector('#t{n}').src")
        started = time.monotonic()
        reader.click_menu(tab, src)
        until(
            lambda src=src: tab.inside(f"shown?.view.final && shown.state.picture.shown === {src!r}"),
            "an answer",
        )
        times.append(time.monotonic() - started)
        assert tab.inside("shown.view.title") in FINDINGS, tab.text()
        assert tab.inside("shown.view.reasons.length") > 0
    median = 1000 * statistics.median(times[1:])
    sys.stdout.write(f"click to card: median {median:.0f} ms of {[round(1000 * one) for one in times]}\n")


def test_a_picture_that_the_server_may_not_have_is_sent_by_the_browser(reader: Reader, near: Site) -> None:
    tab = reader.visit(near.show("<img id=t src='/guarded/real.png' width=320 height=240>"))
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "The server cannot reach this picture"
    assert "does not give it to strangers" in tab.text()
    tab.press("send")
    until(lambda: tab.inside("shown?.view.final") and tab.inside("shown.view.title") in FINDINGS, "a finding")


def test_the_popup_checks_all_pictures_of_a_page(reader: Reader, near: Site) -> None:
    html = "".join(f"<img src='/p/all{n}.png' width=240 height=180>" for n in range(6))
    tab = reader.visit(near.show(html))
    popup = reader.click_action(tab)
    popup.until("document.querySelectorAll('.rows li').length === 6")
    popup.click_on("header .primary")
    popup.until("[...document.querySelectorAll('.what b')].every((said) => said.textContent.length > 3)", 60)
    said = popup.run("[...document.querySelectorAll('.what b')].map((b) => b.textContent)")
    assert set(said) <= FINDINGS, said
