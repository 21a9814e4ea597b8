"""No page has a grave fault for those who cannot see it well, or use no mouse (WCAG 2.2 AA, by axe-core)."""

from dataclasses import replace

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from api.app import create_app
from core.operations.measuring import measure_alone
from core.vocabulary import Role
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.tables.factor_tables import AuthenticatorApp
from tests.api.review.browser import log_in, served, wait_for
from tests.api.review.conftest import PASSWORD, Desk, make_desk
from tests.api.review.filling import fill, html_pages
from tests.api.review.frame.axe_core import axe_source, violations

pytestmark = pytest.mark.chromium
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
# What goes on beyond its edge without being asked to: tables, and names of fields that are not to be seen.
HIDDEN = """
const tables = [...document.querySelectorAll(".wide, .scroll")];
const cut = tables.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.ariaLabel);
const names = [...document.querySelectorAll("main form:not(.bar-row *, .decide) label > span:first-child")]
  .filter((one) => one.textContent.trim() && one.checkVisibility() && one.getBoundingClientRect().width <= 1);
return [...cut.map((one) => `${one} scrolls`), ...names.map((one) => `${one.textContent} is hidden`)];
"""
DESK = {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    desk = make_desk(sqlite_database, blobs, sqlite_shop)
    desk.add_person("aiko@example.com", Role.ADMIN)
    return desk


def test_no_page_has_a_grave_fault_in_light_or_dark(desk: Desk, browser: WebDriver) -> None:
    source, filled = axe_source(), fill(desk, "Fox & <b>Owl</b>")
    assert filled.endpoints(desk.app) >= html_pages(desk.app), "a page is not looked at"
    browser.set_script_timeout(30)
    found: dict[str, list[str]] = {}
    with served(desk.app) as base:
        browser.get(f"{base}/login")
        found |= _look(browser, source, "/login")
        _log_in_half(desk, browser)
        found |= _look(browser, source, "/login/second")
        browser.delete_all_cookies()
        log_in(browser, base)
        for page in [*filled.pages, "/review/cases/" + "0" * 64]:
            browser.get(base + page)
            found |= _look(browser, source, page)
        browser.get(f"{base}/review")
        browser.find_element(By.CSS_SELECTOR, ".pick input").send_keys(" ")
        browser.find_element(By.CSS_SELECTOR, ".bulk button").click()
        wait_for(browser, ".bulk-form")
        found |= _look(browser, source, "bulk preview")
        browser.execute_script("document.querySelector('main').append(document.createElement('button'))")
        assert "button-name" in str(violations(browser, source)), "a fault is not found"
    assert {page: faults for page, faults in found.items() if faults} == {}


def _log_in_half(desk: Desk, browser: WebDriver) -> None:
    """Log in as somebody who is then asked for a second factor."""
    person = desk.add_person("mina@example.com")
    with desk.parts.database.writing() as session:
        session.add(AuthenticatorApp(moderator_id=person, ciphertext="unread", last_step=0))
    browser.find_element(By.NAME, "email").send_keys("mina@example.com")
    browser.find_element(By.NAME, "password").send_keys(PASSWORD + "\n")
    wait_for(browser, '[name="code"]')


def test_pages_to_read_keep_their_contents_in_view_and_scroll_no_line_on_a_phone(
    desk: Desk, browser: WebDriver
) -> None:
    row = "| " + " | ".join(["a long cell of a table"] * 8) + " |\n"
    table = row + "|---" * 8 + "|\n" + row * 3
    card = "# Card\n\n" + "".join(f"## Part {number}\n\n{table}\n" for number in range(20))
    facts = replace(desk.parts.facts, card=card)
    app = create_app(replace(desk.parts, facts=facts, measuring=measure_alone()))
    source = axe_source()
    browser.set_script_timeout(30)
    with served(app) as base:
        for page in ("/docs", "/model"):
            browser.get(base + page)
            assert violations(browser, source) == [], page
            _prefer(browser, "dark")
            assert violations(browser, source, rules=["color-contrast"]) == [], page
            _prefer(browser, "light")
            browser.execute_script("window.scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
            assert browser.execute_script("return scrollY") > 1000
            top = browser.execute_script(
                "return document.querySelector('.contents').getBoundingClientRect().top"
            )
            assert 0 < top < 100, page
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
            sizes = browser.execute_script(
                "const wide = [...document.querySelectorAll('.wide')];"
                "const widest = Math.max(...wide.map((one) => one.scrollWidth));"
                "return [document.documentElement.scrollWidth, widest]"
            )
            assert sizes[0] <= PHONE["width"] < sizes[1], page
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)
        browser.get(f"{base}/docs/problems/invalid_request")
        assert violations(browser, source) == []


def _look(browser: WebDriver, source: str, page: str) -> dict[str, list[str]]:
    """Ask axe about the page that is shown, in light and dark."""
    found = {page: violations(browser, source) + browser.execute_script(HIDDEN)}
    _prefer(browser, "dark")
    # All that differs in the dark are colours.
    found[f"{page} (dark)"] = violations(browser, source, rules=["color-contrast"])
    _prefer(browser, "light")
    # No line needs scrolling sideways on a phone (1.4.10, reflow).
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    found[f"{page} (phone)"] = [] if width <= PHONE["width"] else [f"{width} pixels wide"]
    found[f"{page} (phone)"] += browser.execute_script(HIDDEN)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)
    return found


def _prefer(browser: WebDriver, scheme: str) -> None:
    # Without motion: a colour on its way from one scheme to the other has the contrast of neither.
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
