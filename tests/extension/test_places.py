"""The card on pages that make it hard (edges, dialogs, right to left, zoom), and with a hostile server."""

import base64

import pytest

from tests.extension.devtools import until
from tests.extension.fake_kantei import FakeKantei
from tests.extension.reader import Reader, Tab
from tests.extension.site import Site
from tests.extension.test_card import key

pytestmark = pytest.mark.chromium
HOSTILE = "* { color: red !important; direction: rtl } kantei-stage { display: none !important }"
CARD = "(({left, top, right, bottom}) => [left, top, right, bottom])(shown.card.getBoundingClientRect())"


def check(shared: tuple[Reader, FakeKantei, Site], html: str, title: str = "Signs of AI generation") -> Tab:
    """Open a page and check its picture `t`."""
    reader, _, gallery = shared
    tab = reader.visit(gallery.show(html))
    reader.click_menu(tab, tab.session.run("document.querySelector('#t')?.src ?? null"))
    assert tab.title() == title
    return tab


def assert_in_view(tab: Tab) -> None:
    """The whole card can be seen, whatever its place."""
    left, top, right, bottom = tab.inside(CARD)
    width, height = tab.session.run("[innerWidth, innerHeight]")
    assert left >= 0
    assert top >= 0
    assert right <= width
    assert bottom <= height


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("corner", "<img id=t src='/p/e1.png' style='position:fixed;right:0;bottom:0;width:90px'>"),
        ("whole width", "<img id=t src='/p/e2.png' style='position:fixed;inset:0;width:100%;height:100%'>"),
        ("tiny", "<img id=t src='/p/e3.png' width=12 height=12 style='position:fixed;left:2px;bottom:2px'>"),
        ("right to left", "<html dir=rtl><img id=t src='/p/e4.png' width=320 height=240>"),
        ("zoomed", "<body style='zoom:1.5'><img id=t src='/p/e5.png' width=320 height=240>"),
        ("hostile style", f"<style>{HOSTILE}</style><img id=t src='/p/e6.png' width=320 height=240>"),
    ],
)  # fmt: skip
def test_the_whole_card_is_seen_wherever_the_picture_is(
    shared: tuple[Reader, FakeKantei, Site], name: str, html: str
) -> None:
    tab = check(shared, html)
    assert_in_view(tab)
    assert tab.inside("getComputedStyle(shown.card).direction") == "ltr", name
    if name == "right to left":
        assert tab.inside("shown.card.getBoundingClientRect().right <= shown.box.x")
    assert tab.inside("getComputedStyle(shown.card).color") == "rgb(27, 29, 33)"
    # A heat map makes it grow when it is there already.
    tab.press("heatmap")
    until(lambda: tab.inside("shown.card.querySelector('.map')?.naturalWidth") == 320, "the map")
    until(lambda: tab.inside("shown.card.getBoundingClientRect().bottom") <= 900, "its place")
    assert_in_view(tab)
    tab.session.close()


def test_a_narrow_window_has_the_card_at_its_lower_edge(shared: tuple[Reader, FakeKantei, Site]) -> None:
    tab = check(
        shared, "<meta name=viewport content='width=device-width'><img id=t src='/p/phone.png' width=320>"
    )
    size = {"width": 390, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    tab.session.call("Emulation.setDeviceMetricsOverride", **size)
    until(lambda: tab.inside(CARD)[0::2] == [8, 382], "its place")
    tab.press("heatmap")
    until(lambda: tab.inside("shown.card.querySelector('.map')?.naturalWidth") == 320, "the map")
    until(lambda: [round(edge) for edge in tab.inside(CARD)][2:] == [382, 692], "the lower edge")
    tab.session.close()


def test_a_picture_in_a_modal_dialog_has_its_card_where_it_can_be_clicked(
    shared: tuple[Reader, FakeKantei, Site],
) -> None:
    picture = "<img id=t src='/p/modal.png' width=320 height=240>"
    tab = check(shared, f"<dialog id=d>{picture}</dialog><script>d.showModal()</script>")
    assert_in_view(tab)
    tab.press("heatmap")
    until(lambda: tab.inside("shown.card.querySelector('.map')?.naturalWidth") == 320, "the map")
    tab.session.close()


def test_who_closes_the_card_by_key_goes_on_where_he_was(shared: tuple[Reader, FakeKantei, Site]) -> None:
    reader, _, gallery = shared
    tab = reader.visit(
        gallery.show("<a id=a href='#x'>a</a><img id=t src='/p/focus.png' width=320 height=240>")
    )
    tab.session.run("document.querySelector('#a').focus()")
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    # What a screen reader hears: a dialog by its finding, with the focus on its heading.
    heading = tab.inside("stages.get('cards').root.activeElement?.textContent")
    assert heading == "Signs of AI generation"
    assert tab.inside("[shown.card.getAttribute('role'), shown.card.getAttribute('aria-label')]") == [
        "dialog",
        "Kantei: Signs of AI generation",
    ]
    key(tab, "Escape", 27)
    until(lambda: tab.inside("shown === null"), "a closed card")
    assert tab.session.run("document.activeElement.id") == "a"
    tab.session.close()


def test_a_picture_in_a_frame_of_another_site_is_checked_by_its_address(
    shared: tuple[Reader, FakeKantei, Site],
) -> None:
    reader, kantei, gallery = shared
    tab = reader.visit(gallery.show(f"<iframe src='{gallery.cdn}/frame' width=300 height=200></iframe>"))
    reader.click_menu(tab, f"{gallery.cdn}/p/framed.png")
    assert tab.title() == "Signs of AI generation"
    assert list(kantei.submissions.values())[-1]["image_url"] == f"{gallery.cdn}/p/framed.png"
    assert_in_view(tab)
    tab.session.close()


def test_a_drawing_in_code_is_sent_as_what_it_looks_like(shared: tuple[Reader, FakeKantei, Site]) -> None:
    _, kantei, _ = shared
    kantei.unreachable = lambda _url: "not_an_image"
    code = (
        b"<svg xmlns='http://www.w3.org/2000/svg' width='80' height='60'><rect width='80' height='60'/></svg>"
    )
    address = f"data:image/svg+xml;base64,{base64.b64encode(code).decode()}"
    html = f"<img id=t width=320 height=240 src='{address}'>"
    tab = check(shared, html, "Only your browser can load this picture")
    tab.press("send")
    tab.expect("Signs of AI generation")
    assert kantei.uploads[-1][:8] == b"\x89PNG\r\n\x1a\n"
    kantei.unreachable = lambda _url: None
    tab.session.close()


def test_what_a_hostile_server_writes_is_text_and_nothing_else(
    shared: tuple[Reader, FakeKantei, Site],
) -> None:
    _, kantei, gallery = shared
    mark = f"<img src={gallery.base}/p/stolen.png onerror=alert(1)><script>alert(1)</script>"
    kantei.evidence = (
        {"kind": mark, "grade": "proof", "label": "ai", "generator": f"\u202e{mark}", "detail": mark},
    )
    kantei.model = mark
    tab = check(shared, "<img id=t src='/p/hostile.png' width=320 height=240>")
    assert "<script>alert(1)</script>" in tab.text()
    assert "\u202e" not in tab.text()
    assert tab.inside("shown.card.querySelectorAll('script, img, a, iframe').length") == 0
    assert gallery.asked("/p/stolen.png") == []
    kantei.evidence, kantei.model = (), "mobilenet_v2-2026.11-00000000"
    tab.session.close()
