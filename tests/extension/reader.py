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


SERVERS = "http://127.0.0.1/*"
_FORGET = """(async () => {
  await chrome.storage.local.clear();
  await chrome.storage.session.clear();
  await chrome.scripting.unregisterContentScripts();
  const { origins } = await chrome.permissions.getAll();
  const others = origins.filter((origin) => !origin.startsWith("http://127.0.0.1"));
  if (others.length) await chrome.permissions.remove({ origins: others });
})()"""
_BOX = "(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({}.getBoundingClientRect())"


class Reader:
    """Chromium with the extension in it."""

    def __init__(self, browser: Browser, extension: str, manager: Session) -> None:
        self.browser = browser
        self.id = extension
        self.manager = manager
        self.allowed: set[str] = set()
        self._home: Session | None = None

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
        for pattern in patterns:
            self.manager.run(f"chrome.developerPrivate.addHostPermission({self.id!r}, {pattern!r})")
        self.allowed.update(patterns)

    def grant(self, pattern: str) -> None:
        """Let us into a site, as the reader's click on the menu lets us into one tab."""
        self.allow(pattern)
        asked = f"chrome.permissions.request({{origins: [{json.dumps(pattern)}]}})"
        assert self.home().run(asked, gesture=True)

    def home(self) -> Session:
        """A page of ours that stays open, in which scripts may do what only our own pages may."""
        if self._home is None:
            self._home = self.open("result/result.html")
        return self._home

    def options(self) -> Session:
        """The options, which open by themselves when the extension is installed."""
        address = self.address("options/options.html")

        def opened() -> Session | None:
            found = [one for one in self.browser.targets() if one["url"] == address]
            return self.browser.attach(found[0]["targetId"]) if found else None

        page: Session = until(opened, "the options")
        page.until("document.querySelector('[name=server]') !== null")
        return page

    def set_up(self, server: str, key: str) -> None:
        """Leave everything as it is after *Save and test*: server, key, and what the browser was asked."""
        self.allow(SERVERS)
        wanted = json.dumps({"permissions": ["scripting"], "origins": [SERVERS]})
        assert self.home().run(f"chrome.permissions.request({wanted})", gesture=True)
        self.change(server=server, key=key)

    def change(self, **settings: Any) -> None:
        """Change settings behind the options' back."""
        self.home().run(
            "import('/settings/settings.js').then(({changeSettings}) => "
            f"changeSettings({json.dumps(settings)}))"
        )

    def start_over(self, server: str, key: str) -> None:
        """Be as just set up: nothing stored, allowed, open or registered beyond it."""
        kept = self.home().target_id, self.manager.target_id
        self.browser.close_pages(*kept)
        for pattern in self.allowed - {SERVERS}:
            self.manager.run(f"chrome.developerPrivate.removeHostPermission({self.id!r}, {pattern!r})")
        self.allowed = {SERVERS}
        self.home().run(_FORGET)
        self.browser.events.clear()
        self.change(server=server, key=key)

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


class Chromium:
    """A browser that serves one reader after another, each with the extension installed anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starts = 0
        self._browser: Browser | None = None
        self._manager: Session | None = None
        self._installed: str | None = None
        self._reader: Reader | None = None

    def install(self, source: Path = SOURCE) -> Reader:
        """Install the extension, forgetting all that the last reader opened, allowed and stored."""
        browser, manager = self._started()
        if self._installed is not None:
            browser.call("Extensions.uninstall", id=self._installed)
        browser.close_pages(manager.target_id)
        browser.events.clear()
        self._installed = str(browser.call("Extensions.loadUnpacked", path=str(source))["id"])
        self._reader = None
        return Reader(browser, self._installed, manager)

    def set_up(self, server: str, key: str) -> Reader:
        """The extension as it is after it was set up; the one of an earlier test, if there is one."""
        reader = self._reader
        if reader is not None and reader.browser.process.poll() is None:
            reader.start_over(server, key)
        else:
            reader = self.install()
            reader.set_up(server, key)
            self._reader = reader
        return reader

    def close(self) -> None:
        """End the browser."""
        if self._browser is not None:
            self._browser.close()
        self._browser = None

    def _started(self) -> tuple[Browser, Session]:
        """The browser and its page of extensions; another one, if it crashed."""
        if self._browser is not None and self._manager is not None and self._browser.process.poll() is None:
            return self._browser, self._manager
        binary = shutil.which("chromium")
        if binary is None:
            leave_out("chromium", "chromium is not installed")
        self._starts += 1
        self._installed = None
        profile = self._folder / str(self._starts)
        self._browser = Browser(binary or "", [*FLAGS, f"--user-data-dir={profile}"])
        self._manager = self._browser.open("chrome://extensions/")
        return self._browser, self._manager


@contextmanager
def reading(folder: Path, source: Path = SOURCE) -> Iterator[Reader]:
    """Start Chromium with an empty profile and the extension."""
    chromium = Chromium(folder)
    try:
        yield chromium.install(source)
    finally:
        chromium.close()
