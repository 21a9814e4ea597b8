"""A small S3 of our own on 127.0.0.1: it checks every signature (AWS Signature Version 4) and lies to nobody.

Objects live in memory. It knows what a blob store needs: put, get, head, delete, list (version 2).
"""

import hashlib
import hmac
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY, BUCKET, REGION = "access-key-of-tests", "secret-key-of-tests", "pictures", "eu-test-1"
PAGE = 3  # names in one answer; few, so that tests read on


class S3Server:
    """Serves one bucket until its `with` block ends; `refuses` makes every answer a 503."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.asked: list[tuple[str, str]] = []
        self.refuses = False
        self.lock = threading.Lock()
        server = self

        class Handler(_Handler):
            s3 = server

        self._http = ThreadingHTTPServer((host, 0), Handler)
        self._http.daemon_threads = True
        self.endpoint = f"http://{host}:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def settings(self) -> dict[str, str]:
        """The settings that lead here."""
        return {
            "KANTEI_BLOBS_URL": f"s3://{BUCKET}/kept?endpoint={self.endpoint}&region={REGION}",
            "KANTEI_BLOBS_ACCESS_KEY": ACCESS_KEY,
            "KANTEI_BLOBS_SECRET_KEY": SECRET_KEY,
        }

    def __enter__(self) -> "S3Server":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    s3: S3Server
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self._body()
        if self._admit(body):
            with self.s3.lock:
                self.s3.objects[self._key()] = (body, datetime.now(UTC))
            self._say(200, headers={"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'})

    def do_GET(self) -> None:
        if not self._admit(self._body()):
            return
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if query.get("list-type") == "2":
            self._list(query)
            return
        found = self.s3.objects.get(self._key())
        if found is None:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._say(200, found[0], headers=_facts(found))

    def do_HEAD(self) -> None:
        if self._admit(self._body()):
            found = self.s3.objects.get(self._key())
            self._say(404) if found is None else self._say(200, found[0], headers=_facts(found))

    def do_DELETE(self) -> None:
        if self._admit(self._body()):
            with self.s3.lock:
                self.s3.objects.pop(self._key(), None)
            self._say(204)

    def _list(self, query: dict[str, str]) -> None:
        after = query.get("continuation-token") or query.get("start-after", "")
        names = sorted(
            name for name in self.s3.objects if name.startswith(query.get("prefix", "")) and name > after
        )
        page, more = names[:PAGE], len(names) > PAGE
        items = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(self.s3.objects[name][0])}</Size>"
            f"<LastModified>{self.s3.objects[name][1].strftime('%Y-%m-%dT%H:%M:%S.000Z')}</LastModified></Contents>"
            for name in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        end = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}"
        self._say(
            200,
            f"<ListBucketResult>{items}{end}</ListBucketResult>".encode(),
            headers={"Content-Type": "application/xml"},
        )

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _admit(self, body: bytes) -> bool:
        with self.s3.lock:
            self.s3.asked.append((self.command, self.path))
        if self.s3.refuses:
            self._say(503, b"<Error><Code>SlowDown</Code></Error>")
            return False
        if not self._is_signed(body):
            self._say(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return False
        return True

    def _is_signed(self, body: bytes) -> bool:
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "AWS4-HMAC-SHA256" or "X-Amz-Signature" in self.path:
            return False
        access_key, date, region, service, end = fields["Credential"].split("/")
        payload = self.headers["x-amz-content-sha256"]
        if (access_key, region, service, end) != (ACCESS_KEY, REGION, "s3", "aws4_request"):
            return False
        if payload not in {hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"}:
            return False
        url = urlsplit(self.path)
        pairs = sorted(parse_qsl(url.query, keep_blank_values=True))
        request = "\n".join(
            [
                self.command,
                url.path,
                "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs),
                *(f"{name}:{self.headers[name].strip()}" for name in fields["SignedHeaders"].split(";")),
                "",
                fields["SignedHeaders"],
                payload,
            ]
        )
        scope = f"{date}/{region}/{service}/{end}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n{digest}"
        key = f"AWS4{SECRET_KEY}".encode()
        for part in (date, region, service, end):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), fields["Signature"])

    def _say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Log nothing."""


def _facts(found: tuple[bytes, datetime]) -> dict[str, str]:
    return {
        "Last-Modified": format_datetime(found[1], usegmt=True),
        "ETag": f'"{hashlib.md5(found[0], usedforsecurity=False).hexdigest()}"',
        "Content-Type": "application/octet-stream",
    }
