"""A whole Kantei in processes of its own, as `script/server` starts it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from click.testing import CliRunner

from kantei.__main__ import kantei

LIGHT = "tests.whole.light"  # a Kantei whose classifier costs nothing
PATIENCE = 90.0  # seconds; more than two leases, on a machine that is busy with other tests


@dataclass
class Installation:
    """`kantei serve` on a free port, with its settings and a client's key."""

    environ: dict[str, str]
    port: int
    process: "subprocess.Popen[str]"
    output: list[str] = field(default_factory=list)
    key: str = ""

    @property
    def address(self) -> str:
        """The address that it serves at."""
        return f"http://127.0.0.1:{self.port}"

    def kantei(self, *arguments: str) -> str:
        """Run a command against this installation; give what it prints."""
        command = [sys.executable, "-m", "kantei", *arguments]
        done = subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call the API with the client's key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, self.address + path, headers=headers, timeout=60, **options)

    def submit(self, urls: list[str]) -> list[str]:
        """Submit URLs as one batch; give the ids."""
        answer = self.call(
            "POST", "/v1/submissions/batch", json={"submissions": [{"image_url": u} for u in urls]}
        )
        assert answer.status_code == 202, answer.text
        return [result["submission"]["id"] for result in answer.json()["results"]]

    def settle(self, ids: list[str], patience: float = PATIENCE) -> list[dict[str, Any]]:
        """Wait until every submission is examined or failed."""
        deadline = time.monotonic() + patience
        settled = []
        for submission_id in ids:
            while True:
                answer = self.call("GET", f"/v1/submissions/{submission_id}?wait=20")
                assert answer.status_code == 200, (answer.text, self.tail())
                found = answer.json()
                if found["state"] in {"examined", "failed"}:
                    settled.append(found)
                    break
                assert time.monotonic() < deadline, (len(settled), found, self.tail())
        return settled

    def children(self, part: str) -> list[int]:
        """The process ids of one part: its first process, then that one's children.

        The parts are `api`, `worker`, `sweep`, and `express`: the worker that serves the first queue alone.
        """
        parents = {int(line.split()[0]): int(line.split()[1]) for line in _ps()}
        (main,) = [
            pid for pid, parent in parents.items() if parent == self.process.pid and part == _part(pid)
        ]
        return [main, *(pid for pid, parent in parents.items() if parent == main)]

    def tail(self) -> str:
        """The last lines that it printed."""
        return "".join(self.output[-60:])


def _ps() -> list[str]:
    return subprocess.run(
        ["ps", "-eo", "pid=,ppid="],  # noqa: S607  # wherever ps is
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()


def _part(pid: int) -> str:
    with contextlib.suppress(OSError, IndexError):
        command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
        return "express" if "--express" in command else command[3]  # python -m PROGRAM PART
    return ""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def installed(folder: Path, *, program: str = "kantei", **settings: str) -> Iterator[Installation]:
    """Start everything, wait until it is ready, make a client; in the end stop it as Ctrl-C does."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KANTEI_")},
        "KANTEI_DATA_DIR": str(folder),
        "KANTEI_FETCH_ALLOW": "127.0.0.1/32",
        "KANTEI_FETCH_TIMEOUT": "5",
        "KANTEI_SWEEP_INTERVAL": "1",
        "KANTEI_WORKER_CONCURRENCY": "2",
        "KANTEI_SAMPLED_SHARE": "0",  # no test's queue depends on chance
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", program, "serve", "--port", str(port)],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    installation = Installation(environ, port, process)
    reader = threading.Thread(target=_read, args=(installation,), daemon=True)
    reader.start()
    try:
        _wait_until_ready(installation)
        # In this process: one of their own, for each installation, would take a second to start.
        added = CliRunner().invoke(kantei, ["client", "add", "Shop", "--json"], env=environ)
        assert added.exit_code == 0, (added.output, added.exception)
        installation.key = json.loads(added.stdout)["api_key"]
        yield installation
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def _read(installation: Installation) -> None:
    assert installation.process.stdout is not None
    installation.output.extend(iter(installation.process.stdout.readline, ""))


def _wait_until_ready(installation: Installation) -> None:
    deadline = time.monotonic() + 180
    while True:
        with contextlib.suppress(requests.RequestException):
            is_ready = requests.get(f"{installation.address}/readyz", timeout=5).ok
            if is_ready and "Press Ctrl-C" in "".join(installation.output):
                return
        assert installation.process.poll() is None, installation.tail()
        assert time.monotonic() < deadline, installation.tail()
        time.sleep(0.1)
