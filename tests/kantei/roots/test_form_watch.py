"""A form with a file that will be refused is not received to its end."""

from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from urllib3 import encode_multipart_formdata
from waitress.adjustments import Adjustments

from api.http.parts import FileLimits
from api.v1.appeals.file_kinds import HEAD
from api.v1.appeals.file_rules import FileFault
from kantei.roots.buffering import Parser

Field = tuple[str, str | tuple[str, bytes]]
LIMITS = FileLimits(files=3, bytes=2_000_000, each=1_000_000)
REASON = ("reason", "I drew this; the layers are here.")
PSD = b"8BPS\x00\x01"


def receive(
    *parts: Field, path: str = "/appeal/token", announced: int = 0, free: int | None = None
) -> tuple[Parser, int, bytes]:
    """Send a form in small pieces; give what was received of it, how many bytes that took, and the body."""
    body, content_type = encode_multipart_formdata(parts)
    length = announced or len(body)
    head = f"POST {path} HTTP/1.1\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    adj = Adjustments()
    adj.without_files = adj
    adj.watched = SimpleNamespace(**{name: getattr(adj, name) for name in dir(adj) if name[0] != "_"})
    adj.watched.file_limits = LIMITS
    adj.watched.free_bytes = lambda: free
    parser, sent, at = Parser(adj), head.encode() + body, 0
    while not parser.completed and at < len(sent):
        at += parser.received(sent[at : at + 8192])
    body = parser.get_body_stream().read()
    parser.close()
    return parser, at, body


def _file(name: str, data: bytes) -> Field:
    return "files", (name, data)


def test_what_is_within_the_limits_comes_in_whole() -> None:
    large = PSD + bytes(900_000)
    parser, taken, body = receive(REASON, _file("a.psd", large), _file("b.psd", PSD))
    assert parser.completed
    assert parser.error is None
    assert parser.watch is not None
    assert parser.watch.fault is None
    assert body.count(large) == 1
    assert taken > len(large)


@pytest.mark.parametrize(
    ("file", "fault", "most"),
    [
        (_file("run.psd", b"MZ" + bytes(900_000)), (FileFault.WRONG_KIND, "run.psd"), 3 * HEAD),
        (_file("all.zip", b"PK\3\4" + bytes(900_000)), (FileFault.WRONG_KIND, "all.zip"), 3 * HEAD),
        (_file("big.psd", PSD + bytes(1_500_000)), (FileFault.TOO_LARGE, "big.psd"), 1_020_000),
        (_file("none.psd", b""), (FileFault.EMPTY, "none.psd"), 3 * HEAD),
    ],
)
def test_no_more_is_taken_than_it_needs_to_know(file: Field, fault: tuple[FileFault, str], most: int) -> None:
    parser, taken, body = receive(REASON, file, _file("next.psd", PSD + bytes(200_000)))
    assert parser.watch is not None
    assert parser.watch.fault == fault
    assert taken < most
    assert parser.completed
    assert parser.error is None
    assert parser.connection_close
    assert parse_qs(body.decode()) == {"reason": [REASON[1]]}
    assert parser.headers["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    assert parser.headers["CONTENT_LENGTH"] == str(len(body))


def test_what_is_announced_as_too_much_ends_at_the_first_file() -> None:
    parser, taken, _ = receive(REASON, _file("a.psd", PSD + bytes(50_000)), announced=500_000_000)
    assert parser.watch is not None
    assert parser.watch.fault == (FileFault.TOO_MUCH, "")
    assert taken < 10_000


def test_nothing_is_received_that_would_leave_less_than_the_floor_of_free_space() -> None:
    large = PSD + bytes(500_000)
    parser, taken, body = receive(REASON, _file("a.psd", large), free=LIMITS.floor + 400_000)
    assert parser.watch is not None
    assert parser.watch.fault == (FileFault.DISK_FULL, "")
    assert taken < 3 * HEAD
    assert parse_qs(body.decode()) == {"reason": [REASON[1]]}
    parser, _, body = receive(REASON, _file("a.psd", large), free=LIMITS.floor + 600_000)
    assert parser.watch is not None
    assert parser.watch.fault is None
    assert large in body
    parser, *_ = receive(REASON, ("files", ("", b"")), free=0)  # words alone need no room
    assert parser.watch is not None
    assert parser.watch.fault is None


def test_endless_fields_end_too() -> None:
    parser, taken, _ = receive(REASON, ("links", "x" * 1_500_000))
    assert parser.watch is not None
    assert parser.watch.fault == (FileFault.TOO_MUCH, "")
    assert taken < 400_000


def test_other_forms_are_not_watched() -> None:
    parser, _, _ = receive(REASON, _file("a.exe", b"MZ"), path="/v1/submissions/1/appeal")
    assert parser.watch is None
    assert parser.completed
