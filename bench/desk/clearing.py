"""What it costs a practised moderator to clear a desk: `script/bench clearing`.

A script knows how each of 200 mixed cases should be decided and clears them in real Chromium before a real
installation: case after case, as before the desk had groups and triage, and with all that it offers now.
It counts keys and clicks, and reads from the installation's log how long the server took for each request.
"""

import json
import tempfile
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import select

from bench.desk.mixed_cases import fill_mixed
from bench.table import Row, percentile
from core.settings.settings import read_settings
from core.vocabulary import Outcome, Role
from kantei.roots.joining import open_blobs, open_database
from store.people.passwords import hash_password
from store.tables.client_tables import Client
from store.tables.people_tables import Moderator
from tests.api.review.browser import chromium, log_in, press, wait_for, wait_until_ready, wait_until_shown
from tests.api.review.conftest import PASSWORD
from tests.whole.installation import Installation, installed

CASES = 200
EMAIL = "practised@example.com"
KEYS = {Outcome.HUMAN: "h", Outcome.AI: "a", Outcome.ASSISTED: "p", Outcome.ESCALATE: "e"}
GROUP = 4  # of fewer, deciding one by one costs no more
T = TypeVar("T")
PATIENCE = 60  # seconds
PICTURES = ("/images/", "/thumbnails/", "/assets/", "/fresh")


@dataclass
class PractisedModerator:
    """Decides what is on the screen as it should be, by keys where there are some, and counts them."""

    browser: WebDriver
    base: str
    truth: Mapping[str, Outcome]
    keys: int = 0
    clicks: int = 0
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left = set(self.truth)

    def clear_one_by_one(self) -> None:
        """Open the first case of the queue, decide, and go on to the next."""
        self.browser.get(f"{self.base}/review")
        wait_until_ready(self.browser, ".card")
        self._press("j")
        self._press(Keys.ENTER)
        while self.left:
            wait_until_shown(self.browser)
            form = self._find("form[data-case]")
            sha256 = form.get_attribute("data-case") or ""
            self._press(KEYS[self.truth[sha256]])
            self.left.discard(sha256)
            self._wait(self._is_past, sha256)
        wait_until_ready(self.browser, ".empty")

    def clear_with_tools(self) -> None:
        """Decide groups by seller and by listing, and the rest in triage."""
        for view in ("sellers", "listings"):
            self._clear_groups(view)
        if self.left:
            self._clear_in_triage()

    def _clear_groups(self, view: str) -> None:
        self.browser.get(f"{self.base}/review?view={view}")
        self.clicks += 1
        while True:
            wait_for(self.browser, "html[data-ready] :is(.group, .empty, [data-list])")
            for group in self.browser.find_elements(By.CSS_SELECTOR, "section.group"):
                cases = [
                    (one.get_attribute("value") or "")[:64]
                    for one in group.find_elements(By.CSS_SELECTOR, "form input[name=case]")
                ]
                outcome, same = Counter(self.truth[one] for one in cases).most_common(1)[0]
                if len(cases) >= GROUP and 2 * same > len(cases):
                    self._decide_together(group, outcome)
                    break
            else:
                return

    def _decide_together(self, group: WebElement, outcome: Outcome) -> None:
        self._click(group.find_element(By.CSS_SELECTOR, f"form button[value={outcome.value}]"))
        wait_until_ready(self.browser, ".bulk-page")
        for box in self.browser.find_elements(By.CSS_SELECTOR, ".contact-sheet input"):
            sha256 = (box.get_attribute("value") or "")[:64]
            if self.truth[sha256] is outcome:
                self.left.discard(sha256)
            else:
                self._click(box)
        # Its picture was clicked, or nothing: the button has the focus only in the second case.
        before = self._find("html")
        button = self._find(".bulk-form button.main")
        if button == self.browser.switch_to.active_element:
            self._press(Keys.ENTER)
        else:
            self._click(button)
        self._wait(self._is_gone, before)

    def _clear_in_triage(self) -> None:
        self.browser.get(f"{self.base}/review/triage")
        self.clicks += 1
        while True:
            wait_for(self.browser, "html[data-ready] :is([data-tile], .empty)")
            if not self.browser.find_elements(By.CSS_SELECTOR, "[data-tile]"):
                return
            while at := self.browser.find_elements(By.CSS_SELECTOR, ".is-at:not(.is-done)"):
                sha256 = at[0].get_attribute("data-tile") or ""
                self._wait(_is_seen, at[0])
                self._press(KEYS[self.truth[sha256]])
                self.left.discard(sha256)
                self._wait(_is_done, at[0])
            before = self._find("html")
            self._press("n")
            self._wait(self._is_gone, before)

    def _press(self, key: str) -> None:
        press(self.browser, key)
        self.keys += 1

    def _click(self, element: WebElement) -> None:
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        self.clicks += 1

    def _find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def _is_past(self, sha256: str) -> bool:
        """True once another case, or none, is on the screen."""
        shown = self.browser.execute_script("return document.querySelector('form[data-case]')?.dataset.case")
        return bool(shown != sha256)

    def _is_gone(self, page: WebElement) -> bool:
        """True once another page has taken the place of the one that this is the root of."""
        return bool(self._find("html") != page)

    def _wait(self, until: Callable[[T], bool], about: T) -> None:
        WebDriverWait(self.browser, PATIENCE, 0.02).until(lambda _: until(about))


