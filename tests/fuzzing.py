"""Mutate what strangers send, and watch every parser but those of `tests.provenance.fuzzing`.

Each may refuse in the way that it says it does, and in no other; none may take long. The suite runs a short
form. The long one: `python -m tests.fuzzing 100000 [SEED]`.
"""

import contextlib
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image
from werkzeug.exceptions import RequestEntityTooLarge

from api.http.appeal_tokens import make_appeal_token, read_appeal_token
from api.review.frame.page_error import PageError
from api.schemas.problems import Problem
from api.v1.intake.cursors import read_cursor, write_cursor
from core.urls import UrlError, parse_web_url
from core.vocabulary import Scheme
from marketplace.dialects import read_delivery
from marketplace.signatures import is_signed
from model.serving.picture import PictureError, decode_picture
from tests import fuzzing_requests as requests
from tests.model.drawing import saved
from tests.model.files import animated, apng, interlaced_png
from tests.provenance.fuzzing import mend_checksums
from tests.provenance.writing import drawing
from worker.outbound.retry_after import retry_after

SLOW = 2.0  # seconds for one small input
KEY = "a secret of the tests, long enough to be one"
EDGES = (
    *(
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"%00",
        b"\\",
        b"@",
        b"[",
        b"{",
        b'"',
        b"e999",
        b"-1",
        b"\r\n",
        b"null",
    ),
    *(b"[" * 400, b'{"a":' * 400, "\uff11\uff12".encode(), b"9" * 400, b"xn--", b"::ffff:", b"=" * 40),
    b"null",
    "\u202e".encode(),
)
PRODUCT = {
    "id": 1,
    "title": "a",
    "images": [{"id": 2, "src": "https://a.example/b.png"}],
    "updated_at": "2026-11-24",
}
LISTING = {
    "type": "listing.updated",
    "timestamp": "2026-11-24T00:00:00Z",
    "data": {"listing_id": "1", "title": "a", "images": [{"url": "https://a.example/b.png", "id": "2"}]},
}
TOPICS = {
    Scheme.STANDARD: {},
    Scheme.SHOPIFY: {"x-shopify-topic": "products/update"},
    Scheme.WOOCOMMERCE: {"x-wc-webhook-topic": "product.updated"},
}
URLS = (
    b"https://example.com/a.png?b=c#d",
    b"http://0x7f.1:8080/",
    b"https://[2001:db8::1]:443/a",
    "https://例え.jp/絵.png".encode(),
    b"//example.com",
)


@dataclass(frozen=True, slots=True)
class Target:
    """One parser: what it is given at its best, how it is called, and how it may refuse."""

    seeds: Sequence[bytes]
    call: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...] = ()


