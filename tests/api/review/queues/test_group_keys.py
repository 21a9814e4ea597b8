"""Keys of groups: one decides the group that one is at."""

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from sqlalchemy import select

from core.vocabulary import Outcome
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.tables.case_tables import Decision
from store.tables.marketplace_tables import Listing
from tests.api.review.browser import chromium, complaints, log_in, press, served, text_of, wait_for
from tests.api.review.conftest import Desk, make_desk


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    """A desk with a group of three and a group of two."""
    desk = make_desk(sqlite_database, blobs, sqlite_shop)
    desk.add_person("aiko@example.com")
    return desk


def _fill(desk: Desk) -> dict[str, list[str]]:
    """Put listings of two sellers on the desk; their cases in the order of the queue."""
    cases = {}
    for number, (seller, count) in enumerate([("Mizuki", 3), ("Nokori", 2)]):
        with desk.parts.database.writing() as session:
            session.add(
                Listing(client_id=desk.shop.client.id, listing_id=seller, title="", url="", seller=seller)
            )
        added = [
            desk.add_case(0.95 + n / 100 - number / 50, colour=(number, n, 9), listing_id=seller)
            for n in range(count)
        ]
        cases[seller] = added[::-1]
    return cases


def _made(desk: Desk) -> dict[str, Outcome]:
    with desk.parts.database.reading() as session:
        return {one.image_sha256: one.outcome for one in session.scalars(select(Decision))}


def _at(browser: WebDriver) -> str:
    """Which group one is at."""
    return text_of(browser, "[data-group].is-at h2 bdi")


@pytest.mark.chromium
def test_a_key_decides_the_group_one_is_at_and_another_goes_to_the_next(desk: Desk) -> None:
    cases = _fill(desk)
    with served(desk.app) as base, chromium() as browser:
        log_in(browser, base)
        browser.get(f"{base}/review?view=sellers")
        wait_for(browser, "html[data-ready] [data-group].is-at")
        assert _at(browser) == "Mizuki"
        shown = [one for one in browser.find_elements(By.CSS_SELECTOR, ".together kbd") if one.is_displayed()]
        assert [one.text for one in shown] == ["H", "A", "P"]
        press(browser, "n")
        wait_for(browser, "#group-2.is-at")
        assert _at(browser) == "Nokori"
        press(browser, "p")
        wait_for(browser, "html[data-ready] .bulk-form")
        assert text_of(browser, "h1") == "Decide AI-assisted for 2 cases?"
        press(browser, "\n")
        wait_for(browser, "html[data-ready] [data-group].is-at")
        assert _made(desk) == dict.fromkeys(cases["Nokori"], Outcome.ASSISTED)
        # What was selected is meant before the group around it; J goes along the cases.
        press(browser, "j")
        press(browser, "x")
        press(browser, "a")
        wait_for(browser, "html[data-ready] .bulk-form")
        assert text_of(browser, "h1") == "Decide AI for 1 case?"
        chosen = browser.find_element(By.NAME, "case").get_attribute("value") or ""
        assert chosen.split("~")[0] == cases["Mizuki"][0]
        assert complaints(browser) == []
