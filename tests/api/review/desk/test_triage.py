"""Triage: a sheet of twelve, decided one by one, never unseen."""

import re
from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from sqlalchemy import select
from werkzeug.test import TestResponse

from bench.desk.clearing import PractisedModerator
from bench.desk.mixed_cases import fill_mixed
from core.vocabulary import Outcome, Role
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.tables.case_tables import Decision
from store.tables.quality_tables import CheckKind
from store.tables.review_tables import Undo
from tests.api.review.browser import chromium, complaints, log_in, press, served, text_of, wait_for
from tests.api.review.conftest import Desk, Visit, make_desk
from tests.api.review.desk.test_search import appeal

Decide = Callable[..., TestResponse]


def tiles(page: str) -> list[str]:
    return re.findall(r'data-tile="(\w{64})"', page)


def test_a_sheet_shows_twelve_in_the_order_of_the_queue_and_the_next_goes_on(desk: Desk) -> None:
    cases = [desk.add_case(0.91 + i / 1000, colour=(i, 1, 1)) for i in range(14)][::-1]
    held = cases.pop(3)
    desk.as_person("kaede@example.com").open(f"/review/cases/{held}")
    visit = desk.as_person()
    page = visit.get("/review/triage").text
    assert tiles(page) == cases[:12]
    following = re.search(r'rel="next" data-key="next" href="([^"]+)"', page)
    assert following
    assert tiles(visit.get(following[1].replace("&amp;", "&")).text) == cases[12:]
    assert tiles(visit.get("/review/triage?finding=uncertain").text) == []


def test_what_is_not_for_a_moderator_to_decide_in_passing_is_only_opened(desk: Desk, decide: Decide) -> None:
    plain, appealed = desk.add_case(0.95), desk.add_case(0.96)
    appeal(desk, appealed, "I painted it.")
    escalated = desk.add_case(0.97)
    decide(desk.as_person("kaede@example.com"), escalated, "escalate")
    visit = desk.as_person()
    page = visit.get("/review/triage").text
    assert tiles(page) == [appealed, plain]
    assert page.count("data-sheet") == 1
    assert "Open this case to decide it." in page
    assert "data-sheet" not in visit.get("/review/triage?tab=escalated").text


def test_without_script_a_decision_leads_back_to_the_sheet(desk: Desk) -> None:
    desk.add_case(0.95)
    visit = desk.as_person()
    page = visit.get("/review/triage?finding=flagged").text
    found = re.search(r'data-sheet action="([^"]+)"', page)
    assert found
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition("data-sheet")[2]))
    answer = visit.client.post(found[1].replace("&amp;", "&"), data=form | {"outcome": "human"})
    assert answer.location == "/review/triage?finding=flagged"


def _post(visit: Visit, page: str, sha256: str, outcome: str) -> TestResponse:
    """Decide a tile of a sheet, as its script does."""
    form = page.partition(f'data-tile="{sha256}"')[2].partition("data-sheet")[2].partition("</form>")[0]
    address = re.search(r'action="([^"]+)"', form)
    assert address
    values = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return visit.client.post(
        address[1].replace("&amp;", "&"),
        data=values | {"outcome": outcome},
        headers={"Accept": "application/json"},
    )


