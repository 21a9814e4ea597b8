"""A web server of our own on 127.0.0.1, as honest or as hostile as a test wants it.

It speaks just enough HTTP/1.1, by hand, so that it can also speak it wrongly.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Reply:
    """An ordinary answer; `Content-Length` is right unless `headers` says another."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def written(self, *, is_head: bool = False) -> bytes:
        """Write the answer as it goes over the wire."""
        headers = {"Content-Type": "image/png", "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head if is_head else head + self.body


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Talk:
    """What a script gets to misbehave with."""

    socket: socket.socket
    closing: threading.Event

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def drip(self, data: bytes, every: float) -> None:
        """Send one byte at a time, so many seconds apart, until all is sent or the server closes."""
        for byte in data:
            self.socket.sendall(bytes([byte]))
            if self.closing.wait(every):
                return

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than the server lives."""
        self.closing.wait(seconds)


Script = Callable[[Talk], None]


class Server:
    """Serves what it is told to, each connection in a thread, until its `with` block ends.

    `connections` counts what was accepted, `asked` holds every request; after a script the
    connection is closed. With `greet`, the script runs at once, before any request is read.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        greet: Script | None = None,
    ) -> None:
        self.connections = 0
        self.asked: list[Asked] = []
        self.failures: list[BaseException] = []
        self.closing = threading.Event()
        self._tls = tls
        self._greet = greet
        self._replies: dict[str, Reply] = {}
        self._scripts: dict[str, Script] = {}
        self._views: dict[str, Callable[[Asked], Reply]] = {}
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=128)
        self.host = host
        self.port: int = self._listener.getsockname()[1]

    def reply(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer a path with this, for good; give its URL. `content_type=` becomes `Content-Type`."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        self._replies[path] = Reply(body, status, named)
        return self.url(path)

    def script(self, path: str, script: Script) -> str:
        """Hand the connection of a request for a path to a script; give the path's URL."""
        self._scripts[path] = script
        return self.url(path)

    def view(self, path: str, view: Callable[[Asked], Reply]) -> str:
        """Let a function answer every request for a path; give the path's URL."""
        self._views[path] = view
        return self.url(path)

    def url(self, path: str = "/", host: str | None = None) -> str:
        """Write the URL of a path, under another host's name where wanted."""
        place = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'http' if self._tls is None else 'https'}://{place}:{self.port}{path}"

    def __enter__(self) -> "Server":
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        # Closing alone does not wake a thread that waits in accept(); this does.
        self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for talk in self._open:
                _shut(talk)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()
        if self.failures and kind is None:
            raise self.failures[0]

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                talk, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(talk)
            self._start(self._serve, talk)

    def _serve(self, plain: socket.socket) -> None:
        talk = plain
        try:
            if self._tls is not None:
                talk = self._tls.wrap_socket(plain, server_side=True)
                with self._lock:
                    self._open.add(talk)
            if self._greet is not None:
                self._greet(Talk(talk, self.closing))
                return
            with talk.makefile("rb") as lines:
                while (asked := _read(lines)) is not None and not self.closing.is_set():
                    with self._lock:
                        self.asked.append(asked)
                    if not self._answer(asked, talk):
                        return
        except (OSError, ValueError):  # the client went away, or the server is closing
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
            self.failures.append(error)
        finally:
            with self._lock:
                self._open -= {plain, talk}
            _shut(talk)
            talk.close()
            plain.close()

    def _answer(self, asked: Asked, talk: socket.socket) -> bool:
        path = asked.target.split("?", 1)[0]
        if path in self._scripts:
            self._scripts[path](Talk(talk, self.closing))
            return False
        if path in self._views:
            reply = self._views[path](asked)
        else:
            reply = self._replies.get(path, Reply(b"nothing here", 404))
        talk.sendall(reply.written(is_head=asked.method == "HEAD"))
        return True


def _read(lines: BinaryIO) -> Asked | None:
    words = lines.readline().decode("latin-1").split()
    if len(words) != 3:
        return None
    headers: dict[str, str] = {}
    while (line := lines.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = lines.read(int(headers.get("content-length", "0"))) or b""
    return Asked(words[0], words[1], headers, body)


def _shut(talk: socket.socket) -> None:
    with suppress(OSError):
        talk.shutdown(socket.SHUT_RDWR)