def _is_seen(tile: WebElement) -> bool:
    return tile.get_attribute("data-seen") is not None


def _is_done(tile: WebElement) -> bool:
    return "is-done" in (tile.get_attribute("class") or "")


WAYS: dict[str, Callable[[PractisedModerator], None]] = {
    "one by one": PractisedModerator.clear_one_by_one,
    "with groups and triage": PractisedModerator.clear_with_tools,
}


def rows(_given: Namespace) -> Iterator[Row]:
    """Clear as many cases in each way, each on an installation of its own."""
    for way, clear in WAYS.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            installed(Path(folder), program="tests.whole.light", KANTEI_LOG_FORMAT="json") as kantei,
        ):
            truth = _fill(kantei)
            with chromium(height=900) as browser:
                log_in(browser, kantei.address, EMAIL)
                moderator = PractisedModerator(browser, kantei.address, truth)
                said, began = len(kantei.output), time.monotonic()
                clear(moderator)
                took = time.monotonic() - began
            asked = _answered(kantei.output[said:])
        acts = moderator.keys + moderator.clicks
        pages = [ms for route, ms in asked if not any(part in route for part in PICTURES)]
        what = f"clearing {CASES} cases {way}"
        yield Row(
            f"{what}: keys and clicks for a case",
            "",
            f"{acts / CASES:.2f}",
            f"{moderator.keys} keys, {moderator.clicks} clicks",
        )
        yield Row(
            f"{what}: server time of pages and acts in all",
            "",
            f"{sum(pages) / 1000:.1f} s",
            f"{len(pages)} requests, and {len(asked) - len(pages)} for pictures and files",
        )
        yield Row(
            f"{what}: server time of a page or act",
            "",
            f"p50 {percentile(pages, 0.5):.0f}, p95 {percentile(pages, 0.95):.0f} ms",
            f"{took:.0f} s in all, 0.3 s of each case for looking",
        )


def _fill(kantei: Installation) -> dict[str, Outcome]:
    settings = read_settings(kantei.environ)
    database = open_database(settings)
    with database.writing() as session:
        person = Moderator(email=EMAIL, role=Role.MODERATOR, password_hash=hash_password(PASSWORD))
        person.must_change_password = False
        session.add(person)
        client_id = session.scalars(select(Client.id).where(Client.name == "Shop")).one()
    truth = fill_mixed(database, open_blobs(settings), client_id, CASES)
    database.close()
    return truth


def _answered(lines: list[str]) -> list[tuple[str, float]]:
    """The route and the milliseconds of each request, as the log tells them."""
    found = []
    for line in lines:
        if '"answered"' in line:
            told = json.loads(line[line.index("{") :])
            found.append((str(told["route"]), float(told["ms"])))
    return found
