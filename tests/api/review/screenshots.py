"""Draw every page of the desk: `python -m tests.api.review.screenshots FOLDER [PATTERN…]`.

Each page at 1280 and 390 pixels, light and dark, in English and Japanese, also empty pages, errors, and
what comes after a form. Patterns choose files: "case*", "*_390-dark-ja". For looking at: nothing is compared.
"""

import argparse
import base64
import itertools
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import NoReturn

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from core.vocabulary import Role
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.tables.factor_tables import AuthenticatorApp
from tests.api.review.browser import chromium, served, wait_for
from tests.api.review.conftest import PASSWORD, Desk, make_desk
from tests.api.review.filling import fill
from tests.api.review.samples import add_samples, add_thumbnails, draw_heat, draw_scene
from tests.clients import make_client

SIZES = {1280: 800, 390: 844}
TALLEST = 3000
EMPTY = (
    *("/review", "/review?tab=escalated", "/review?tab=all", "/review?finding=flagged", "/review/triage"),
    *("/review/appeals", "/review/failures", "/review/proposals", "/review/decisions", "/review/stats"),
    *("/admin/quality", "/admin/policy", "/admin/known", "/admin/readers", "/admin/clients"),
    *("/admin/deliveries", "/admin/hooks", "/admin/log?kind=undone"),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to draw: its name, its address, and what to do on it first."""

    name: str
    address: str
    act: Callable[[WebDriver], None] = lambda _: None


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "patterns", nargs="*", default=["*"], help="names of the files to draw, with wildcards"
    )
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        with _desk(Path(scratch) / "full") as desk:
            kinds, filled = add_samples(desk), fill(desk, "Moon fox")
            add_thumbnails(desk)
            draw_all(browser, desk, given, [*pages_of(filled.pages), *_special(kinds), *_errors()])
            draw_all(browser, desk, given, [Shot("error 403", "/admin/log")], "haru@example.com")
            _add_second_factor(desk, "mina@example.com")
            draw_all(browser, desk, given, [Shot("login second", "/login/second")], "mina@example.com")
            limited = Shot("login limited", "/login", _log_in_wrongly)
            draw_all(browser, desk, given, [Shot("login", "/login"), limited], None)
        with _desk(Path(scratch) / "empty") as desk:
            desk.app.view_functions["review.grounds"] = _break
            pages = [*(Shot(f"empty {one}", one) for one in EMPTY), Shot("error 500", "/admin/grounds")]
            draw_all(browser, desk, given, pages)


def pages_of(addresses: list[str]) -> Iterator[Shot]:
    """Name pages by their addresses, without digests and ids."""
    for number, address in enumerate(addresses):
        words = [one[:8] for one in address.strip("/").replace("?", "/").split("/")]
        yield Shot(f"{number:02} {'-'.join(words)}", address)


def _special(kinds: dict[str, str]) -> list[Shot]:
    """Pages in a state that their address alone does not name."""
    cases = [Shot(f"case {name}", f"/review/cases/{sha256}") for name, sha256 in kinds.items()]
    heat = Shot("case heat", f"/review/cases/{kinds['flagged']}#heat", _wait_for_heat)
    return [
        *(*cases, heat),
        Shot("bulk", "/review", lambda b: _choose(b, 1)),
        Shot("bulk many", "/review?tab=all", lambda b: _choose(b, 30)),
        Shot("menu", "/review", lambda b: _open(b, ".who details")),
        Shot("menu group", "/review", lambda b: _open(b, ".top nav details")),
        Shot("filters", "/review", lambda b: _open(b, ".filters details")),
        Shot(
            "keys", "/review", lambda b: b.execute_script("document.getElementById('keys-help').showModal()")
        ),
    ]


def _errors() -> list[Shot]:
    """Every error that a page can end with."""
    return [
        Shot("error 404", "/review/cases/" + "0" * 64),
        Shot("error 404 elsewhere", "/nowhere"),
        Shot("error 400", "/review/cases/x?finding=maybe"),
        Shot("error 413", "/review", lambda b: _send(b, "/review/bulk", "x" * 600_000)),
        Shot("error 403 form", "/review", lambda b: _send(b, "/review/bulk", "")),
    ]


@contextmanager
def _desk(folder: Path) -> Iterator[Desk]:
    """Make a desk with an admin, a database of its own and drawn pictures."""
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'kantei.sqlite3'}")
    migrate(database)
    desk = make_desk(
        database,
        FolderBlobs(folder / "blobs"),
        make_client(database),
        heatmap=draw_heat(),
        draw_picture=draw_scene,
    )
    desk.app.testing = False
    desk.add_person("aiko@example.com", Role.ADMIN)
    yield desk
    database.close()


def draw_all(
    browser: WebDriver,
    desk: Desk,
    given: argparse.Namespace,
    shots: list[Shot],
    email: str | None = "aiko@example.com",
) -> None:
    """Draw pages of a desk in every size, theme and language, as a person sees them or as a stranger."""
    wanted = [
        (look, one, file)
        for look in itertools.product(("en", "ja"), SIZES, ("light", "dark"))
        for one in shots
        for file in [f"{one.name.replace('/', '-').replace('?', '-')}_{look[1]}-{look[2]}-{look[0]}"]
        if any(fnmatch(file, pattern) for pattern in given.patterns)
    ]
    if not wanted:
        return
    with served(desk.app) as base:
        browser.delete_all_cookies()
        browser.get(f"{base}/login")
        if email is not None:
            browser.find_element(By.NAME, "email").send_keys(email)
            browser.find_element(By.NAME, "password").send_keys(PASSWORD + "\n")
            wait_for(browser, 'form[action="/logout"], [name="code"]')
        for (language, width, theme), one, file in wanted:
            speak(browser, language)
            resize(browser, width)
            prefer(browser, theme)
            browser.get("about:blank")
            browser.get(base + one.address)
            one.act(browser)
            shoot(browser, given.folder / f"{file}.png", width)


def shoot(browser: WebDriver, file: Path, width: int) -> None:
    """Write one picture of the whole page."""
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    height = max(SIZES[width], min(TALLEST, size["height"]))
    clip = {"x": 0, "y": 0, "width": max(width, size["width"]), "height": height, "scale": 1}
    drawn = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    file.write_bytes(base64.b64decode(drawn["data"]))


def speak(browser: WebDriver, language: str) -> None:
    """Ask for pages in a language."""
    agent = browser.execute_script("return navigator.userAgent")
    browser.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})


def resize(browser: WebDriver, width: int) -> None:
    """Look through a desk's screen, or a phone's."""
    size = {"width": width, "height": SIZES[width], "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def prefer(browser: WebDriver, scheme: str) -> None:
    """Prefer light or dark."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def _open(browser: WebDriver, selector: str) -> None:
    browser.execute_script(
        "document.querySelectorAll(arguments[0]).forEach((one) => one.open = true)", selector
    )


def _break() -> NoReturn:
    raise RuntimeError("broken on purpose")


def _add_second_factor(desk: Desk, email: str) -> None:
    with desk.parts.database.writing() as session:
        session.add(AuthenticatorApp(moderator_id=desk.people[email], ciphertext="unread", last_step=0))


def _log_in_wrongly(browser: WebDriver) -> None:
    """Log in with wrong passwords until one has to wait."""
    for _ in range(9):
        browser.find_element(By.NAME, "email").clear()
        browser.find_element(By.NAME, "email").send_keys("sora@example.com")
        browser.find_element(By.NAME, "password").send_keys("wrong\n")
        wait_for(browser, '[name="password"]')


def _wait_for_heat(browser: WebDriver) -> None:
    wait_for(browser, '[data-pane="heat"][aria-pressed="true"]')


def _choose(browser: WebDriver, count: int) -> None:
    """Select cases and ask what would be decided."""
    browser.execute_script(
        "[...document.querySelectorAll('.pick input')].slice(0, arguments[0]).forEach((one) => one.click())",
        count,
    )
    browser.find_element(By.CSS_SELECTOR, '.bulk button[value="ai"]').click()
    wait_for(browser, ".bulk-form")


def _send(browser: WebDriver, address: str, text: str) -> None:
    """Send a form that no page has."""
    browser.execute_script(
        "const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0];"
        "form.enctype = 'multipart/form-data'; const field = document.createElement('textarea');"
        "field.name = 'x'; field.value = arguments[1]; form.append(field);"
        "document.body.append(form); form.submit()",
        address, text,
    )  # fmt: skip
    wait_for(browser, ".empty h1")


if __name__ == "__main__":
    main()
