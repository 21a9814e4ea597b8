"""A reader with the extension in a real Chromium."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.extension.devtools import Browser, DevtoolsError, Session, until
from tests.services import leave_out

SOURCE = Path(__file__).resolve().parent.parent.parent / "extension"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-extension-debugging",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
    "--window-size=1280,900",
)


class Tab:
    """One tab with a page, and our card in it."""

    def __init__(self, reader: "Reader", session: Session) -> None:
        self.reader = reader
        self.session = session

    def inside(self, script: str) -> Any:
        """Evaluate in the world of our scripts, which the page cannot see."""
        contexts = [
            event["params"]["context"]["id"]
            for event in self.reader.browser.events
            if event["method"] == "Runtime.executionContextCreated"
            and event.get("sessionId") == self.session.session_id
            and event["params"]["context"]["origin"].startswith("chrome-extension://")
            and event["params"]["context"]["auxData"].get("frameId") == self.session.target_id
        ]
        if not contexts:
            raise DevtoolsError("our scripts are not in this page")
        return self.session.run(script, context=contexts[-1])

    def title(self) -> str:
        """Wait for the end of a check; give the card's title."""
        until(lambda: self.inside("shown !== null && shown.view.final && !shown.state.busy"), "a card")
        return str(self.inside("shown.card.querySelector('h2').textContent"))

    def expect(self, title: str) -> None:
        """Wait for a title."""
        until(lambda: self.inside("shown?.card.querySelector('h2').textContent") == title, title)

    def text(self) -> str:
        """All text on the card."""
        return str(self.inside("shown.card.textContent"))

    def press(self, act: str) -> None:
        """Click one of the card's buttons."""
        script = f"shown.card.querySelector('[data-act={act}]')"
        box = until(
            lambda: self.inside(f"{script} && (({script}).scrollIntoView(), {_BOX.format(script)})"), act
        )
        self.session.click(*box)

    def point_at(self, selector: str) -> None:
        """Move the pointer onto an element."""
        self.session.call("Input.dispatchMouseEvent", type="mouseMoved", **self.middle(selector))

    def middle(self, selector: str) -> dict[str, float]:
        """The middle of an element, in the viewport."""
        x, y = self.session.run(_BOX.format(f"document.querySelector({json.dumps(selector)})"))
        return {"x": x, "y": y}


_BOX = "(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({}.getBoundingClientRect())"


class Reader:
    """Chromium with the extension in it."""

    def __init__(self, browser: Browser, extension: str) -> None:
        self.browser = browser
        self.id = extension

    def worker(self) -> Session:
        """Find the service worker, waking it where it sleeps."""
        found = self._worker()
        if found is None:
            page = self.browser.open(self.address("result/result.html"))
            page.run("chrome.runtime.sendMessage({kind: 'nothing'})")
            page.close()
            found = until(self._worker, "the service worker")
        found.until("typeof chrome === 'object'")  # else it has only just begun
        return found

    def _worker(self) -> Session | None:
        for target in self.browser.targets():
            if target["type"] == "service_worker" and self.id in target["url"]:
                return self.browser.attach(target["targetId"])
        return None

    def kill_worker(self) -> None:
        """End the service worker as the browser does when it has had enough of it."""
        target = next(
            t for t in self.browser.targets() if t["type"] == "service_worker" and self.id in t["url"]
        )
        page = self.browser.open("about:blank#")
        page.call("ServiceWorker.enable")
        page.call("ServiceWorker.stopAllWorkers")
        self.browser.call("Target.closeTarget", targetId=target["targetId"])
        until(
            lambda: all(t["targetId"] != target["targetId"] for t in self.browser.targets()),
            "the worker's end",
        )
        page.close()

    def address(self, path: str) -> str:
        """The address of one of our own pages."""
        return f"chrome-extension://{self.id}/{path}"

    def open(self, path: str) -> Session:
        """Open one of our own pages in a tab."""
        return self.browser.open(self.address(path))

    def allow(self, *patterns: str) -> None:
        """Answer the browser's question in advance, for a headless one has nobody to ask."""
        page = self.browser.open("chrome://extensions/")
        for pattern in patterns:
            page.run(f"chrome.developerPrivate.addHostPermission({self.id!r}, {pattern!r})")
        page.close()

    def grant(self, pattern: str) -> None:
        """Let us into a site, as the reader's click on the menu lets us into one tab."""
        self.allow(pattern)
        page = self.open("result/result.html")
        asked = f"chrome.permissions.request({{origins: [{json.dumps(pattern)}]}})"
        assert page.run(asked, gesture=True)
        page.close()

    def set_up(self, server: str, key: str, **settings: Any) -> None:
        """Fill in the options page as a reader does."""
        self.allow("http://127.0.0.1/*")
        page = self.open("options/options.html")
        page.until("document.querySelector('[name=server]') !== null")
        page.fill("[name=server]", server)
        page.fill("[name=key]", key)
        page.click_on(".button.primary")
        page.until("document.querySelector('[role=status].good, [role=status].bad') !== null")
        if settings:
            page.run(
                "chrome.storage.local.get('settings').then(({settings}) => "
                f"chrome.storage.local.set({{settings: {{...settings, ...{json.dumps(settings)}}}}}))"
            )
        page.close()

    def visit(self, url: str) -> Tab:
        """Open a page."""
        return Tab(self, self.browser.open(url))

    def click_action(self, tab: Tab) -> Session:
        """Click our button in the toolbar: the popup opens, and the tab is ours for the moment."""
        tab.session.call("Page.bringToFront")
        url = tab.session.run("location.href")
        target = next(t for t in self.browser.targets() if t["type"] == "tab" and t["url"] == url)
        self.browser.call("Extensions.triggerAction", id=self.id, targetId=target["targetId"])

        def popup() -> Session | None:
            for found in self.browser.targets():
                if found["type"] == "page" and found["url"].endswith("/popup/popup.html"):
                    return self.browser.attach(found["targetId"])
            return None

        found: Session = until(popup, "the popup")
        return found

    def click_menu(self, tab: Tab, src: str | None = None, link: str | None = None) -> None:
        """Choose our entry of the page's menu; the right to the tab comes from `click_action`."""
        info = {"menuItemId": "check-picture", "editable": False, "pageUrl": "", "frameId": 0}
        if src is not None:
            info |= {"srcUrl": src, "mediaType": "image"}
        if link is not None:
            info |= {"linkUrl": link}
        self._dispatch(tab, f"chrome.contextMenus.onClicked.dispatch({json.dumps(info)}, tab)")

    def press_shortcut(self, tab: Tab) -> None:
        """Press the shortcut."""
        self._dispatch(tab, "chrome.commands.onCommand.dispatch('check-picture', tab)")

    def _dispatch(self, tab: Tab, script: str) -> None:
        url = tab.session.run("location.href")
        worker = self.worker()
        # Without the right to a tab its address is not told: find it as the one that is active.
        tab.session.call("Page.bringToFront")
        worker.run(f"chrome.tabs.query({{active: true, lastFocusedWindow: true}}).then(([tab]) => {script})")
        assert tab.session.run("location.href") == url


@contextmanager
def reading(folder: Path, source: Path = SOURCE) -> Iterator[Reader]:
    """Start Chromium with an empty profile and the extension."""
    binary = shutil.which("chromium")
    if binary is None:
        leave_out("chromium", "chromium is not installed")
    browser = Browser(binary or "", [*FLAGS, f"--user-data-dir={folder}"])
    try:
        extension = browser.call("Extensions.loadUnpacked", path=str(source))["id"]
        yield Reader(browser, extension)
    finally:
        browser.close()
