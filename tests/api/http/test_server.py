"""The API behind a real server, as `kantei api` starts it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.broker.bell import FolderBell
from kantei.roots.buffering import FEWER
from kantei.roots.migrate import migrate
from store.base.database import Database
from tests.api.conftest import IMAGE_URL, examine
from tests.clients import SECRET_KEY, make_client

pytestmark = pytest.mark.processes

MAX_IMAGE = 300_000


@dataclass(frozen=True)
class Server:
    """A serving process, its database, and a key."""

    port: int
    pid: int
    folder: Path
    database: Database
    key: str

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def headers(self, **more: str) -> dict[str, str]:
        """The headers that every request has."""
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **more}

    def submit(self, connection: http.client.HTTPConnection) -> dict[str, Any]:
        """Submit one image."""
        connection.request("POST", "/v1/submissions", json.dumps({"image_url": IMAGE_URL}), self.headers())
        response = connection.getresponse()
        assert response.status == 202
        answer: dict[str, Any] = json.loads(response.read())
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    database = Database(f"sqlite:///{folder / 'kantei.sqlite3'}")
    migrate(database)
    made = make_client(database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KANTEI_")}
    environ |= {
        "KANTEI_DATA_DIR": str(folder),
        "KANTEI_SECRET_KEY": SECRET_KEY,
        "KANTEI_MAX_IMAGE_BYTES": str(MAX_IMAGE),
    }
    command = [sys.executable, "-m", "kantei", "api", "--port", str(port)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        running = Server(port, process.pid, folder, database, made.api_key)
        try:
            _wait_until_ready(running)
            yield running
        finally:
            process.terminate()
            process.wait(15)
            database.close()


def _wait_until_ready(server: Server) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with closing(server.connect()) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            pass
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_connection_is_kept_for_many_requests(server: Server) -> None:
    with closing(server.connect()) as connection:
        server.submit(connection)
        socket_before = connection.sock
        for _ in range(5):
            server.submit(connection)
        assert connection.sock is socket_before


def test_a_bell_from_another_process_ends_the_waiting(server: Server) -> None:
    with closing(server.connect()) as connection:
        submission = server.submit(connection)
        bell = FolderBell(server.folder / "bell")

        def work() -> None:
            time.sleep(0.5)
            examine(server.database, submission["id"])
            bell.ring(submission["id"])

        worker = threading.Thread(target=work)
        worker.start()
        start = time.monotonic()
        connection.request("GET", submission["links"]["self"] + "?wait=20", headers=server.headers())
        answer = json.loads(connection.getresponse().read())
        worker.join()
    assert answer["state"] == "examined"
    assert time.monotonic() - start < 1.9  # before the fallback would have looked


def test_waiting_requests_leave_room_for_others(server: Server) -> None:
    with closing(server.connect()) as connection:
        submission = server.submit(connection)
        waiting = [server.connect() for _ in range(60)]
        for one in waiting:
            one.request("GET", submission["links"]["self"] + "?wait=5", headers=server.headers())
        time.sleep(0.5)
        start = time.monotonic()
        server.submit(connection)
        assert time.monotonic() - start < 2
        for one in waiting:
            assert one.getresponse().status == 200
            one.close()


def chunks(piece: bytes, count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield piece


@pytest.mark.parametrize("path", ["/v1/submissions", "/v1/submissions/batch"])
def test_a_body_of_unknown_length_is_stopped_at_the_limit(server: Server, path: str) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for piece in chunks(b" " * 65_536, 3200):  # 200 MiB, if nobody stops it
            sent += len(piece)
            yield piece

    with closing(server.connect()) as connection:
        try:
            connection.request("POST", path, endless(), server.headers(), encode_chunked=True)
        except OSError:
            pass  # it hung up on us, which is as good
        else:
            assert connection.getresponse().status == 413
    assert sent < 64 * 1024 * 1024


def test_an_upload_in_chunks_is_taken(server: Server) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    form = "multipart/form-data; boundary=b"

    def body(size: int) -> Iterator[bytes]:
        yield head
        yield b"a" * size
        yield b"\r\n--b--\r\n"

    for size, status in ((MAX_IMAGE, 202), (MAX_IMAGE + 1, 413)):
        with closing(server.connect()) as connection:
            headers = server.headers(**{"Content-Type": form, "Transfer-Encoding": "chunked"})
            connection.request("POST", "/v1/submissions", body(size), headers, encode_chunked=True)
            assert connection.getresponse().status == status


def half_bodies(server: Server, count: int) -> Iterator[socket.socket]:
    head = b"POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    for number in range(count):
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        # Some stop within the headers, most within the body.
        raw.sendall(head if number % 10 == 0 else head + b'Content-Length: 500\r\n\r\n{"half')
        yield raw


def test_500_half_sent_bodies_hold_nobody_up(server: Server) -> None:
    with ExitStack() as held:
        for raw in half_bodies(server, 500):
            held.enter_context(raw)
        for _ in range(3):
            start = time.monotonic()
            with closing(server.connect()) as connection:
                server.submit(connection)
            with closing(server.connect()) as connection:
                connection.request("GET", "/readyz")
                assert connection.getresponse().status == 200
            assert time.monotonic() - start < 1
            time.sleep(0.3)
        assert max(sizes(server)) < 150_000_000


def test_of_too_many_unfinished_requests_the_oldest_are_closed(server: Server) -> None:
    with ExitStack() as held:
        raws = [held.enter_context(raw) for raw in half_bodies(server, FEWER + 50)]
        raws[0].settimeout(5)
        assert raws[0].recv(1) == b""
        raws[-1].sendall(b'"}' + b" " * 492)
        assert raws[-1].recv(12) == b"HTTP/1.1 401"


def test_a_body_too_large_for_any_address_is_refused_as_a_problem(server: Server) -> None:
    with closing(server.connect()) as connection:
        connection.putrequest("POST", "/v1/submissions")
        for name, value in server.headers(**{"Content-Length": str(2**40)}).items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        assert response.status == 413
        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(response.read())["code"] == "body_too_large"


JSON = b'{"image_url": "https://example.com/a.png"}'
FORM = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nbytes'


@pytest.mark.parametrize(
    ("content_type", "length", "body"),
    [
        ("application/json", "Content-Length: 500", JSON),
        ("application/json", "Transfer-Encoding: chunked", b"2a\r\n" + JSON + b"\r\n"),
        ("application/json", "Transfer-Encoding: chunked", b"ff\r\n" + JSON),
        ("multipart/form-data; boundary=b", "Content-Length: 500", FORM),
        ("multipart/form-data; boundary=b", "Transfer-Encoding: chunked", b"ff\r\n" + FORM),
    ],
)
def test_a_body_that_breaks_off_is_not_taken(
    server: Server, content_type: str, length: str, body: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        head = f"POST /v1/submissions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.key}\r\n"
        head += f"Content-Type: {content_type}\r\n{length}\r\n\r\n"
        raw.sendall(head.encode() + body)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(4096)
    assert answer == b"" or answer[9:12] in {b"400", b"422"}


def sizes(server: Server) -> list[int]:
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii")
    return [
        int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for pid in (server.pid, *children.split())
    ]


def test_the_process_stays_small(server: Server) -> None:
    with closing(server.connect()) as connection:
        for _ in range(50):
            server.submit(connection)
    assert max(sizes(server)) < 150_000_000
