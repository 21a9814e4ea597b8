"""A marketplace that serves many small pictures, and whose receiver of call backs has moods."""

import struct
import threading
import time
import zlib
from collections import Counter
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from kantei_client import SignatureError, verify_callback

SIDE = 16  # pixels


class Mood(StrEnum):
    """How the receiver takes a call."""

    WELL = "well"
    DOWN = "down"
    SLOW = "slow"
    ERROR = "500"
    AWAY = "302"
    HANGS_UP = "hangs up"
    GONE = "410"


STATUSES = {Mood.WELL: 200, Mood.SLOW: 200, Mood.ERROR: 500, Mood.AWAY: 302, Mood.GONE: 410}


class Moody(ThreadingHTTPServer):
    """Answers call backs at `/hook` as its mood is, and any GET with a picture.

    `heard` counts how often each event arrived while the mood was well, `sequences` holds their
    numbers, and `forged` counts calls whose signature is wrong.
    """

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, *, slow: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mood = Mood.WELL
        self.secret = ""
        self.slow = slow
        self.heard: Counter[str] = Counter()
        self.sequences: dict[str, int] = {}
        self.calls: Counter[str] = Counter()
        self.forged = 0
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        """The address that it serves at."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "Moody":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that were killed during a request."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Moody

    def do_GET(self) -> None:  # http.server's name
        """Serve a picture that no other path shows."""
        self._say(200, tiny_picture(zlib.crc32(self.path.encode())), "image/png")

    def do_POST(self) -> None:  # the same
        """Take a call, in the mood of the moment."""
        moody, body = self.server, self.rfile.read(int(self.headers.get("Content-Length", "0")))
        mood = moody.mood
        with moody.lock:
            moody.calls[mood] += 1
        if mood is Mood.SLOW:
            time.sleep(moody.slow)
        if mood in {Mood.DOWN, Mood.HANGS_UP}:
            self.close_connection = True
            return
        if mood in {Mood.WELL, Mood.SLOW}:
            self._hear(body)
        self._say(STATUSES[mood], b"heard")

    def _hear(self, body: bytes) -> None:
        moody = self.server
        try:
            event = verify_callback(body, dict(self.headers.items()), [moody.secret])
        except SignatureError:
            moody.forged += 1
            return
        with moody.lock:
            moody.heard[event["id"]] += 1
            moody.sequences[event["id"]] = event["sequence"]

    def _say(self, status: int, body: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == STATUSES[Mood.AWAY]:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        """Be quiet."""


def tiny_picture(number: int) -> bytes:
    """Write a PNG whose colours say which number it is."""
    colour = struct.pack(">I", number)
    row = b"\0" + (colour[:3] + colour[1:]) * (SIDE // 2)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * SIDE)),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
