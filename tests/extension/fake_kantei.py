"""A server that answers in the shape of the real one, as its test tells it to."""

import email
import email.policy
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.headlines import Audience, headline
from core.sayings.codes import FailureDetail, Reason
from core.sayings.saying import render, say
from core.sayings.stored import detail_json, reasons_json, saying_json
from core.vocabulary import Basis, Finding
from tests.extension.drawing import png

KEY = "kt_a-key-of-the-tests"
REFUSED = say(FailureDetail.ERROR_STATUS, host="pictures.example", status=403)
MODEL = "mobilenet_v2-2026.11-00000000"
GAUGE = {
    "score_range": None,
    "human_share": 0.061,
    "thresholds": {"clear_below": 0.13, "declared_from": 0.6, "flagged_from": 0.93},
}


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


@dataclass
class FakeKantei:
    """What it knows, and how it behaves; tests change both while it runs."""

    address: str = ""
    keys: set[str] = field(default_factory=lambda: {KEY})
    seen: list[Seen] = field(default_factory=list)
    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    appeals: dict[str, Any] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    is_busy: bool = False
    unreachable: Callable[[str], str | None] = lambda _url: None
    finding: Callable[[str], str] = lambda _url: "flagged"
    refusal: tuple[int, str, dict[str, str]] | None = None
    has_appeals: bool = True
    has_artist_page: bool = False
    model: str = MODEL
    evidence: tuple[dict[str, Any], ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, method: str, path: str) -> list[Seen]:
        """List the requests for one path."""
        return [one for one in self.seen if one.method == method and urlsplit(one.path).path == path]

    def add(self, url: str | None, data: bytes | None, key: str | None) -> tuple[int, dict[str, Any]]:
        """Take one submission in."""
        with self.lock:
            if key is not None and key in self.by_key:
                return 200, self.submissions[self.by_key[key]]
            number = f"s{len(self.submissions) + 1:04}"
            submission = {
                "id": number, "state": "queued", "source": "extension", "image_url": url, "page_url": None,
                "title": None, "listing_id": None, "external_id": None, "created_at": "2026-11-24T03:00:00Z",
                "examined_at": None, "image": None, "verdict": None, "decision": None, "failure": None,
                "links": {"self": f"/v1/submissions/{number}", "appeal": None, "heatmap": None},
                "_bytes": data,
            }  # fmt: skip
            self.submissions[number] = submission
            if key is not None:
                self.by_key[key] = number
        return 202, submission

    def look(self, submission: dict[str, Any]) -> dict[str, Any]:
        """End a submission, unless the server is busy."""
        if submission["state"] == "queued" and not self.is_busy:
            self._end(submission)
        return {name: value for name, value in submission.items() if not name.startswith("_")}

    def _end(self, submission: dict[str, Any]) -> None:
        url = submission["image_url"] or ""
        code = None if submission["_bytes"] else self.unreachable(url)
        if code is not None:
            submission["failure"] = {"code": code, "permanent": True, **detail_json(saying_json(REFUSED))}
            submission["state"] = "failed"
            return
        finding = self.finding(url)
        score = {"flagged": 0.97, "uncertain": 0.55, "clear": 0.04}[finding]
        digest = sha256(submission["_bytes"] or url.encode()).hexdigest()
        facts = {"sha256": digest, "width": 1024, "height": 1536, "format": "png", "bytes": 812345}
        says = saying_json(say(Reason.PIXELS_FLAGGED, score=score, flagged_from=0.9))
        head = headline(Audience.READER, Finding(finding), Basis.PIXELS, [])
        pixels = {"kind": "pixels", "grade": "hint", "label": "ai", "generator": None, **detail_json(says)}
        number = submission["id"]
        submission |= {
            "state": "examined", "examined_at": "2026-11-24T03:00:01Z", "image": facts,
            "verdict": {
                "finding": finding, "score": score, **GAUGE, "basis": "pixels",
                "headline": render(head), "headline_code": head.code.value,
                "label": {"flagged": "ai", "clear": "human"}.get(finding),
                "model": self.model, "policy": "2026-11-1",
                **reasons_json([says]),
                "evidence": [pixels, *self.evidence],
            },
            "links": {"self": f"/v1/submissions/{number}", "appeal": f"/v1/submissions/{number}/appeal",
                      "heatmap": f"/v1/submissions/{number}/heatmap"},
        }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kantei: FakeKantei

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kantei = self.kantei
        kantei.seen.append(Seen(self.command, self.path, dict(self.headers), body))
        if kantei.refusal is not None:
            status, code, headers = kantei.refusal
            return self._problem(status, code, headers)
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in kantei.keys:
            return self._problem(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if (self.command, parts.path) == ("POST", "/v1/submissions"):
            return self._submit(body)
        if (self.command, parts.path) == ("POST", "/v1/submissions/batch"):
            return self._batch(json.loads(body))
        if (self.command, parts.path) == ("GET", "/v1/submissions"):
            rows = list(kantei.submissions.values())[::-1][: int(query.get("limit", ["50"])[0])]
            return self._json(200, {"submissions": [kantei.look(row) for row in rows], "next_cursor": None})
        if (self.command, parts.path) == ("POST", "/v1/reports"):
            return self._report(json.loads(body))
        found = re.fullmatch(r"/v1/submissions/(\w+)(/appeal|/heatmap|/appeal-link)?", parts.path)
        submission = kantei.submissions.get(found[1]) if found else None
        if submission is None or found is None:
            return self._problem(404, "not_found")
        if found[2] == "/heatmap":
            return self._send(200, "image/png", png("heat", (320, 480)))
        if found[2] == "/appeal-link":
            if not kantei.has_artist_page:
                return self._problem(404, "not_found")
            return self._json(201, {"page": "/appeal/signed", "expires_at": "2026-12-24T03:00:00Z"})
        if found[2] == "/appeal":
            return self._appeal(submission["id"], json.loads(body))
        until = time.monotonic() + float(query.get("wait", ["0"])[0])
        while kantei.look(submission)["state"] == "queued" and time.monotonic() < until:
            time.sleep(0.02)
        return self._json(200, kantei.look(submission))

    def _report(self, fields: dict[str, Any]) -> None:
        assert set(fields) == {"submission_id", "reader"}, fields
        if fields["submission_id"] not in self.kantei.submissions:
            return self._problem(404, "not_found")
        self.kantei.reports.append(fields)
        return self._json(202, {"id": "0" * 32, **fields, "created_at": "2026-11-24T03:00:00Z"})

    def _submit(self, body: bytes) -> None:
        kind = self.headers["Content-Type"]
        key = self.headers.get("Idempotency-Key")
        if kind.startswith("multipart/form-data"):
            whole = email.message_from_bytes(
                f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP
            )
            (part,) = whole.iter_parts()
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            self.kantei.uploads.append(data)
            status, made = self.kantei.add(None, data, key)
        else:
            fields = json.loads(body)
            assert set(fields) == {"image_url"}, fields
            status, made = self.kantei.add(fields["image_url"], None, key)
        # Like the real one: a new submission is queued, whatever is known of its image.
        self._json(status, {name: value for name, value in made.items() if not name.startswith("_")})

    def _batch(self, asked: dict[str, Any]) -> None:
        made = [self.kantei.add(one["image_url"], None, None)[1] for one in asked["submissions"]]
        results = [
            {"status": 202, "problem": None,
             "submission": {name: value for name, value in one.items() if not name.startswith("_")}}
            for one in made
        ]  # fmt: skip
        self._json(202, {"accepted": len(made), "refused": 0, "results": results})

    def _appeal(self, number: str, asked: dict[str, Any]) -> None:
        if not self.kantei.has_appeals:
            return self._problem(404, "not_found")
        if number in self.kantei.appeals:
            return self._problem(409, "appeal_open")
        self.kantei.appeals[number] = asked
        return self._json(201, {"id": "a1", "state": "open"})

    def _problem(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        problem = {
            "type": f"/docs/problems/{code}",
            "title": code,
            "status": status,
            "detail": code,
            "code": code,
        }
        self._send(status, "application/problem+json", json.dumps(problem).encode(), headers)

    def _json(self, status: int, answer: object) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class QuietServer(ThreadingHTTPServer):
    """A server that does not mind clients that go away."""

    daemon_threads = True
    connections: set[socket.socket]

    def server_activate(self) -> None:
        """Begin with no connection."""
        self.connections = set()
        super().server_activate()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note a connection."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        """Close what browsers keep open: a server that is down answers nobody."""
        super().server_close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a broken connection be."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[int]:
    """Serve on 127.0.0.1; give the port."""
    server = QuietServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def fake_kantei(kantei: FakeKantei | None = None, port: int = 0) -> Iterator[FakeKantei]:
    """Serve a fake; a given one comes back as it was, for servers that stop and start."""
    kantei = kantei or FakeKantei()
    handler = type("Handler", (_Handler,), {"kantei": kantei})
    with listening(handler, port) as found:
        kantei.address = f"http://127.0.0.1:{found}"
        yield kantei
