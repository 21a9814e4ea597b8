"""The desk as a moderator has it: a real browser, real keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import select

from core.vocabulary import Finding, Outcome
from store.blobs import FolderBlobs
from store.clients import NewClient, add_client
from store.database import Database
from store.tables import Decision, Scheme, Source
from tests.api.review.browser import chromium, complaints, log_in, served
from tests.api.review.conftest import Desk, make_desk
from tests.conftest import SECRET_KEY

pytestmark = pytest.mark.chromium


@pytest.fixture
def shop(sqlite_database: Database) -> NewClient:
    with sqlite_database.writing() as session:
        return add_client(
            session,
            name="Shop",
            source=Source.API,
            scheme=Scheme.STANDARD,
            callback_url=None,
            webhook_secret=None,
            secret_key=SECRET_KEY,
        )


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, shop: NewClient) -> Desk:
    desk = make_desk(sqlite_database, blobs, shop)
    desk.add_person("aiko@example.com")
    return desk


@pytest.fixture
def base(desk: Desk) -> Iterator[str]:
    with served(desk.app) as address:
        yield address


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    with chromium(tmp_path / "browser") as session:
        yield session


def press(browser: WebDriver, key: str) -> None:
    """Press a key on the page, wherever the focus is."""
    browser.switch_to.active_element.send_keys(key)


def wait_for(browser: WebDriver, selector: str) -> None:
    WebDriverWait(browser, 5).until(lambda b: b.find_elements(By.CSS_SELECTOR, selector))


def decisions(desk: Desk) -> list[tuple[str, Outcome, str]]:
    with desk.parts.database.reading() as session:
        rows = session.scalars(select(Decision).order_by(Decision.id))
        return [(row.image_sha256, row.outcome, row.note) for row in rows]


def test_cases_are_decided_by_keys_alone(desk: Desk, base: str, browser: WebDriver) -> None:
    first, second, third = (desk.add_case(score) for score in (0.97, 0.96, 0.95))
    log_in(browser, base)
    wait_for(browser, ".card")
    press(browser, "j")
    press(browser, Keys.ENTER)
    for sha256, keys in ((first, "a"), (second, "h"), (third, "e")):
        WebDriverWait(browser, 5).until(lambda b, s=sha256: f"/review/cases/{s}" in b.current_url)
        if sha256 == third:
            press(browser, "w")
            press(browser, "who knows him? ha")
            press(browser, Keys.ESCAPE)
        press(browser, keys)
    wait_for(browser, ".empty")
    assert decisions(desk) == [
        (first, Outcome.AI, ""),
        (second, Outcome.HUMAN, ""),
        (third, Outcome.ESCALATE, "who knows him? ha"),
    ]
    press(browser, "u")
    wait_for(browser, ".decide")
    assert third in browser.current_url
    assert complaints(browser) == []


def test_everything_works_without_scripts(desk: Desk, base: str, browser: WebDriver) -> None:
    sha256 = desk.add_case(0.97)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    log_in(browser, base)
    wait_for(browser, ".card")
    browser.find_element(By.CSS_SELECTOR, ".card").click()
    wait_for(browser, ".decide")
    browser.find_element(By.CSS_SELECTOR, "button[value=human]").click()
    wait_for(browser, ".undo button")
    assert decisions(desk) == [(sha256, Outcome.HUMAN, "")]
    browser.find_element(By.CSS_SELECTOR, ".undo button").click()
    wait_for(browser, ".decide")


def test_no_page_scrolls_sideways_on_a_phone(desk: Desk, base: str, tmp_path: Path) -> None:
    sha256 = desk.add_case(0.97, title="x" * 300, page_url="https://shop.example/" + "y" * 300)
    desk.add_case(0.5, Finding.UNCERTAIN)
    with chromium(tmp_path / "phone", width=360, height=740) as phone:
        log_in(phone, base)
        wait_for(phone, ".card")
        paths = ("review", f"review/cases/{sha256}", "review/decisions", "review/failures", "model", "login")
        for path in paths:
            phone.get(f"{base}/{path}")
            width = phone.execute_script("return document.documentElement.scrollWidth")
            assert width <= 360, path
        assert complaints(phone) == []
