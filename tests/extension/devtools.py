"""Speak the Chrome DevTools Protocol with a browser over a pair of pipes.

The domain `Extensions` answers there alone, and a service worker can be watched and stopped, which
no WebDriver offers. The protocol: https://chromedevtools.github.io/devtools-protocol/.
"""

import fcntl
import itertools
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 20.0  # seconds, on a machine that is busy with other tests


class DevtoolsError(Exception):
    """The browser refused a command, or a script in it threw."""


class Browser:
    """A browser started for one test; its DOM events and sessions are of no interest, its answers are."""

    def __init__(self, binary: str, arguments: list[str]) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()

        def wire() -> None:
            # The browser wants the numbers 3 and 4; first both out of each other's way.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 50) for end in (theirs_in, theirs_out)]
            for end, number in zip(ends, (3, 4), strict=True):
                os.dup2(end, number)

        self.process = subprocess.Popen(
            [binary, "--remote-debugging-pipe", *arguments],
            preexec_fn=wire,  # noqa: PLW1509  # it does nothing but number two files
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Run one command. Errors: `DevtoolsError`."""
        number = next(self._ids)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        with self._lock:
            self._answers[number] = answers
            os.write(self._out, json.dumps(message).encode() + b"\0")
        try:
            answer = answers.get(timeout=60)
        except queue.Empty:
            raise DevtoolsError(f"{method}: no answer") from None
        if "error" in answer:
            raise DevtoolsError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def targets(self) -> list[dict[str, Any]]:
        """List pages, workers and the rest."""
        found: list[dict[str, Any]] = self.call("Target.getTargets", filter=[{}])["targetInfos"]
        return found

    def attach(self, target_id: str) -> "Session":
        """Open a session with one target."""
        answer = self.call("Target.attachToTarget", targetId=target_id, flatten=True)
        return Session(self, answer["sessionId"], target_id)

    def close_pages(self, *kept: str) -> None:
        """Close every tab and window but these."""
        for target in self.targets():
            if target["type"] == "page" and target["targetId"] not in kept:
                with suppress(DevtoolsError):  # it was closing by itself
                    self.call("Target.closeTarget", targetId=target["targetId"])

    def open(self, url: str) -> "Session":
        """Open a tab and wait until it is loaded."""
        session = self.attach(self.call("Target.createTarget", url="about:blank")["targetId"])
        session.call("Page.enable")
        session.call("Runtime.enable")
        session.go(url)
        return session

    def close(self) -> None:
        """End the browser and what it started."""
        try:
            self.call("Browser.close")
        except (DevtoolsError, OSError):
            self.process.kill()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=5)
        os.close(self._out)
        os.close(self._in)

    def _read(self) -> None:
        rest = b""
        while data := os.read(self._in, 1 << 20):
            *messages, rest = (rest + data).split(b"\0")
            for text in messages:
                message = json.loads(text)
                if "id" in message:
                    with self._lock:
                        waiting = self._answers.pop(message["id"], None)
                    if waiting is not None:
                        waiting.put(message)
                else:
                    self.events.append(message)


class Session:
    """One tab, worker or popup."""

    def __init__(self, browser: Browser, session_id: str, target_id: str) -> None:
        self.browser = browser
        self.session_id = session_id
        self.target_id = target_id

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Run one command here."""
        return self.browser.call(method, self.session_id, **parameters)

    def run(self, script: str, *, gesture: bool = False, context: int | None = None) -> Any:
        """Evaluate an expression, awaiting a promise; give its value as JSON would hold it."""
        chosen = {} if context is None else {"contextId": context}
        answer = self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=gesture,
            **chosen,
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise DevtoolsError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def go(self, url: str) -> None:
        """Load an address and wait for the end of loading."""
        self.call("Page.navigate", url=url)
        until(lambda: self.run("document.readyState === 'complete' && location.href !== 'about:blank'"), url)

    def until(self, script: str, patience: float = PATIENCE) -> Any:
        """Wait until an expression is true; give its value."""
        return until(lambda: self.run(script), script, patience)

    def click(self, x: float, y: float, button: str = "left") -> None:
        """Click at a point of the viewport, as a mouse does."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def click_on(self, selector: str) -> None:
        """Click the middle of an element."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.until(f"{found} !== null")
        self.run(f"{found}.scrollIntoView({{block: 'center'}})")
        x, y = self.run(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({found}.getBoundingClientRect())"
        )
        self.click(x, y)

    def fill(self, selector: str, text: str) -> None:
        """Type into a field."""
        self.run(
            f"(field => {{ field.focus(); field.select() }})(document.querySelector({json.dumps(selector)}))"
        )
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path) -> None:
        """Draw what is seen to a PNG file."""
        import base64  # noqa: PLC0415  # for looking at things by hand only

        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        """Close the tab."""
        self.browser.call("Target.closeTarget", targetId=self.target_id)


def until(ask: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Ask until the answer is true; give it. Errors: AssertionError naming what was waited for."""
    deadline = time.monotonic() + patience
    while True:
        try:
            found = ask()
        except DevtoolsError as error:
            found, what = None, f"{what} ({error})"[:500]
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
