"""A site of our own with every kind of embedding, on two hosts: the pages, and a host for pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.extension.drawing import png
from tests.extension.fake_kantei import Seen, listening

SIZE = "width=160 height=120"

# What stands in the page, and the address that must be sent for it; None: its bytes must be.
# {c} is the host of pictures.
KINDS: dict[str, tuple[str, str | None]] = {
    "img": (f"<img id=t src='/p/plain.png' {SIZE}>", "/p/plain.png"),
    "srcset by width": (
        f"<img id=t src='/p/small.png' srcset='/p/small.png 320w, /p/large.png 1280w' sizes=160px {SIZE}>",
        "/p/large.png",
    ),
    "srcset by density": (
        f"<img id=t src='/p/one.png' srcset='/p/one.png 1x, /p/three.png 3x' {SIZE}>",
        "/p/three.png",
    ),
    "picture": (
        (
            f"<picture><source srcset='/p/wide.png 2000w, /p/mid.png 800w' sizes=160px>"
            f"<img id=t src='/p/fallback.png' {SIZE}></picture>"
        ),
        "/p/wide.png",
    ),
    "picture for dark pages": (
        (
            f"<picture><source media='(prefers-color-scheme: dark)' srcset='/p/dark.png'>"
            f"<img id=t src='/p/light.png' {SIZE}></picture>"
        ),
        "/p/light.png",
    ),
    "picture for telephones": (
        (
            f"<picture><source media='(max-width: 60px)' srcset='/p/phone.png 2400w'>"
            f"<img id=t src='/p/desk.png' {SIZE}></picture>"
        ),
        "/p/desk.png",
    ),
    "loaded, with its back for a script": (
        f"<img id=t src='/p/front.png' data-src='/p/back.png' {SIZE}>",
        "/p/front.png",
    ),
    "loaded, with another lazy set": (
        f"<img id=t src='/p/shown.png' data-srcset='/p/another.png 1600w' {SIZE}>",
        "/p/shown.png",
    ),
    "link to the next page": (
        f"<a href='/p/page-43.png'><img id=t src='/p/page-42.png' {SIZE}></a>",
        "/p/page-42.png",
    ),
    "native lazy": (f"<img id=t loading=lazy src='/p/native.png' {SIZE}>", "/p/native.png"),
    "script lazy": (
        (
            f"<img id=t src='data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='"
            f" data-src='/p/late.png' {SIZE}>"
        ),
        "/p/late.png",
    ),
    "lazy srcset": (
        f"<img id=t src='/p/blurred.png' data-srcset='/p/sharp.png 1600w, /p/blurred.png 64w' {SIZE}>",
        "/p/sharp.png",
    ),
    "background in the attribute": (
        "<div id=t style='width:160px;height:120px;background:url(/p/inline.png)'></div>",
        "/p/inline.png",
    ),
    "background by a rule": ("<div id=t class=ruled></div>", "/p/ruled.png"),
    "image-set": (
        (
            "<div id=t style='width:160px;height:120px;"
            "background-image:image-set(url(/p/set1.png) 1x, url(/p/set2.png) 2x)'></div>"
        ),
        "/p/set2.png",
    ),
    "background of ::before": ("<div id=t class=before></div>", "/p/before.png"),
    "under an overlay": (
        (
            f"<div style='position:relative;width:160px'><img src='/p/covered.png' {SIZE}>"
            "<div id=t style='position:absolute;inset:0'></div></div>"
        ),
        "/p/covered.png",
    ),
    "background under a link": (
        (
            "<div style='width:160px;height:120px;background:url(/p/linked.png)'>"
            "<a id=t href='/elsewhere' style='display:block;width:160px;height:120px'></a></div>"
        ),
        "/p/linked.png",
    ),
    "under a spacer": (
        (
            f"<div style='position:relative;width:160px'><img src='/p/guarded.png' {SIZE}>"
            "<img id=t src='/p/spacer.png' style='position:absolute;left:0;top:0;width:160px;height:120px'></div>"  # noqa: E501  # one tag
        ),
        "/p/guarded.png",
    ),
    "link to the original": (
        f"<a href='/p/original.png'><img id=t src='/p/thumb.png' {SIZE}></a>",
        "/p/original.png",
    ),
    "thumbnail of a known kind": (
        f"<img id=t src='/wp-content/uploads/2026/work-300x200.png' {SIZE}>",
        "/wp-content/uploads/2026/work.png",
    ),
    "another host": (f"<img id=t src='{{c}}/p/far.png' {SIZE}>", "{c}/p/far.png"),
    "svg image": (
        "<svg width=160 height=120><image id=t href='/p/vector.png' width=160 height=120 /></svg>",
        "/p/vector.png",
    ),
    "input": (f"<input id=t type=image src='/p/button.png' {SIZE}>", "/p/button.png"),
    "video poster": (f"<video id=t poster='/p/poster.png' {SIZE}></video>", "/p/poster.png"),
    "object": (f"<object id=t data='/p/object.png' type=image/png {SIZE}></object>", "/p/object.png"),
    "shadow tree": (
        f"<div id=t style='width:160px'><template shadowrootmode=open><img src='/p/shadow.png' {SIZE}></template></div>",  # noqa: E501  # one tag
        "/p/shadow.png",
    ),
    "frame": ("<iframe id=t src='/frame' width=200 height=160></iframe>", "/p/framed.png"),
    "canvas": ("<canvas id=t width=160 height=120></canvas>", None),
    "data address": (f"<img id=t alt=data {SIZE}>", None),
    "blob address": (f"<img id=t alt=blob {SIZE}>", None),
}

_HEAD = """<!doctype html><meta charset=utf-8><title>Gallery</title><style>
.ruled { width: 160px; height: 120px; background-image: url(/p/ruled.png) }
.before { width: 160px; height: 120px }
.before::before { content: ""; display: block; width: 160px; height: 120px; background: url(/p/before.png) }
body { margin: 40px } .grid img { width: 240px; height: 240px; margin: 4px; object-fit: cover }
* { box-sizing: content-box } div { color: green }
</style>"""

_SCRIPT = """<script>
const t = document.getElementById("t");
if (t && t.localName === "canvas") {
  const pen = t.getContext("2d"); pen.fillStyle = "teal"; pen.fillRect(0, 0, 160, 120);
  pen.fillStyle = "gold"; pen.fillRect(20, 20, 60, 60);
}
if (t && t.alt) fetch("/p/bytes.png").then((r) => r.blob()).then((b) => {
  if (t.alt === "blob") { t.src = URL.createObjectURL(b); return }
  const reader = new FileReader(); reader.onload = () => t.src = reader.result; reader.readAsDataURL(b);
});
</script>"""

# 500 pictures in twenty steps: the next page is added when the end comes near.
_ENDLESS = """<div class=grid id=grid></div><script>
let made = 0;
function more() {
  for (let i = 0; i < 25 && made < 500; i += 1, made += 1) {
    const image = document.createElement("img"); image.src = `/p/endless${made}.png`; grid.append(image);
  }
}
more(); more();
addEventListener("scroll", () => {
  if (scrollY + innerHeight * 2 > document.body.scrollHeight) more();
  document.title = `Gallery ${made}`;
}, { passive: true });
</script>"""


@dataclass
class Site:
    """Where it is, and what was asked of it."""

    base: str = ""
    cdn: str = ""
    seen: list[Seen] = field(default_factory=list)
    page: str = ""
    size: tuple[int, int] = (320, 240)

    def show(self, html: str) -> str:
        """Make a page of some HTML; give its address."""
        self.page = html
        return f"{self.base}/page"

    def asked(self, path: str) -> list[Seen]:
        """List the requests for one path."""
        return [one for one in self.seen if urlsplit(one.path).path == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        site = self.site
        site.seen.append(Seen("GET", self.path, dict(self.headers), b""))
        parts = urlsplit(self.path)
        kind = parse_qs(parts.query).get("kind", [""])[0]
        if parts.path == "/p/spacer.png":
            self._send("image/png", png("spacer", (1, 1)))
        elif parts.path.startswith(("/guarded/", "/members/")):
            # Hot-link protection as picture sites have it: their own pages, and nobody else. What is for
            # members wants their cookie as well.
            is_welcome = self.headers.get("Referer", "").startswith(site.base)
            if parts.path.startswith("/members/"):
                is_welcome &= "visitor=secret" in self.headers.get("Cookie", "")
            if is_welcome:
                self._send("image/png", png(parts.path))
            else:
                self._send("text/plain", b"Forbidden", 403)
        elif parts.path.endswith(".png"):
            self._send("image/png", png(parts.path, site.size))
        elif parts.path == "/kind":
            self._send("text/html", (_HEAD + KINDS[kind][0].replace("{c}", site.cdn) + _SCRIPT).encode())
        elif parts.path == "/frame":
            self._send("text/html", f"<body style='margin:0'><img src='/p/framed.png' {SIZE}>".encode())
        elif parts.path == "/endless":
            self._send("text/html", (_HEAD + _ENDLESS).encode())
        else:
            self._send("text/html", (_HEAD + site.page + _SCRIPT).encode())

    def _send(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "visitor=secret; SameSite=Lax")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def site(
    page_host: str = "gallery.test", picture_host: str = "pictures.test", size: tuple[int, int] = (320, 240)
) -> Iterator[Site]:
    """Serve the site under two names that the browser is told to find here; pictures have one size."""
    found = Site(size=size)
    handler = type("Handler", (_Handler,), {"site": found})
    with listening(handler) as port, listening(handler) as other:
        found.base = f"http://{page_host}:{port}"
        found.cdn = f"http://{picture_host}:{other}"
        yield found
