"""The desk as a moderator has it: a real browser, real keys."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import url_contains
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import select, update

from core.clock import now
from core.vocabulary import FailureCode, Finding, Outcome
from store.appeals.appeal_messages import add_message
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.people.moderators import set_preferences
from store.tables.case_tables import Decision, Image
from store.tables.review_tables import CaseClaim
from store.tables.submission_tables import Submission
from tests.api.review.browser import (
    chromium,
    complaints,
    log_in,
    press,
    text_of,
    wait_for,
    wait_until_ready,
    wait_until_shown,
)
from tests.api.review.conftest import Desk, draw, make_desk
from tests.api.review.desk.test_failures import add_failure

pytestmark = pytest.mark.chromium
CLAIMED = "form[data-claim]:not([hidden])"  # as the script leaves it once the case is ours


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    desk = make_desk(sqlite_database, blobs, sqlite_shop, heatmap=draw((250, 20, 20)))
    desk.add_person("aiko@example.com")
    return desk


def wait_until_noted(session: WebDriver, count: int) -> None:
    """Wait until the page has measured so many waits."""
    WebDriverWait(session, 5).until(lambda b: len(b.execute_script("return window.waits")) == count)


def wait_until_decided(session: WebDriver, desk: Desk, count: int) -> None:
    """Wait until so many decisions are saved."""
    WebDriverWait(session, 5).until(lambda _: len(decisions(desk)) == count)


def decisions(desk: Desk) -> list[tuple[str, Outcome, str]]:
    with desk.parts.database.reading() as session:
        rows = session.scalars(select(Decision).order_by(Decision.id))
        return [(row.image_sha256, row.outcome, row.note) for row in rows]


def grounds(desk: Desk) -> list[str | None]:
    with desk.parts.database.reading() as session:
        return [row.ground for row in session.scalars(select(Decision).order_by(Decision.id))]


def test_cases_are_decided_by_keys_alone(desk: Desk, base: str, browser: WebDriver) -> None:
    first, second, third = (desk.add_case(score) for score in (0.97, 0.96, 0.95))
    log_in(browser, base)
    wait_until_ready(browser, ".card")
    press(browser, "j")
    press(browser, Keys.ENTER)
    wait_until_ready(browser, ".decide")
    for sha256, keys in ((first, "a"), (second, "h"), (third, "e")):
        WebDriverWait(browser, 5).until(url_contains(f"/review/cases/{sha256}"))
        wait_until_shown(browser)
        if sha256 == third:
            press(browser, "w")
            press(browser, "who knows him? ha")
            press(browser, Keys.ESCAPE)
        press(browser, keys)
    wait_until_ready(browser, ".empty")
    assert decisions(desk) == [
        (first, Outcome.AI, ""),
        (second, Outcome.HUMAN, ""),
        (third, Outcome.ESCALATE, "who knows him? ha"),
    ]
    press(browser, "u")
    wait_for(browser, ".decide")
    assert third in browser.current_url
    assert complaints(browser) == []


def test_a_ground_is_named_by_a_digit_before_and_after_the_decision(
    desk: Desk, base: str, browser: WebDriver
) -> None:
    first, second = (desk.add_case(score) for score in (0.97, 0.96))
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{first}")
    for sha256, keys in ((first, "a"), (second, "g2a")):
        WebDriverWait(browser, 5).until(url_contains(f"/review/cases/{sha256}"))
        wait_until_shown(browser)
        for key in keys:
            press(browser, key)
        wait_until_decided(browser, desk, 1 if sha256 == first else 2)
    wait_until_ready(browser, ".empty")
    assert grounds(desk) == ["lines_texture", "hands_anatomy"]
    wait_for(browser, ".undo select")
    assert browser.execute_script(LIGHTNESS) > 128, "the ground after a decision cannot be read"
    press(browser, "g")
    press(browser, "4")
    wait_for(browser, "select[data-saved]")
    assert grounds(desk) == ["lines_texture", "light_perspective"]
    assert complaints(browser) == []


# How far the text of the ground beside Undo is from what it stands on, of 255.
LIGHTNESS = """
const style = getComputedStyle(document.querySelector(".undo select"));
const mean = (colour) => colour.match(/\\d+/g).slice(0, 3).reduce((sum, one) => sum + Number(one), 0) / 3;
return Math.abs(mean(style.color) - mean(style.backgroundColor));
"""

PRESS_TWICE = """
const [key, pause, done] = arguments;
const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
press();
// What the page says stands until the next picture is shown, which may be before a driver could ask.
setTimeout(() => { press(); done(document.querySelector(".wait").textContent); }, pause);
"""

PRESS_EARLY = """
addEventListener("DOMContentLoaded", () => setTimeout(() => {
  document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "a", bubbles: true}));
  document.querySelector("button[value=ai]").click();
  window.said = document.querySelector(".wait").textContent;
}, 700));
"""


@pytest.mark.parametrize("pause", [40, 80, 120, 200])
def test_a_double_press_decides_one_case_and_the_page_says_why(
    desk: Desk, base: str, browser: WebDriver, pause: int
) -> None:
    cases = [desk.add_case(0.99 - i / 100) for i in range(3)]
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{cases[0]}")
    wait_until_shown(browser)
    wait_until_ready(browser, CLAIMED)
    time.sleep(0.3)  # the next case is fetched ahead
    said = browser.execute_async_script(PRESS_TWICE, "a", pause)
    assert said == "Wait until the picture is shown."
    WebDriverWait(browser, 5).until(url_contains(cases[1]))
    wait_until_shown(browser)
    assert [sha256 for sha256, *_ in decisions(desk)] == cases[:1]
    assert text_of(browser, ".wait") == ""
    press(browser, "h")
    WebDriverWait(browser, 5).until(lambda _: len(decisions(desk)) == 2)
    assert [sha256 for sha256, *_ in decisions(desk)] == cases[:2]
    assert complaints(browser) == []


def test_nothing_is_decided_before_the_picture_has_come(
    desk: Desk, base: str, browser: WebDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256, plain = desk.add_case(0.97), desk.app.wsgi_app

    def slowly(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"].endswith(f"/images/{sha256}"):
            time.sleep(1.5)
        return plain(environ, start)

    log_in(browser, base)
    monkeypatch.setattr(desk.app, "wsgi_app", slowly)
    # In the page, for the driver waits until every picture has come.
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": PRESS_EARLY})
    browser.get(f"{base}/review/cases/{sha256}")
    assert browser.execute_script("return window.said") == "Wait until the picture is shown."
    assert decisions(desk) == []
    wait_until_shown(browser)
    press(browser, "a")
    WebDriverWait(browser, 5).until(lambda _: decisions(desk) == [(sha256, Outcome.AI, "")])


DECIDE_AT_ONCE = """
const look = new MutationObserver(() => {
  const button = document.querySelector("button[value=ai]");
  if (!button || !document.querySelector(".wait") || window.said !== undefined) return;
  button.click();
  window.said = document.querySelector(".wait").textContent;
});
look.observe(document, {childList: true, subtree: true});
"""


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_click_before_the_script_has_come_decides_nothing(
    desk: Desk, base: str, browser: WebDriver, monkeypatch: pytest.MonkeyPatch, *, is_broken: bool
) -> None:
    """A page whose script never comes works as one without scripts, once it has loaded."""
    sha256, plain = desk.add_case(0.97), desk.app.wsgi_app

    def slowly(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"].endswith("/desk.js"):
            time.sleep(1)
            if is_broken:
                start("404 Not Found", [])
                return []
        return plain(environ, start)

    log_in(browser, base)
    monkeypatch.setattr(desk.app, "wsgi_app", slowly)
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": DECIDE_AT_ONCE})
    browser.get(f"{base}/review/cases/{sha256}")  # until it has loaded
    assert browser.execute_script("return window.said") == "Wait until the picture is shown."
    assert decisions(desk) == []
    if not is_broken:
        wait_until_shown(browser)
    browser.find_element(By.CSS_SELECTOR, "button[value=human]").click()
    WebDriverWait(browser, 5).until(lambda _: decisions(desk) == [(sha256, Outcome.HUMAN, "")])


def test_a_purged_picture_has_nothing_to_wait_for(desk: Desk, base: str, browser: WebDriver) -> None:
    sha256 = desk.add_case(0.97)
    with desk.parts.database.writing() as session:
        session.execute(update(Image).values(purged_at=now()))
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_shown(browser)
    press(browser, "h")
    WebDriverWait(browser, 5).until(lambda _: decisions(desk) == [(sha256, Outcome.HUMAN, "")])


def test_rapid_skips_lose_no_press(desk: Desk, base: str, browser: WebDriver) -> None:
    cases = [desk.add_case(0.99 - i / 100) for i in range(6)]
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{cases[0]}")
    wait_until_shown(browser)
    browser.execute_script(
        """
        for (let i = 0; i < 4; i++)
          document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "s", bubbles: true}));
        """
    )
    WebDriverWait(browser, 10).until(url_contains(cases[4]))
    wait_until_shown(browser)
    assert cases[4] in browser.current_url
    assert complaints(browser) == []


def test_undo_goes_back_through_several_decisions_and_names_each(
    desk: Desk, base: str, browser: WebDriver
) -> None:
    titles = ["Fox", "Owl", "Hare"]
    cases = [desk.add_case(0.99 - i / 100, title=title) for i, title in enumerate(titles)]
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{cases[0]}")
    for count, sha256 in enumerate(cases, start=1):
        WebDriverWait(browser, 5).until(url_contains(sha256))
        wait_until_shown(browser)
        press(browser, "a")
        wait_until_decided(browser, desk, count)
    wait_until_ready(browser, ".undo")
    for title, sha256 in reversed([*zip(titles, cases, strict=True)]):
        press(browser, "u")
        WebDriverWait(browser, 5).until(url_contains(f"/review/cases/{sha256}"))
        wait_until_shown(browser)
        assert text_of(browser, ".undone-note") == f"Undone. {title} is waiting for review again."
    assert browser.find_elements(By.CSS_SELECTOR, ".undo") == []
    with desk.parts.database.reading() as session:
        assert set(session.scalars(select(Image.decision_id))) == {None}
    assert complaints(browser) == []


def test_presses_of_undo_in_a_row_are_not_lost(desk: Desk, base: str, browser: WebDriver) -> None:
    cases = [desk.add_case(0.99 - i / 100) for i in range(4)]
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{cases[0]}")
    for count, sha256 in enumerate(cases[:3], start=1):
        WebDriverWait(browser, 5).until(url_contains(sha256))
        wait_until_shown(browser)
        press(browser, "a")
        wait_until_decided(browser, desk, count)
    WebDriverWait(browser, 5).until(url_contains("done="))
    wait_until_ready(browser, ".undo")
    browser.execute_script(
        """
        for (let i = 0; i < 3; i++)
          document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "u", bubbles: true}));
        """
    )
    WebDriverWait(browser, 10).until(url_contains(f"/review/cases/{cases[0]}"))
    with desk.parts.database.reading() as session:
        assert set(session.scalars(select(Image.decision_id))) == {None}
    assert complaints(browser) == []


def test_the_next_picture_is_there_at_once(desk: Desk, base: str, browser: WebDriver) -> None:
    cases = [desk.add_case(0.99 - i / 100) for i in range(8)]
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{cases[0]}")
    # From the key to the frame in which the next picture, decoded, stands on the page.
    browser.execute_script(
        """
        window.waits = [];
        addEventListener("keydown", () => {
          const start = performance.now(), before = document.querySelector(".pane img").src;
          const look = () => {
            const picture = document.querySelector(".pane img");
            if (picture && picture.src !== before && picture.complete && picture.naturalWidth)
              window.waits.push(performance.now() - start);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }, {capture: true});
        """
    )
    for i in range(7):
        wait_until_noted(browser, i)
        wait_until_shown(browser)  # the next page comes meanwhile
        press(browser, "h")
    wait_until_noted(browser, 7)
    waits = sorted(browser.execute_script("return window.waits"))
    assert waits[3] < 100, waits
    WebDriverWait(browser, 5).until(lambda _: len(decisions(desk)) == 7)
    assert [sha256 for sha256, *_ in decisions(desk)] == cases[:7]


def test_a_takeover_is_seen_and_loses_no_words(desk: Desk, base: str, browser: WebDriver) -> None:
    sha256, other = desk.add_case(0.97), desk.add_case(0.96)
    desk.add_person("ren@example.com")
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(browser, CLAIMED)
    press(browser, "w")
    press(browser, "these are my words")
    press(browser, Keys.ESCAPE)
    with chromium() as second:
        log_in(second, base, "ren@example.com")
        second.get(f"{base}/review/cases/{sha256}")
        wait_until_ready(second, ".held-by")
        assert "aiko@example.com" in second.find_element(By.CSS_SELECTOR, ".held-by").text
        press(second, "t")
        wait_until_ready(second, CLAIMED)
        wait_until_shown(browser)
        press(browser, "a")
        wait_until_ready(browser, ".held-by")
        assert "ren@example.com" in browser.find_element(By.CSS_SELECTOR, ".held-by").text
        assert browser.find_element(By.NAME, "note").get_attribute("value") == "these are my words"
        assert decisions(desk) == []
        wait_until_shown(second)
        press(second, "h")
        WebDriverWait(second, 5).until(lambda b: other in b.current_url)
    WebDriverWait(browser, 5).until(lambda _: decisions(desk) == [(sha256, Outcome.HUMAN, "")])


def test_what_an_artist_adds_is_shown_before_the_decision_and_loses_no_words(
    desk: Desk, base: str, browser: WebDriver
) -> None:
    sha256 = desk.add_case(0.97)
    with desk.parts.database.writing() as session:
        asked = session.scalars(select(Submission)).one()
        appeal_id = add_appeal(session, asked, reason="I drew it.", from_artist=True).id
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_shown(browser)
    browser.find_element(By.NAME, "reply").send_keys("my answer")
    browser.find_element(By.NAME, "note").send_keys("my words", Keys.ESCAPE)
    with desk.parts.database.writing() as session:
        add_message(session, appeal_id, "Here are my layers.", at=now())
    press(browser, "a")
    WebDriverWait(browser, 5).until(lambda b: "Here are my layers." in text_of(b, "main"))
    assert browser.find_element(By.NAME, "reply").get_attribute("value") == "my answer"
    assert browser.find_element(By.NAME, "note").get_attribute("value") == "my words"
    assert decisions(desk) == []
    wait_until_shown(browser)
    press(browser, "a")
    WebDriverWait(browser, 5).until(lambda _: decisions(desk) == [(sha256, Outcome.AI, "my words")])


def test_a_closed_page_gives_its_claim_back(desk: Desk, base: str, browser: WebDriver) -> None:
    sha256 = desk.add_case(0.97)
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(browser, CLAIMED)
    browser.get(f"{base}/model")
    WebDriverWait(browser, 5).until(lambda _: _claims(desk) == [])


def test_who_skips_case_after_case_keeps_the_last_alone(desk: Desk, base: str, browser: WebDriver) -> None:
    cases = [desk.add_case(0.99 - i / 100) for i in range(4)]
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{cases[0]}")
    wait_until_ready(browser, CLAIMED)
    for following in cases[1:]:
        press(browser, "s")
        WebDriverWait(browser, 5, 0.02).until(url_contains(following))
    wait_until_ready(browser, CLAIMED)
    WebDriverWait(browser, 5).until(lambda _: _claims(desk) == [cases[-1]])
    assert complaints(browser) == []


def _claims(desk: Desk) -> list[str]:
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(CaseClaim.image_sha256)))


def test_a_picture_fits_the_pane_and_a_link_shows_the_same_spot(
    desk: Desk, base: str, browser: WebDriver
) -> None:
    sha256 = desk.add_case(0.97)
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(browser, ".frame img")
    WebDriverWait(browser, 5).until(lambda b: text_of(b, "[data-zoom]").startswith("Fits, "))
    # A picture of 24 by 16 pixels is scaled up to the pane; pixel for pixel it is as small as it is.
    press(browser, "1")
    assert text_of(browser, "[data-zoom]") == "Zoom 100%"
    press(browser, "1")
    assert text_of(browser, "[data-zoom]").startswith("Fits, ")
    browser.execute_script(
        "document.querySelector('.frame').dispatchEvent("
        "new WheelEvent('wheel', {deltaY: -400, clientX: 300, clientY: 300, bubbles: true}))"
    )
    wait_for(browser, ".frame.near")
    address = browser.current_url
    assert "#at=" in address
    browser.get("about:blank")
    browser.get(address)
    wait_for(browser, ".frame.near")
    press(browser, "1")
    WebDriverWait(browser, 5).until(lambda b: "#at=" not in b.current_url)
    assert complaints(browser) == []


def test_the_heat_map_lies_over_the_picture_and_hides_while_a_key_is_held(
    desk: Desk, base: str, browser: WebDriver
) -> None:
    sha256 = desk.add_case(0.97)
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(browser, ".frame img")
    press(browser, "m")
    wait_for(browser, ".lens canvas.over")
    layer = browser.find_element(By.CSS_SELECTOR, ".lens canvas.over")
    assert layer.rect == browser.find_element(By.CSS_SELECTOR, ".lens img").rect
    assert "raised the score" in text_of(browser, ".pane-bar")
    # All of this map is equally red: no place stands out.
    assert text_of(browser, "section.crops p") == "No place stands out."
    held = ActionChains(browser).key_down("c")
    held.perform()
    assert layer.value_of_css_property("visibility") == "hidden"
    ActionChains(browser).key_up("c").perform()
    assert layer.value_of_css_property("visibility") == "visible"
    browser.execute_script(
        "const slider = document.querySelector('[data-pane-strength]'); slider.value = 20;"
        "slider.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert layer.value_of_css_property("opacity") == "0.2"
    WebDriverWait(browser, 5).until(lambda b: b.current_url.endswith("#heat"))
    address = browser.current_url
    browser.get("about:blank")
    browser.get(address)
    wait_for(browser, "[data-pane=heat][aria-pressed=true]")
    press(browser, "m")
    WebDriverWait(browser, 5).until(lambda b: not b.find_elements(By.CSS_SELECTOR, ".lens canvas.over"))
    assert "heat" not in browser.current_url.partition("#")[2]
    assert complaints(browser) == []


def test_a_veiled_picture_is_shown_only_when_asked_for(desk: Desk, base: str, browser: WebDriver) -> None:
    sha256 = desk.add_case(0.97)
    with desk.parts.database.writing() as session:
        set_preferences(session, desk.people["aiko@example.com"], {"blur": True})
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(browser, ".frame img")

    def veil() -> str:
        picture = browser.find_element(By.CSS_SELECTOR, ".frame img")
        return picture.value_of_css_property("filter")

    assert "blur" in veil()
    press(browser, "v")
    assert veil() == "none"


def test_many_are_chosen_and_decided_by_keys(desk: Desk, base: str, browser: WebDriver) -> None:
    cases = [desk.add_case(0.99 - i / 100) for i in range(4)]
    log_in(browser, base)
    wait_until_ready(browser, ".card")
    for key in "jxjxjx":
        press(browser, key)
    assert browser.find_element(By.CSS_SELECTOR, ".chosen").text == "3 selected"
    press(browser, "a")
    wait_until_ready(browser, ".bulk-form")
    assert decisions(desk) == []
    press(browser, Keys.ENTER)
    wait_until_ready(browser, ".undo")
    assert {sha256 for sha256, *_ in decisions(desk)} == set(cases[:3])
    press(browser, "u")
    WebDriverWait(browser, 5).until(lambda b: len(b.find_elements(By.CSS_SELECTOR, ".card")) == 4)
    assert complaints(browser) == []


def test_the_keys_are_shown_and_can_be_changed(desk: Desk, base: str, browser: WebDriver) -> None:
    first = desk.add_case(0.97)
    with desk.parts.database.writing() as session:
        set_preferences(session, desk.people["aiko@example.com"], {"keys": {"human": "1", "ai": "2"}})
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{first}")
    wait_until_ready(browser, ".decide")
    press(browser, "?")
    dialog = browser.find_element(By.CSS_SELECTOR, "dialog[open]")
    assert "1\nDecide: human" in dialog.text
    assert browser.switch_to.active_element.get_attribute("id") == "keys-title"  # and not the link at the end
    press(browser, "1")  # a dialog is open: nothing is decided behind it
    press(browser, Keys.ESCAPE)
    wait_until_shown(browser)
    press(browser, "a")  # no key any more
    press(browser, "2")
    wait_until_ready(browser, ".empty")
    assert decisions(desk) == [(first, Outcome.AI, "")]


def test_the_bar_over_a_case_stays_in_place_while_the_claim_runs(
    desk: Desk, base: str, browser: WebDriver
) -> None:
    desk.add_case(0.96)
    log_in(browser, base)
    browser.get(f"{base}/review/cases/{desk.add_case(0.97)}")
    wait_until_ready(browser, ".claim:not([hidden])")
    places = browser.execute_script(
        """return ["10:00", "9:59", "0:08"].map((left) => {
          document.querySelector(".claim .countdown").textContent = left;
          return [...document.querySelectorAll(".crumbs :is(a, button)")].map((one) => {
            const { x, y } = one.getBoundingClientRect();
            return [x, y];
          });
        });"""
    )
    assert places[0] == places[1] == places[2]
    assert len(places[0]) == 3


def test_everything_works_without_scripts(desk: Desk, base: str, browser: WebDriver) -> None:
    sha256 = desk.add_case(0.97)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    log_in(browser, base)
    wait_for(browser, ".card")
    browser.find_element(By.CSS_SELECTOR, ".card").click()
    wait_for(browser, ".decide")
    assert _claims(desk) == []
    browser.find_element(By.CSS_SELECTOR, "noscript button").click()
    wait_for(browser, CLAIMED)
    assert _claims(desk) == [sha256]
    browser.find_element(By.CSS_SELECTOR, "button[value=human]").click()
    wait_for(browser, ".undo button")
    assert decisions(desk) == [(sha256, Outcome.HUMAN, "")]
    browser.find_element(By.CSS_SELECTOR, ".undo button").click()
    wait_for(browser, ".decide")


def test_no_page_scrolls_sideways_on_a_phone(desk: Desk, base: str) -> None:
    sha256 = desk.add_case(0.97, title="x" * 300, page_url="https://shop.example/" + "y" * 300)
    desk.add_case(0.5, Finding.UNCERTAIN)
    with chromium(width=360, height=740) as phone:
        log_in(phone, base)
        wait_for(phone, ".card")
        paths = ("review", f"review/cases/{sha256}", "review/decisions", "review/failures", "model", "login")
        for path in paths:
            phone.get(f"{base}/{path}")
            if "cases" in path:
                wait_for(phone, "form.claim:not([hidden])")
            width = phone.execute_script("return document.documentElement.scrollWidth")
            assert width <= 360, path
        assert complaints(phone) == []


def test_on_a_phone_a_reason_reads_from_the_left_and_an_empty_cell_takes_no_room(
    desk: Desk, base: str
) -> None:
    add_failure(desk, "lost", FailureCode.NOT_AN_IMAGE)  # which cannot be chosen for a retry
    with chromium(width=360, height=740) as phone:
        log_in(phone, base)
        phone.get(f"{base}/review/failures")
        box, reason, *_ = phone.find_elements(By.CSS_SELECTOR, "tbody td")
        assert not box.is_displayed()
        assert reason.is_displayed()
        assert reason.value_of_css_property("text-align") == "left"
