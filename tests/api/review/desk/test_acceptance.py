"""Days at the desk, told through real browsers: what must hold before anybody sits down here."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import func, select, update

from core.clock import now
from core.vocabulary import FileKind, Finding, Outcome, Role
from store.appeals.appeal_files import NewFile
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision
from store.tables.policy_tables import PolicyChange
from store.tables.review_tables import CaseClaim, Undo
from store.tables.submission_tables import Submission
from tests.api.review.browser import (
    chromium,
    complaints,
    log_in,
    press,
    text_of,
    wait_until_ready,
    wait_until_shown,
)
from tests.api.review.conftest import Desk, make_desk

pytestmark = pytest.mark.chromium
CLAIMED = "form[data-claim]:not([hidden])"  # as the script leaves it once the case is ours
AIKO, REN = "aiko@example.com", "ren@example.com"


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    desk = make_desk(sqlite_database, blobs, sqlite_shop)
    desk.add_person(AIKO)
    desk.add_person(REN, Role.LEAD)
    return desk


@pytest.fixture
def aiko(base: str) -> Iterator[WebDriver]:
    with chromium() as session:
        log_in(session, base, AIKO)
        yield session


@pytest.fixture
def ren(base: str) -> Iterator[WebDriver]:
    with chromium() as session:
        log_in(session, base, REN)
        yield session


def decisions(desk: Desk) -> list[tuple[str, Outcome]]:
    with desk.parts.database.reading() as session:
        rows = session.execute(select(Decision.image_sha256, Decision.outcome).order_by(Decision.id))
        return [(sha256, outcome) for sha256, outcome in rows]


def case_on(session: WebDriver) -> str:
    """The case that a page shows, once its script listens."""
    return str(
        session.execute_script(
            "return document.querySelector('html[data-ready] form[data-case]')?.dataset.case ?? ''"
        )
    )


def shows_case(sha256: str, session: WebDriver) -> bool:
    return case_on(session) == sha256


def holds_answers(count: int, session: WebDriver) -> bool:
    return int(session.execute_script("return window.held.length")) >= count


def test_fifty_cases_by_keys_then_two_hundred_at_once(desk: Desk, base: str, aiko: WebDriver) -> None:
    cases = [desk.add_case(0.999 - i / 2000, colour=(i % 251, i // 251, 7)) for i in range(252)]
    aiko.get(f"{base}/review")
    wait_until_ready(aiko, ".card")
    press(aiko, "j")
    press(aiko, Keys.ENTER)
    wait_until_ready(aiko, ".decide")
    expected = []
    for place, (key, outcome) in enumerate([("a", Outcome.AI), ("h", Outcome.HUMAN)] * 25):
        WebDriverWait(aiko, 10, 0.02).until(partial(shows_case, cases[place]))
        wait_until_shown(aiko)
        press(aiko, key)
        expected.append((cases[place], outcome))
    WebDriverWait(aiko, 10, 0.02).until(partial(shows_case, cases[50]))
    WebDriverWait(aiko, 10, 0.05).until(lambda _: len(decisions(desk)) == 50)
    assert decisions(desk) == expected
    _decide_faster_than_the_network(aiko, cases[50:53])
    press(aiko, "q")
    wait_until_ready(aiko, ".card")
    assert "200" in text_of(aiko, ".tabs [aria-current]")
    press(aiko, "j")
    press(aiko, "x")
    aiko.find_element(By.CSS_SELECTOR, ".bulk input[name=all]").click()
    press(aiko, "h")
    wait_until_ready(aiko, ".bulk-form")
    assert text_of(aiko, "h1") == "Decide Human for 200 cases?"
    assert len(aiko.find_elements(By.CSS_SELECTOR, ".contact-sheet li")) == 200
    assert len(decisions(desk)) == 52
    press(aiko, Keys.ENTER)
    wait_until_ready(aiko, ".undo")
    assert "for 200 cases" in text_of(aiko, ".undo")
    assert {sha256 for sha256, _ in decisions(desk)[52:]} == set(cases[52:])
    press(aiko, "u")
    wait_until_ready(aiko, ".card")
    assert "200" in text_of(aiko, ".tabs [aria-current]")
    with desk.parts.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Undo)) == 200
    assert complaints(aiko) == []


def _decide_faster_than_the_network(session: WebDriver, cases: list[str]) -> None:
    """Decide two cases while the first answer, and then the page of the second, are still on their way."""
    session.execute_script(
        """
        const plain = window.fetch, held = window.held = [];
        const wait = () => new Promise((done) => held.push(done));
        window.come = 0;
        window.fetch = async (address, options) => {
          const answer = await plain(address, options);
          if (/\\/claim/.test(address)) return answer;
          if (options) { // a decision: the first answer comes late, and names what is next no more
            if (window.posted) return answer;
            window.posted = true;
            await wait();
            return {ok: true, json: async () => (window.come += 1, {next: "/model"})};
          }
          if (!/done=/.test(address)) return answer; // a page that is fetched ahead
          const text = await answer.text();
          return {ok: true, text: async () => { await wait(); window.come += 1; return text; }};
        };
        """
    )
    waiting = 0
    for then in cases[1:]:
        wait_until_shown(session)
        press(session, "h")
        WebDriverWait(session, 10, 0.02).until(partial(shows_case, then))
        waiting += 1
        WebDriverWait(session, 10, 0.02).until(partial(holds_answers, waiting))
    session.execute_script("for (const go of window.held) go()")
    WebDriverWait(session, 10, 0.02).until(lambda b: b.execute_script("return window.come") == waiting)
    assert case_on(session) == cases[-1]
    picture = session.find_element(By.CSS_SELECTOR, ".pane img").get_attribute("src") or ""
    assert cases[-1] in picture


def test_two_people_at_one_case_and_a_claim_whose_time_is_over(
    desk: Desk, base: str, aiko: WebDriver, ren: WebDriver
) -> None:
    sha256, other = desk.add_case(0.97), desk.add_case(0.96)
    aiko.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(aiko, CLAIMED)
    ren.get(f"{base}/review")
    wait_until_ready(ren, ".card .held")
    assert text_of(ren, ".card .held") == "aiko"
    ren.get(f"{base}/review/cases/{sha256}")
    wait_until_ready(ren, ".held-by")
    for key in "ahe":
        press(ren, key)
    assert case_on(ren) == sha256
    assert decisions(desk) == []
    # Aiko went for lunch with the page open.
    with desk.parts.database.writing() as session:
        session.execute(update(CaseClaim).values(until=now() - timedelta(seconds=1)))
    press(aiko, "w")
    press(aiko, "back from lunch")
    press(aiko, Keys.ESCAPE)
    ren.refresh()
    wait_until_ready(ren, CLAIMED)
    wait_until_shown(aiko)
    press(aiko, "a")
    wait_until_ready(aiko, ".held-by")
    assert REN in text_of(aiko, ".held-by")
    assert aiko.find_element(By.NAME, "note").get_attribute("value") == "back from lunch"
    assert decisions(desk) == []
    # Taken over, decided: who had it sees what stands, and nothing is decided a second time.
    press(aiko, "t")
    wait_until_ready(aiko, CLAIMED)
    wait_until_shown(ren)
    press(ren, "h")
    wait_until_ready(ren, ".held-by")
    wait_until_shown(aiko)
    press(aiko, "a")
    WebDriverWait(aiko, 10, 0.05).until(partial(shows_case, other))
    WebDriverWait(aiko, 10, 0.05).until(lambda _: decisions(desk) == [(sha256, Outcome.AI)])
    press(ren, "h")
    ren.refresh()
    wait_until_ready(ren, ".standing")
    assert AIKO in text_of(ren, ".standing")
    assert decisions(desk) == [(sha256, Outcome.AI)]


def test_an_appeal_is_decided_by_a_second_person(
    desk: Desk, base: str, aiko: WebDriver, ren: WebDriver
) -> None:
    sha256 = desk.add_case(0.97, title="Fox")
    aiko.get(f"{base}/review/cases/{sha256}")
    wait_until_shown(aiko)
    press(aiko, "a")
    wait_until_ready(aiko, ".empty")
    file = NewFile("線画.psd", FileKind.PHOTOSHOP, 5, desk.parts.blobs.put(b"8BPS "))
    with desk.parts.database.writing() as session:
        submission = session.scalars(select(Submission)).one()
        add_appeal(
            session, submission, reason="I drew it.", evidence_urls=["https://a.example/"], files=[file]
        )
    aiko.get(f"{base}/review/appeals")
    wait_until_ready(aiko, ".card")
    press(aiko, "j")
    press(aiko, Keys.ENTER)
    wait_until_ready(aiko, ".appeal")
    press(aiko, "h")
    assert case_on(aiko) == sha256
    # Who cannot decide holds nobody up.
    ren.get(f"{base}/review/appeals")
    wait_until_ready(ren, ".card")
    assert "I drew it." in text_of(ren, ".card .said")
    press(ren, "j")
    press(ren, Keys.ENTER)
    wait_until_ready(ren, CLAIMED)
    assert "線画.psd" in text_of(ren, ".shown-for-it")
    wait_until_shown(ren)
    press(ren, "h")
    WebDriverWait(ren, 10, 0.05).until(lambda _: len(decisions(desk)) == 2)
    wait_until_ready(ren, ".empty")
    assert decisions(desk) == [(sha256, Outcome.AI), (sha256, Outcome.HUMAN)]
    with desk.parts.database.reading() as session:
        appeal = session.scalars(select(Appeal)).one()
        assert (appeal.outcome, appeal.resolved_by) == (Outcome.HUMAN, desk.people[REN])


def test_a_lead_looks_at_policy_and_statistics_in_two_languages_and_widths(
    desk: Desk, base: str, ren: WebDriver
) -> None:
    for score in (0.99, 0.96, 0.92):
        desk.add_case(score)
    desk.add_case(0.6, Finding.UNCERTAIN)
    ren.get(f"{base}/review")
    wait_until_ready(ren, ".card")
    press(ren, "j")
    press(ren, Keys.ENTER)
    wait_until_shown(ren)
    press(ren, "h")
    WebDriverWait(ren, 10, 0.05).until(lambda _: len(decisions(desk)) == 1)
    ren.get(f"{base}/admin/policy")
    wait_until_ready(ren, "#preview form")
    flagged = ren.find_element(By.NAME, "flagged_points")
    flagged.clear()
    flagged.send_keys("95\n")
    wait_until_ready(ren, "#preview form + p + p")
    assert text_of(ren, "#preview form + p + p") == (
        "With a threshold of 95 of 100, 2 images from the last 30 days would have been flagged. "
        "Moderators decided 1 of them and overturned 1."
    )
    ren.find_element(By.NAME, "reason").send_keys("Too many accused.")
    ren.find_element(By.CSS_SELECTOR, "#preview form.stack button").click()
    wait_until_ready(ren, ".proposal")
    assert [one.text for one in ren.find_elements(By.CSS_SELECTOR, ".proposal button")] == ["Withdraw"]
    with desk.parts.database.reading() as session:
        assert session.scalars(select(PolicyChange.flagged_from)).all() == [0.95]
    ren.get(f"{base}/review/stats")
    wait_until_ready(ren, ".tiles")
    assert text_of(ren, ".tiles dd").split()[0] == "3"
    address = ren.find_element(By.PARTIAL_LINK_TEXT, "CSV").get_attribute("href")
    table = ren.execute_async_script("fetch(arguments[0]).then((r) => r.text()).then(arguments[1])", address)
    rows = list(csv.reader(io.StringIO(table)))
    assert ["waiting", "", "cases", "3", "", "", ""] in rows
    ren.find_element(By.CSS_SELECTOR, ".who summary").click()
    ren.find_element(By.CSS_SELECTOR, ".who button[lang=ja]").click()
    wait_until_ready(ren, "[lang=en]")
    assert ren.execute_script("return document.documentElement.lang") == "ja"
    assert text_of(ren, "h1") == "統計"
    ren.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True},
    )
    for page in ("review", "review/stats", "admin/policy", "admin/log", "admin/quality", "account/desk"):
        ren.get(f"{base}/{page}")
        assert ren.execute_script("return document.documentElement.scrollWidth") <= 360, page
    ren.get(f"{base}/review")
    ren.find_element(By.CSS_SELECTOR, ".card").click()
    wait_until_shown(ren)
    ren.find_element(By.CSS_SELECTOR, "button[value=ai]").click()
    WebDriverWait(ren, 10, 0.05).until(lambda _: len(decisions(desk)) == 2)
    assert complaints(ren) == []
