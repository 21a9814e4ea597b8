"""The card: picking by hand, heat map, report, and what the page may know of it."""

import pytest

from tests.extension.devtools import until
from tests.extension.fake_kantei import FakeKantei
from tests.extension.reader import Reader, Tab
from tests.extension.site import Site

pytestmark = pytest.mark.chromium
PAGE = (
    "<img id=t src='/p/work.png' width=320 height=240> <img id=u src='/p/other.png' width=200 height=200>"
    "<a href='/elsewhere'><img id=v src='/p/linked.png' width=200 height=200></a>"
)


@pytest.fixture
def tab(reader: Reader, gallery: Site) -> Tab:
    """A page with pictures, on which our button was clicked."""
    found = reader.visit(gallery.show(PAGE))
    reader.click_action(found).close()
    return found


def key(tab: Tab, name: str, code: int) -> None:
    """Press a key on the page."""
    for kind in ("rawKeyDown", "keyUp"):
        tab.session.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)


def test_the_shortcut_checks_what_is_under_the_pointer(reader: Reader, kantei: FakeKantei, tab: Tab) -> None:
    tab.point_at("#u")
    reader.press_shortcut(tab)
    assert tab.title() == "Signs of AI generation"
    assert [one["image_url"].split("/")[-1] for one in kantei.submissions.values()] == ["other.png"]


def test_without_a_picture_under_the_pointer_one_is_picked(
    reader: Reader, kantei: FakeKantei, tab: Tab
) -> None:
    address = tab.session.run("location.href")
    tab.session.call("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=5)
    reader.press_shortcut(tab)
    until(lambda: tab.inside("picking !== null && !picking.signal.aborted"), "the picker")
    tab.session.click(5, 5)
    assert tab.inside("stages.get('cards').root.textContent.includes('There is no picture here.')")
    place = tab.middle("#v")
    tab.session.click(place["x"], place["y"])  # the link around it is not followed
    assert tab.title() == "Signs of AI generation"
    assert tab.session.run("location.href") == address
    assert [one["image_url"].split("/")[-1] for one in kantei.submissions.values()] == ["linked.png"]


def test_a_picture_is_picked_by_keys_alone_and_escape_ends_it(
    reader: Reader, kantei: FakeKantei, tab: Tab
) -> None:
    tab.session.call("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=5)
    reader.press_shortcut(tab)
    until(lambda: tab.inside("picking !== null && !picking.signal.aborted"), "the picker")
    key(tab, "Escape", 27)
    until(lambda: tab.inside("picking.signal.aborted"), "its end")
    assert kantei.submissions == {}
    reader.press_shortcut(tab)
    until(lambda: tab.inside("!picking.signal.aborted"), "the picker")
    key(tab, "Tab", 9)
    key(tab, "Enter", 13)
    assert tab.title() == "Signs of AI generation"
    key(tab, "Escape", 27)
    until(lambda: tab.inside("shown === null"), "a closed card")


def test_the_heat_map_is_fetched_when_it_is_asked_for(reader: Reader, kantei: FakeKantei, tab: Tab) -> None:
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    assert not [one for one in kantei.seen if one.path.endswith("/heatmap")]
    tab.press("heatmap")
    until(lambda: tab.inside("shown.card.querySelector('.map')?.naturalWidth") == 320, "the map")
    assert "Yellow to red: stronger signs." in tab.text()
    pressed = "shown.card.querySelector('[data-act=heatmap]').getAttribute('aria-pressed')"
    assert tab.inside(pressed) == "true"
    tab.press("heatmap")
    until(lambda: tab.inside("shown.card.querySelector('.map')") is None, "no map")
    assert tab.inside(pressed) == "false"
    assert len([one for one in kantei.seen if one.path.endswith("/heatmap")]) == 1


def test_the_artist_is_led_to_a_page_of_the_server(reader: Reader, kantei: FakeKantei, tab: Tab) -> None:
    kantei.has_artist_page = True
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    tab.press("artist")
    page = f"{kantei.address}/appeal/signed"
    until(lambda: page in [target["url"] for target in reader.browser.targets()], "the artist's page")
    assert "You do not need to log in." in tab.text()


# A server from before the artist's page takes an artist's words in the card.
@pytest.mark.parametrize("act", ["report", "artist"])
def test_an_appeal_is_sent_with_its_reason(reader: Reader, kantei: FakeKantei, tab: Tab, act: str) -> None:
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    tab.press(act)
    until(
        lambda: tab.inside("shown.card.querySelector('textarea') === stages.get('cards').root.activeElement"),
        "the form",
    )
    tab.session.call("Input.insertText", text="I drew it in 2019.")
    key_tab_enter(tab)
    until(lambda: "Sent. A moderator will review it." in tab.text(), "thanks")
    assert kantei.appeals == {"s0001": {"reason": "I drew it in 2019."}}


def test_a_picture_is_reported_at_one_press(reader: Reader, kantei: FakeKantei, tab: Tab) -> None:
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    tab.press("flag")
    until(lambda: "Reported. A moderator will look at it." in tab.text(), "thanks")
    (report,) = kantei.reports
    assert report["submission_id"] == "s0001"
    assert len(report["reader"]) == 36


def test_a_server_without_appeals_costs_nobody_his_words(
    reader: Reader, kantei: FakeKantei, tab: Tab
) -> None:
    kantei.has_appeals = False
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    tab.press("report")
    until(
        lambda: tab.inside("shown.card.querySelector('textarea') === stages.get('cards').root.activeElement"),
        "the form",
    )
    tab.session.call("Input.insertText", text="Look at the hands.")
    key_tab_enter(tab)
    until(lambda: "does not accept appeals" in tab.text(), "a word")
    assert tab.inside("shown.card.querySelector('textarea').value") == "Look at the hands."


def test_the_page_sees_neither_card_nor_key_nor_verdict(reader: Reader, kantei: FakeKantei, tab: Tab) -> None:
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "Signs of AI generation"
    assert tab.session.run("document.querySelector('kantei-stage').shadowRoot") is None
    assert "generated" not in tab.session.run("document.documentElement.outerHTML")
    assert tab.session.run("typeof kantei + typeof shown + typeof chrome.storage") == "undefined" * 3
    # A click that the page makes up sends nothing in the reader's name.
    tab.inside("shown.card.querySelector('[data-act=report]').click()")
    assert tab.inside("shown.state.form") is None
    # And no page can load a file of ours, so none can tell who has the extension.
    probe = f"fetch('chrome-extension://{reader.id}/icons/kantei-16.png').then(() => 'seen', () => 'hidden')"
    assert tab.session.run(probe) == "hidden"


def key_tab_enter(tab: Tab) -> None:
    """Send the form by its button."""
    box = tab.inside(
        "(b => (b.scrollIntoView(), (({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(b.getBoundingClientRect())))(shown.card.querySelector('[type=submit]'))"
    )
    tab.session.click(*box)
