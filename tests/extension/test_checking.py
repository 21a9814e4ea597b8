"""Checking a picture, from the click to the card."""

import pytest

from tests.extension.fake_kantei import FakeKantei
from tests.extension.reader import Reader, Tab
from tests.extension.site import KINDS, Site

pytestmark = pytest.mark.chromium


# What Chromium names for each kind, as seen with its real menu: the address of an <img> (through what lies
# over it), of an <input>, of an SVG image, of a link; nothing of backgrounds, canvases, posters and objects.
NAMED = """(() => {
  const t = document.querySelector("#t");
  const inner = t.shadowRoot?.querySelector("img") ?? t.contentDocument?.querySelector("img") ?? t;
  const over = inner.localName === "div" ? t.previousElementSibling : inner;
  const of = { img: over?.currentSrc || over?.src, input: over?.src, image: over?.href?.baseVal };
  const src = of[over?.localName];
  return [src ? new URL(src, location).href : null, t.closest("a")?.href ?? null];
})()"""


def check(reader: Reader, tab: Tab) -> None:
    """Right-click what is marked `t`, on a page where nothing of ours is yet, and choose our entry."""
    place = tab.middle("#t")
    if tab.session.run("document.querySelector('#t').localName") == "iframe":
        place = {"x": place["x"], "y": place["y"] - 20}
    src, link = tab.session.run(NAMED)
    tab.session.click(place["x"], place["y"], "right")
    assert tab.session.run("document.querySelector('kantei-stage')") is None
    reader.click_menu(tab, src, link)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_embedding_is_checked(shared: tuple[Reader, FakeKantei, Site], kind: str) -> None:
    reader, kantei, gallery = shared
    expected = KINDS[kind][1]
    before = len(kantei.submissions)
    tab = reader.visit(f"{gallery.base}/kind?kind={kind.replace(' ', '+').replace(':', '%3A')}")
    try:
        if expected is None:  # a picture that the page makes by itself, when it has got the bytes
            tab.session.until(
                "(({alt, naturalWidth}) => !alt || naturalWidth > 0)(document.querySelector('#t'))"
            )
        check(reader, tab)
        title = tab.title()
        made = list(kantei.submissions.values())[before:]
        if expected is None:
            assert made == []
            assert "no web address" in tab.text()
            tab.press("send")
            tab.expect("Signs of AI generation")
            assert kantei.uploads[-1][:8] == b"\x89PNG\r\n\x1a\n"
        else:
            assert title == "Signs of AI generation"
            url = expected.replace("{c}", gallery.cdn) if "{c}" in expected else gallery.base + expected
            assert [one["image_url"] for one in made] == [url]
    finally:
        tab.session.close()
