"""Pictures for measuring, served by a process of their own.

Drawn in the sizes that people send, or those of a folder.
"""

import io
import itertools
import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = {".webp", ".png", ".jpg", ".jpeg"}
# Sides in pixels and kinds as found among 3,051 anime pictures of the web: the tenths of their areas.
SIZES = (
    (512, 512),
    (600, 600),
    (512, 768),
    (720, 1000),
    (960, 1020),
    (1024, 1280),
    (1104, 1700),
    (1080, 1920),
    (1500, 1536),
    (2048, 1440),
)
KINDS = ("JPEG", "JPEG", "JPEG", "JPEG", "PNG", "PNG", "PNG", "WEBP", "WEBP", "WEBP")


def make_pictures(folder: Path | None, count: int) -> list[bytes]:
    """The files of a folder in a shuffled but constant order, or so many drawn pictures."""
    if folder is None:
        chance = random.Random(1)  # noqa: S311  # the same choice each time
        kinds = chance.sample(KINDS, len(KINDS))
        chosen = itertools.islice(itertools.cycle(zip(SIZES, kinds, strict=True)), count)
        return [draw(number, size, kind) for number, (size, kind) in enumerate(chosen)]
    files = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    random.Random(1).shuffle(files)  # noqa: S311
    return [path.read_bytes() for path in files[:count]]


def draw(number: int, size: tuple[int, int], kind: str) -> bytes:
    """Draw areas of colour with slopes and a little noise, and save them as the web does."""
    chance = np.random.default_rng(number)
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    colours = chance.integers(20, 236, (8, 3))
    waves = chance.uniform(80, 240, 2)
    area = (2 * np.sin(x / waves[0]) + 2 * np.cos(y / waves[1]) + 4).astype(int) % 8
    slope = (30 * np.sin((x + 2 * y) / 300))[:, :, None]
    rgb = colours[area] + slope + chance.normal(0, 2, (height, width, 1))
    out = io.BytesIO()
    picture = Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))
    picture.save(out, kind, **({} if kind == "PNG" else {"quality": 88}))
    return out.getvalue()


@contextmanager
def served(pictures: list[bytes], *, pause: float = 0) -> Iterator[str]:
    """Serve pictures on 127.0.0.1 and give the address to put a number behind.

    Number n is answered with picture n modulo their number, and n behind its end: the same pixels, but
    bytes that nobody has seen, so that no verdict is known for them. Each answer takes `pause` seconds.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(pictures, pause, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        process.terminate()
        process.join()


def _serve(pictures: list[bytes], pause: float, theirs: Connection) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number = int(self.path.rsplit("/", 1)[1].split(".")[0])
            body = pictures[number % len(pictures)] + f"\n{number}".encode()
            time.sleep(pause)
            self.send_response(200)
            self.send_header("Content-Type", "image/*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    theirs.send(server.server_address[1])
    server.serve_forever()