@dataclass(slots=True)
class Report:
    """What a run saw: inputs, those that were refused, the slowest, and whatever went wrong."""

    inputs: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def pictures() -> list[bytes]:
    """Save a small picture in every format that is opened, and a few of its modes; animations; cut files."""
    picture = Image.fromarray(drawing(24, 16, channels=4))
    frames = [picture.convert("RGB"), picture.convert("RGB").rotate(180), picture.convert("RGB").rotate(90)]
    found = [
        interlaced_png(picture),
        *(apng(frames), apng(frames, hidden=frames[0])),
        *(animated(kind, frames) for kind in ("GIF", "WEBP", "AVIF")),
        saved(picture.convert("RGB"), "JPEG", progressive=True),
        saved(picture, "WEBP", lossless=True),
        saved(picture.convert("P"), "GIF", interlace=1, transparency=3),
    ]
    for kind, mode in [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("JPEG", "RGB"), ("JPEG", "CMYK")] + [
        (kind, "RGB") for kind in ("WEBP", "GIF", "AVIF", "BMP")
    ]:
        found.append(saved(picture.convert(mode), kind))
    return found + [data[: len(data) * 7 // 10] for data in found]


def _decode(data: bytes) -> None:
    """Decode as it is; a PNG with right checksums, too, which would hide what is changed."""
    if data.startswith(b"\x89PNG"):
        mended = bytearray(data)
        mend_checksums(mended)
        with contextlib.suppress(PictureError):
            decode_picture(bytes(mended), max_pixels=1_000_000)
    decode_picture(data, max_pixels=1_000_000)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _deliver(data: bytes) -> None:
    for scheme, headers in TOPICS.items():
        reading = read_delivery(scheme, headers, data)
        assert reading.news is None or reading.is_readable
    read_delivery(Scheme.SHOPIFY, {"x-shopify-topic": _text(data[:200])}, data)


def _verify(data: bytes) -> None:
    names = (
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "x-shopify-hmac-sha256",
        "x-wc-webhook-signature",
    )
    values = data.split(b"\n")
    headers = {name: _text(values[at % len(values)]) for at, name in enumerate(names)}
    for scheme in Scheme:
        assert not is_signed(scheme, [b"k" * 32], headers, data), "a forged signature passed"


def _cursor(data: bytes) -> None:
    text = _text(data)
    assert write_cursor(read_cursor(text)) == text


def _appeal(data: bytes) -> None:
    text = data.decode("utf-8", "replace")  # as the path of an address is decoded
    assert read_appeal_token(KEY, text) is None or text == TOKEN.decode(), "a forged token passed"


SIGNED = b"msg_1\n1764000000\nv1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1a,AAAA"
TOKEN = make_appeal_token(KEY, "0" * 32).encode()
TARGETS = {
    "urls": Target(URLS, lambda data: parse_web_url(_text(data)), (UrlError,)),
    "deliveries": Target([json.dumps(item).encode() for item in (PRODUCT, LISTING)], _deliver),
    "signatures": Target([SIGNED, SIGNED.replace(b"1764", b"9" * 30)], _verify),
    "cursors": Target([write_cursor("0a" * 16).encode()], _cursor, (Problem,)),
    "appeal tokens": Target(
        [TOKEN, b"." * 40], lambda data: read_appeal_token(KEY, data.decode("utf-8", "replace"))
    ),
    "session cookies": Target([requests.cookie_seed()], requests.session_cookie),
    "forms": Target([requests.FORM, b"http://[localhost"], requests.form, (PageError,)),
    "api keys": Target([b"Bearer kt_0123456789"], requests.api_key, (Problem,)),
    "queue addresses": Target(
        [b"open&risk&flagged&proof&mine&7&api", requests.POSITION], requests.queue_address
    ),
    "json bodies": Target([json.dumps(LISTING).encode()], requests.json_body, (Problem,)),
    "appeals": Target(
        [requests.UPLOAD.replace(b'"image"', b'"files"')],
        requests.appeal,
        (Problem, RequestEntityTooLarge),
    ),
    "uploads": Target([requests.UPLOAD], requests.upload, (Problem, RequestEntityTooLarge)),
    "retry-after": Target(
        [b"120", b"Wed, 21 Oct 2026 07:28:00 GMT"], lambda data: retry_after(data.decode("latin-1"))
    ),
    "pictures": Target(pictures(), _decode, (PictureError,)),
}


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Change an input in a few places."""
    out = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 4, 12))):
        at = random_.randrange(len(out) + 1)
        way = random_.randrange(6)
        if way == 0 and at < len(out):
            out[at] ^= 1 << random_.randrange(8)
        elif way == 1:
            out[at:at] = random_.choice(EDGES)
        elif way == 2:
            del out[at : at + random_.randrange(1, 12)]
        elif way == 3:
            out[at : at + 4] = random_.randbytes(4)
        elif way == 4:
            out[at:at] = out[at : at + random_.randrange(1, 40)] * random_.choice((1, 3, 60))
        else:
            del out[at:]
    return bytes(out)


def run(name: str, count: int, seed: int) -> Report:
    """Run one parser on so many mutants; a fault names the input that caused it."""
    target, random_, report = TARGETS[name], random.Random(f"{name} {seed}"), Report()
    for _ in range(count):
        data = mutated(random_.choice(target.seeds), random_)
        started = time.perf_counter()
        report.inputs += 1
        try:
            target.call(data)
        except target.refuses:
            report.refused += 1
        except Exception as error:  # noqa: BLE001  # it is what is looked for
            report.faults.append(f"{name}: {type(error).__name__}: {error}: {data[:300]!r}")
        took = time.perf_counter() - started
        report.slowest = max(report.slowest, took)
        if took > SLOW:
            report.faults.append(f"{name}: took {took:.1f} s: {data[:300]!r}")
    return report


def main() -> None:
    """Run for as many inputs as the command line says, over all parsers; exit 1 at any fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    faults: list[str] = []
    for name in TARGETS:
        report = run(name, -(-count // len(TARGETS)), seed)
        faults += report.faults
        sys.stdout.write(
            f"{name:16}{report.inputs:9,} inputs, {report.refused:8,} refused, slowest"
            f" {1000 * report.slowest:5.0f} ms, {len(report.faults)} faults\n"
        )
    for fault in faults[:20]:
        sys.stdout.write(fault + "\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
