"""No page has a grave fault for those who cannot see it well, or use no mouse (WCAG 2.2 AA, by axe-core)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from sqlalchemy import select

from core.vocabulary import Evidence, EvidenceKind, FileKind, Finding, Grade, Label, Role
from store.appeal_files import NewFile
from store.appeals import add_appeal
from store.blobs import FolderBlobs
from store.clients import NewClient
from store.database import Database
from store.tables import Submission
from tests.api.review.axe_core import axe_source, violations
from tests.api.review.browser import chromium, log_in, served
from tests.api.review.conftest import Desk, make_desk

pytestmark = pytest.mark.chromium

EVIDENCE = (
    Evidence(
        EvidenceKind.NOVELAI_METADATA, Grade.DECLARED, Label.AI, "NovelAI", "It says so.", {"Prompt": "a fox"}
    ),
    Evidence(EvidenceKind.PIXELS, Grade.HINT, Label.AI, None, "The pixels look generated."),
)
# What no page of the desk is: files, and pages that lead elsewhere.
NO_PAGES = (".csv", "/assets/", "/images/", "/files/", "/thumbnail", "/reports/")


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    desk = make_desk(sqlite_database, blobs, sqlite_shop)
    desk.add_person("aiko@example.com", Role.ADMIN)
    return desk


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    with chromium(tmp_path / "browser") as session:
        yield session


def fill(desk: Desk) -> str:
    """Put something on every page; give a case with an appeal."""
    for number in range(5):
        desk.add_case(0.9 + number / 100, title=f"Fox {number}", listing_id="4711")
    desk.add_case(0.5, Finding.UNCERTAIN, title="狐")
    sha256 = desk.add_case(0.97, evidence=EVIDENCE, title="Appealed", submissions=2)
    file = NewFile("線画.psd", FileKind.PHOTOSHOP, 5, desk.parts.blobs.put(b"8BPS "))
    with desk.parts.database.writing() as session:
        submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).first()
        assert submission is not None
        add_appeal(
            session, submission, reason="I drew it.", evidence_urls=["https://a.example/"], files=[file]
        )
    return sha256


def pages(desk: Desk, sha256: str) -> list[str]:
    """List every page that has an address of its own, and the ones that need a name in it."""
    plain = [
        rule.rule
        for rule in desk.app.url_map.iter_rules()
        if rule.endpoint.startswith("review.")
        and "GET" in (rule.methods or ())
        and not rule.arguments
        and not any(part in rule.rule for part in NO_PAGES)
        and rule.rule not in {"/", "/login"}
    ]
    client = desk.shop.client.id
    return [
        *plain,
        "/review?view=list&finding=flagged",
        f"/review/cases/{sha256}?tab=appeals",
        "/review/cases/" + "0" * 64,
        f"/admin/clients/{client}",
    ]


def test_no_page_has_a_grave_fault_in_light_or_dark(desk: Desk, browser: WebDriver) -> None:
    source, sha256 = axe_source(), fill(desk)
    browser.set_script_timeout(30)
    found: dict[str, list[str]] = {}
    with served(desk.app) as base:
        browser.get(f"{base}/login")
        found["/login"] = violations(browser, source)
        log_in(browser, base)
        shown = pages(desk, sha256)
        assert len(shown) >= 14, shown
        for page in shown:
            browser.get(base + page)
            found[page] = violations(browser, source)
            _prefer(browser, "dark")
            # All that differs in the dark are colours.
            found[f"{page} (dark)"] = violations(browser, source, rules=["color-contrast"])
            _prefer(browser, "light")
        browser.execute_script("document.querySelector('main').append(document.createElement('button'))")
        assert "button-name" in str(violations(browser, source)), "a fault is not found"
    assert {page: faults for page, faults in found.items() if faults} == {}


def _prefer(browser: WebDriver, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
