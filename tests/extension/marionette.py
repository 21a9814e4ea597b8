"""Speak Firefox's own remote protocol: Marionette, JSON over a socket, each message after its length.

It needs no driver program, installs an add-on for the moment, and reaches the browser's own menus, which
no page and no WebDriver does. https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import itertools
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.whole.installation import free_port

PATIENCE = 60.0  # seconds; the first start makes a profile
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference


class MarionetteError(Exception):
    """Firefox refused a command, or a script threw."""


class Firefox:
    """A browser, and the one connection to it."""

    def __init__(self, port: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        self._rest = b""
        self._ids = itertools.count(1)
        self._read()  # its greeting
        self.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})

    def call(self, command: str, **parameters: Any) -> Any:
        """Run one command. Errors: `MarionetteError`."""
        message = json.dumps([0, next(self._ids), command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        if error is not None:
            raise MarionetteError(f"{command}: {error['error']}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def chrome(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function with the browser's own rights."""
        return self._run("chrome", script, arguments, sandbox="system")

    def page(self, script: str, *arguments: Any, sandbox: str | None = None) -> Any:
        """Run the body of an async function in the page; in `system` it sees closed shadow trees."""
        return self._run("content", script, arguments, sandbox=sandbox)

    def until(self, ask: str, *arguments: Any, patience: float = 20.0, sandbox: str | None = None) -> Any:
        """Wait until what a page's script returns is true; give it."""
        deadline = time.monotonic() + patience
        while True:
            found = self.page(ask, *arguments, sandbox=sandbox)
            if found:
                return found
            if time.monotonic() > deadline:
                raise MarionetteError(f"waited in vain for {ask}")
            time.sleep(0.05)

    def _run(self, context: str, script: str, arguments: tuple[Any, ...], *, sandbox: str | None) -> Any:
        self.call("Marionette:SetContext", value=context)
        body = (
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);"
            f"(async () => {{ {script} }})()"
            ".then((value) => done([value ?? null]), (error) => done(String(error)))"
        )
        named = {} if sandbox is None else {"sandbox": sandbox}
        answer = self.call("WebDriver:ExecuteAsyncScript", script=body, args=list(arguments), **named)
        self.call("Marionette:SetContext", value="content")
        if isinstance(answer, str):
            raise MarionetteError(answer)
        return answer[0]

    def go(self, url: str) -> None:
        """Load an address."""
        self.call("WebDriver:Navigate", url=url)

    def click(self, selector: str, button: int = 0) -> None:
        """Click an element with the mouse."""
        found = self.call("WebDriver:FindElement", using="css selector", value=selector)
        self.call("WebDriver:ReleaseActions")
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": {ELEMENT: found[ELEMENT]}},
            {"type": "pointerDown", "button": button},
            {"type": "pointerUp", "button": button},
        ]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self.call("WebDriver:PerformActions", actions=[mouse])

    def screenshot(self, path: Path) -> None:
        """Draw what is seen to a PNG file."""
        import base64  # noqa: PLC0415  # for looking at things by hand only

        path.write_bytes(base64.b64decode(self.call("WebDriver:TakeScreenshot", full=False)))

    def _read(self) -> Any:
        while b":" not in self._rest:
            self._rest += self._more()
        length, self._rest = self._rest.split(b":", 1)
        while len(self._rest) < int(length):
            self._rest += self._more()
        text, self._rest = self._rest[: int(length)], self._rest[int(length) :]
        return json.loads(text)

    def _more(self) -> bytes:
        data = self._socket.recv(1 << 16)
        if not data:
            raise MarionetteError("Firefox is gone")
        return data


@contextmanager
def firefox(binary: str, profile: Path, **preferences: Any) -> Iterator[Firefox]:
    """Start Firefox with an empty profile that talks to nobody, and end it."""
    port = free_port()
    profile.mkdir(parents=True)
    quiet = {
        "marionette.port": port,
        "network.dns.localDomains": "gallery.test,pictures.test",
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.disabledForTesting": True,
        "browser.shell.checkDefaultBrowser": False,
        "browser.startup.page": 0,
        "browser.region.network.url": "",
        "browser.safebrowsing.malware.enabled": False,
        "browser.safebrowsing.phishing.enabled": False,
        "extensions.update.enabled": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "services.settings.server": "data:,#remote-settings-dummy/v1",
        "toolkit.telemetry.enabled": False,
        **preferences,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in quiet.items()]
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    process = subprocess.Popen(
        [
            binary,
            "--headless",
            "--marionette",
            "-remote-allow-system-access",
            "--no-remote",
            "--profile",
            str(profile),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = Firefox(port)
        yield found
        with suppress(MarionetteError, OSError):
            found.call("Marionette:Quit", flags=["eForceQuit"])
    finally:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        process.wait()
