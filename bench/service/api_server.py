"""A real gunicorn on an empty database, with a client."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from kantei.roots.serve import SMALL_HEAP

HERE = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds until it answers


@dataclass(frozen=True, slots=True)
class Served:
    """A running API: its port, the id of its first serving process, and what `kantei client add` told."""

    port: int
    pid: int
    client: dict[str, str]


@contextmanager
def serving(database: str, broker: str, processes: int, *, source: str) -> Iterator[Served]:
    """Run `kantei api` with an empty data folder and a client of a source."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environ = {
            **os.environ,
            **SMALL_HEAP,  # as `kantei serve` and the image start it
            "KANTEI_DATA_DIR": folder,
            "KANTEI_DATABASE_URL": database,
            "KANTEI_BROKER_URL": broker,
            "KANTEI_RATE_LIMIT": "100000000",
        }
        kantei = [sys.executable, "-m", "kantei"]
        subprocess.run([*kantei, "migrate"], env=environ, cwd=HERE, check=True, capture_output=True)
        command = [*kantei, "client", "add", "Bench", "--source", source, "--json"]
        made = subprocess.run(command, env=environ, cwd=HERE, check=True, capture_output=True)
        command = [*kantei, "api", "--port", str(port), "--processes", str(processes)]
        with subprocess.Popen(command, env=environ, cwd=HERE, stderr=subprocess.DEVNULL) as server:
            try:
                yield Served(port, _wait(server.pid, port), json.loads(made.stdout))
            finally:
                server.terminate()


def _wait(parent: int, port: int) -> int:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
                return int(children.split()[0])
        except OSError:
            pass
        if time.monotonic() > until:
            raise RuntimeError("the server did not start")
        time.sleep(0.1)
