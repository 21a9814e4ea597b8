"""Our pages and the card for those who see less, use no mouse, or enlarge the text (WCAG 2.2 AA, by axe)."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.api.review.frame.axe_core import TAGS, axe_source
from tests.extension.devtools import DevtoolsError, Session, until
from tests.extension.fake_kantei import KEY, FakeKantei
from tests.extension.reader import Chromium, Reader
from tests.extension.site import Site

pytestmark = pytest.mark.chromium
# Draws every state of a card from checks, by the extension's own code.
STATES = Path(__file__).with_name("card_states.js").read_text(encoding="utf-8")
RUN_AXE = """axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then((found) =>
  found.violations.map(({id, nodes: [first]}) => `${id}: ${first.html} ${first.failureSummary}`))"""
# What is cut off, and what makes a page wider than its window.
CUT = """[...document.querySelectorAll("body *")].filter((one) => {
  const { overflowX, clipPath } = getComputedStyle(one);
  return overflowX === "hidden" && clipPath === "none" && one.scrollWidth > one.clientWidth + 1;
}).map((one) => one.className).concat(
  document.documentElement.scrollWidth > innerWidth ? ["too wide"] : [])"""
# Twice the size of every text, as browsers do that enlarge text alone.
DOUBLE = """(() => {
  const every = [...document.querySelectorAll("body, body *")];
  const sizes = every.map((one) => [one, parseFloat(getComputedStyle(one).fontSize)]);
  for (const [one, size] of sizes) one.style.fontSize = `${2 * size}px`;
})()"""

Page = tuple[str, Callable[[], Session], str]


def pages(reader: Reader, kantei: FakeKantei, gallery: Site) -> list[Page]:
    """Every page and state: its name, how to open it, and what is there when it is ready."""
    shapes = ["fox", "crane", *(f"n{number}" for number in range(12))]
    html = "".join(f"<img src='/p/{name}.png' width=320 height=240>" for name in shapes)
    kantei.finding = lambda url: ("flagged", "uncertain", "clear")[sum(url.encode()) % 3]
    tab = reader.visit(gallery.show(html))
    reader.click_menu(tab, tab.session.run("document.querySelector('img').src"))
    tab.title()
    check = tab.inside("shown.view.id")
    active = "chrome.tabs.query({url: 'http://gallery.test/*'}).then(([tab]) => tab.id)"
    number = reader.home().run(active)

    def cards() -> Session:
        page = reader.open("result/result.html")
        page.run(f"({STATES})('en', 'system')")
        # Cards stand by themselves, not in columns: their sticky parts would lie over each other.
        page.run(
            "document.querySelector('main').style.cssText = 'display:grid;justify-content:start;gap:16px'"
        )
        return page

    return [
        ("cards", cards, ".card"),
        ("options", lambda: reader.open("options/options.html"), "[name=server]"),
        ("help", lambda: reader.open("help/help.html"), ".shell"),
        ("result", lambda: reader.open(f"result/result.html?id={check}"), "pre"),
        ("popup", lambda: reader.open(f"popup/popup.html?tab={number}"), ".row .facts b"),
    ]


def test_axe_finds_nothing_and_nothing_is_cut_at_320_pixels_or_at_twice_the_text(
    chromium: Chromium, kantei: FakeKantei, gallery: Site
) -> None:
    source = axe_source()
    reader = chromium.set_up(kantei.address, KEY)
    reader.grant("http://gallery.test/*")
    found: dict[str, list[str]] = {}
    for name, opening, ready in pages(reader, kantei, gallery):
        page = opening()
        page.until(f"document.querySelector({ready!r}) !== null")
        page.run("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        resize(page, 320 if name == "popup" else 460)
        found[name] = axe(page, source)
        prefer(page, "dark")
        found[f"{name} (dark)"] = axe(page, source, ["color-contrast"])
        resize(page, 320)
        found[f"{name} (320 px)"] = page.run(CUT)
        resize(page, 320 if name == "popup" else 640)
        page.run(DOUBLE)
        found[f"{name} (text at 200%)"] = page.run(CUT)
        if name == "help":
            page.run("document.querySelector('.b.main').replaceChildren()")
            assert "button-name" in str(axe(page, source)), "a fault is not found"
        page.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_popup_is_worked_by_keys_alone(reader: Reader, kantei: FakeKantei, gallery: Site) -> None:
    html = "".join(f"<img src='/p/{name}.png' width=320 height=240>" for name in ("one", "two"))
    tab = reader.visit(gallery.show(html))
    popup = reader.click_action(tab)
    popup.until("document.querySelectorAll('.row').length === 2")
    here = "(({dataset, ariaLabel, name}) => dataset.ref ?? ariaLabel ?? name)(document.activeElement)"
    order: list[str | None] = []
    while len(order) < 6 and (not order or order[-1] is not None):
        press(popup, "Tab", 9)
        order.append(popup.run(f"document.activeElement.innerText.startsWith('Check all') ? 'all' : {here}"))
    assert order[:5] == ["all", "Options", "0", "1", "badges"]
    popup.run("document.querySelector('.row').focus()")
    press(popup, "ArrowDown", 40)
    assert popup.run(here) == "1"
    press(popup, "Enter", 13, text="\r")
    popup.until("document.querySelectorAll('.row')[1].innerText.includes('Signs of AI generation')")
    press(popup, "Enter", 13, text="\r")
    assert tab.title() == "Signs of AI generation"
    until(lambda: tab.inside("stages.get('cards').root.activeElement?.localName") == "h2", "the focus")
    assert [one["image_url"][-7:] for one in kantei.submissions.values()] == ["two.png"]
    # What is known stands there when the popup opens again, and costs no request.
    asked = len(kantei.seen)
    again = reader.click_action(tab)
    again.until("document.querySelectorAll('.row')[1]?.innerText.includes('97 of 100')")
    assert len(kantei.seen) == asked


def test_counts_filter_a_long_list(reader: Reader, kantei: FakeKantei, gallery: Site) -> None:
    kantei.finding = lambda url: "flagged" if "/f" in url else "clear"
    names = [f"f{number}" for number in range(3)] + [f"c{number}" for number in range(10)]
    html = "".join(f"<img src='/p/{name}.png' width=320 height=240>" for name in names)
    popup = reader.click_action(reader.visit(gallery.show(html)))
    popup.until("document.querySelectorAll('.row').length === 13")
    popup.click_on("header .main")
    labels = "[...document.querySelectorAll('.sum')].map((one) => one.ariaLabel)"
    popup.until(
        f"JSON.stringify({labels}.toSorted()) === "
        "JSON.stringify(['No sign of AI generation: 10', 'Signs of AI generation: 3'])"
    )
    assert popup.run("document.querySelector('header .main').hidden")
    shown = "[...document.querySelectorAll('.row')].filter((one) => one.offsetParent !== null).length"
    assert popup.run(shown) == 13
    popup.click_on("[data-word='Signs of AI generation']")
    popup.until(f"{shown} === 3")
    popup.click_on("[data-word='Signs of AI generation']")
    popup.until(f"{shown} === 13")


def axe(page: Session, source: str, rules: list[str] | None = None) -> list[str]:
    """What axe finds on a page: the rule, and the first place."""
    page.run(f"{source};0")
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    found: list[str] = page.run(RUN_AXE % json.dumps(only))
    return found


def prefer(page: Session, scheme: str) -> None:
    """Prefer light or dark."""
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


def resize(page: Session, width: int) -> None:
    """Set the width of the window."""
    page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=700, deviceScaleFactor=1, mobile=False
    )


def press(page: Session, key: str, code: int, **text: str) -> None:
    """Press a key; a popup may close over it."""
    for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
        with suppress(DevtoolsError):
            page.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text
            )