def test_a_golden_case_comes_on_a_sheet_like_any_other(
    desk: Desk, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, aiko = desk.as_person("lead@example.com", Role.LEAD), desk.as_person()
    golden = desk.add_case(0.99)
    decide(lead, golden, "human")
    lead.send(f"/admin/quality/golden/{golden}", outcome="human", note="Look at the hands.")
    cases = [desk.add_case(0.91 + i / 1000, colour=(i, 77, 200)) for i in range(13)][::-1]
    kinds = {cases[4]: CheckKind.GOLDEN, cases[6]: CheckKind.GOLDEN}
    monkeypatch.setattr("api.review.desk.next_case.draw", lambda _, sha256, __: kinds.get(sha256))
    page = aiko.get("/review/triage").text
    # Once, and what it pushed out comes on the next sheet.
    assert tiles(page) == [*cases[:5], golden, *cases[5:11]]
    following = re.search(r'rel="next" data-key="next" href="([^"]+)"', page)
    assert following
    assert tiles(aiko.get(following[1].replace("&amp;", "&")).text) == cases[11:]
    assert page.count("data-sheet") == 12
    for secret in ("lead@example.com", "Look at the hands", "olden", desk.people["lead@example.com"]):
        assert secret not in page
    assert _post(aiko, page, golden, "ai").json == {
        "decision": None,
        "message": "That was a golden case. The known answer is Human. You chose AI. "
        "Your answer changed nothing. Look at the hands.",
    }
    with desk.parts.database.reading() as session:
        assert session.scalars(select(Decision)).one().moderator_id == desk.people["lead@example.com"]
    assert golden not in tiles(aiko.get("/review/triage").text)


@pytest.fixture
def sheet(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    desk = make_desk(sqlite_database, blobs, sqlite_shop)
    desk.add_person("aiko@example.com")
    return desk


@pytest.mark.chromium
def test_groups_and_triage_take_fewer_keys_than_there_are_cases(sheet: Desk) -> None:
    """The short form of `script/bench clearing`."""
    parts = sheet.parts
    truth = fill_mixed(parts.database, parts.blobs, sheet.shop.client.id, 24)
    with served(sheet.app) as base, chromium() as browser:
        log_in(browser, base)
        moderator = PractisedModerator(browser, base, truth)
        moderator.clear_with_tools()
        assert complaints(browser) == []
    with parts.database.reading() as session:
        made = {one.image_sha256: one.outcome for one in session.scalars(select(Decision))}
    assert made == truth
    assert len(set(made.values())) > 1
    assert moderator.keys + moderator.clicks < len(truth)


@pytest.mark.chromium
def test_one_key_decides_the_tile_one_is_at_once_it_was_seen(sheet: Desk) -> None:
    cases = [sheet.add_case(0.91 + i / 1000, colour=(i, 1, 1)) for i in range(3)][::-1]

    def made() -> list[tuple[str, Outcome]]:
        with sheet.parts.database.reading() as session:
            query = select(Decision).outerjoin(Undo, Undo.decision_id == Decision.id).where(Undo.id.is_(None))
            return [(one.image_sha256, one.outcome) for one in session.scalars(query.order_by(Decision.id))]

    with served(sheet.app) as base, chromium() as browser:
        log_in(browser, base)
        browser.get(f"{base}/review/triage")
        wait_for(browser, f'html[data-ready] [data-tile="{cases[2]}"][data-seen]')
        # As before the picture was there for a moment: the key does nothing, and says why.
        browser.execute_script("delete document.querySelector('.is-at').dataset.seen")
        press(browser, "a")
        assert text_of(browser, ".is-at .wait") == "Wait until the picture is shown."
        browser.execute_script("document.querySelector('.is-at').dataset.seen = ''")
        for key in "ah":
            wait_for(browser, ".is-at[data-seen]")
            press(browser, key)
        WebDriverWait(browser, 5).until(lambda _: len(made()) == 2)
        assert made() == [(cases[0], Outcome.AI), (cases[1], Outcome.HUMAN)]
        assert browser.find_element(By.CSS_SELECTOR, ".is-at").get_attribute("data-tile") == cases[2]
        wait_for(browser, "[data-take-back] button:not(:disabled)")
        press(browser, "u")
        WebDriverWait(browser, 5).until(lambda _: made() == [(cases[0], Outcome.AI)])
        wait_for(browser, f'.is-at[data-tile="{cases[1]}"][data-seen]:not(.is-done)')
        assert re.fullmatch(
            r"Undone\. .+ is waiting for review again\.", text_of(browser, "[data-take-back] [role=status]")
        )
        press(browser, "p")
        WebDriverWait(browser, 5).until(lambda _: len(made()) == 2)
        assert made()[1] == (cases[1], Outcome.ASSISTED)
        assert complaints(browser) == []


@pytest.mark.chromium
@pytest.mark.parametrize(("width", "shown"), [(390, "icon"), (1280, "key")])
def test_each_button_shows_its_key_or_its_icon(sheet: Desk, width: int, shown: str) -> None:
    sheet.add_case(0.95)
    with served(sheet.app) as base, chromium(width=width) as browser:
        log_in(browser, base)
        browser.get(f"{base}/review/triage")
        wait_for(browser, "html[data-ready] .is-at")
        buttons = browser.find_elements(By.CSS_SELECTOR, ".is-at .answers button")
        for part, selector in (("icon", ".icon"), ("key", "kbd")):
            seen = [button.find_element(By.CSS_SELECTOR, selector).is_displayed() for button in buttons]
            assert seen == [part == shown] * 4
        names = [button.accessible_name for button in buttons]
        assert names == ["Human", "AI", "AI-assisted", "Escalate"]


PRESS_TWICE = """
const [key, pause, done] = arguments;
const press = () => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
press();
setTimeout(() => { press(); done(document.querySelector(".is-at .wait").textContent); }, pause);
"""
PRESS_UNDO = """
for (const key of arguments)
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
"""


@pytest.mark.chromium
def test_a_key_that_bounces_decides_one_tile_and_undo_takes_back_the_last(sheet: Desk) -> None:
    cases = [sheet.add_case(0.91 + i / 1000, colour=(i, 1, 1)) for i in range(6)][::-1]

    def standing() -> list[str]:
        with sheet.parts.database.reading() as session:
            query = select(Decision).outerjoin(Undo, Undo.decision_id == Decision.id).where(Undo.id.is_(None))
            return [one.image_sha256 for one in session.scalars(query.order_by(Decision.id))]

    with served(sheet.app) as base, chromium() as browser:
        log_in(browser, base)
        browser.get(f"{base}/review/triage")
        wait_for(browser, f'html[data-ready] [data-tile="{cases[-1]}"][data-seen]')
        for pause in (40, 80, 120, 200):
            wait_for(browser, ".is-at[data-seen]")
            said = browser.execute_async_script(PRESS_TWICE, "a", pause)
            assert said == "Wait until the picture is shown."
        WebDriverWait(browser, 5).until(lambda _: standing() == cases[:4])
        # An undo that is pressed while a decision is on its way takes back that one.
        wait_for(browser, ".is-at[data-seen]")
        browser.execute_script(PRESS_UNDO, "h", "u")
        wait_for(browser, f'.is-at[data-tile="{cases[4]}"]:not(.is-done)')
        WebDriverWait(browser, 5).until(lambda _: standing() == cases[:4])
        assert complaints(browser) == []
