"""A real Chromium before a real server."""

import atexit
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from tests.api.review.conftest import PASSWORD
from tests.services import leave_out

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a port of its own; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Browsers that are empty again: to start one takes longer than most tests.
_idle: list[WebDriver] = []


@atexit.register
def _close() -> None:
    while _idle:
        _idle.pop().quit()


@contextmanager
def chromium(*, width: int = 1280, height: int = 720) -> Iterator[WebDriver]:
    """An empty browser of this size, which another test may have had before."""
    session = _idle.pop() if _idle else _start()
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    try:
        session.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield session
        _clear(session)
    except BaseException:
        session.quit()
        raise
    _idle.append(session)


def _start() -> WebDriver:
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        leave_out("chromium", "chromium and chromedriver are not both installed")
    options = webdriver.ChromeOptions()
    options.binary_location = browser or ""
    for flag in (*FLAGS, "--window-size=1280,720"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def _clear(session: WebDriver) -> None:
    """Leave one new tab, and nothing of what a test did.

    Scripts, sizes and media are a tab's own, what is stored or cached belongs to the port of the test's
    server, and cookies are deleted.
    """
    used = session.window_handles
    session.switch_to.window(used[0])
    session.switch_to.new_window("tab")
    empty = session.current_window_handle
    for handle in used:
        session.switch_to.window(handle)
        session.close()
    session.switch_to.window(empty)
    session.execute_cdp_cmd("Network.clearBrowserCookies", {})
    complaints(session)  # those of a test are not the next one's


def log_in(session: WebDriver, base: str, email: str = "aiko@example.com") -> None:
    """Log in as a person would."""
    session.get(f"{base}/login")
    session.find_element(By.NAME, "email").send_keys(email)
    session.find_element(By.NAME, "password").send_keys(PASSWORD + "\n")
    WebDriverWait(session, 5).until(lambda b: b.find_elements(By.CSS_SELECTOR, 'form[action="/logout"]'))


def complaints(session: WebDriver) -> list[str]:
    """List what the browser's console complains of: broken policies, missing files, script errors."""
    return [
        entry["message"]
        for entry in session.get_log("browser")  # type: ignore[no-untyped-call]  # selenium types all but this
        if entry["level"] in {"SEVERE", "WARNING"}
    ]


def press(session: WebDriver, key: str) -> None:
    """Press a key on the page, wherever the focus is."""
    session.switch_to.active_element.send_keys(key)


def wait_until_shown(session: WebDriver) -> None:
    """Wait until the picture of the case has been on the screen for long enough to decide on it."""
    wait_for(session, "html[data-shown] form.decide")


def wait_for(session: WebDriver, selector: str) -> None:
    """Wait for something on the page."""
    WebDriverWait(session, 10, 0.05).until(lambda b: b.find_elements(By.CSS_SELECTOR, selector))


def wait_until_ready(session: WebDriver, selector: str) -> None:
    """Wait for a page whose script listens."""
    wait_for(session, f"html[data-ready] {selector}")


def text_of(session: WebDriver, selector: str) -> str:
    """Read what a part of the page says."""
    return session.find_element(By.CSS_SELECTOR, selector).text
