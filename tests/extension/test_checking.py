"""Checking a picture, from the click to the card."""

from collections.abc import Iterator

import pytest

from tests.extension.devtools import until
from tests.extension.fake_kantei import KEY, FakeKantei, fake_kantei
from tests.extension.reader import Reader, Tab, reading
from tests.extension.site import KINDS, Site, site

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reader, FakeKantei, Site]]:
    """One browser for all kinds: each has a page and pictures of its own."""
    with fake_kantei() as kantei, site() as gallery, reading(tmp_path_factory.mktemp("profile")) as reader:
        reader.set_up(kantei.address, KEY)
        yield reader, kantei, gallery


def check(reader: Reader, tab: Tab) -> None:
    """Right-click the thing that is marked `t`, and choose our entry of the menu."""
    reader.click_action(tab)
    reader.click_menu(tab)  # once, so that our scripts are there and see the right click
    until(lambda: tab.inside("picking !== null"), "our scripts")
    place = tab.middle("#t")
    if tab.session.run("document.querySelector('#t').localName") == "iframe":
        place = {"x": place["x"], "y": place["y"] - 20}
    # What Chromium tells of an <img> is what its menu knows: the address that is shown.
    src = tab.session.run(
        "(e => e.localName === 'img' || e.localName === 'input' ? (e.currentSrc || e.src) : null)"
        "(document.querySelector('#t'))"
    )
    tab.session.run("new MouseEvent('x') && undefined")
    tab.inside("picking && picking.abort()")
    tab.session.click(place["x"], place["y"], "right")
    reader.click_menu(tab, src)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_embedding_is_checked(shared: tuple[Reader, FakeKantei, Site], kind: str) -> None:
    reader, kantei, gallery = shared
    expected = KINDS[kind][1]
    before = len(kantei.submissions)
    tab = reader.visit(f"{gallery.base}/kind?kind={kind.replace(' ', '+').replace(':', '%3A')}")
    try:
        check(reader, tab)
        title = tab.title()
        made = list(kantei.submissions.values())[before:]
        if expected is None:
            assert made == []
            assert "no web address" in tab.text()
            tab.press("send")
            tab.expect("Probably generated")
            assert kantei.uploads[-1][:8] == b"\x89PNG\r\n\x1a\n"
        else:
            assert title == "Probably generated"
            url = expected.replace("{c}", gallery.cdn) if "{c}" in expected else gallery.base + expected
            assert [one["image_url"] for one in made] == [url]
    finally:
        tab.session.close()
