"""EXIF directories are read as far as they are whole, and never further."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.containers.exif import decode_user_comment, parse_exif
from provenance.shared.errors import RecordError
from tests.provenance.writing import exif, user_comment

JAPANESE = "初音ミク、桜、" * 3


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("marked", [True, False])
def test_both_byte_orders_are_read(order: str, marked: bool) -> None:  # noqa: FBT001  # a parameter of the test
    tags = parse_exif(
        exif({0x0131: b"Krita\0", 0x010F: b"ab\0"}, user_comment("x"), order=order, marked=marked)
    )
    assert [(tag.name, tag.text) for tag in tags] == [
        ("Make", "ab"),
        ("Software", "Krita"),
        ("UserComment", "x"),
    ]


@pytest.mark.parametrize(
    ("raw", "order"),
    [
        (b"UNICODE\0" + JAPANESE.encode("utf-16-be"), ">"),
        (b"UNICODE\0" + JAPANESE.encode("utf-16-le"), "<"),
        (b"UNICODE\0" + (JAPANESE + " abc").encode("utf-16-be"), "<"),
        (b"UNICODE\0" + (JAPANESE + " abc").encode("utf-16-le"), ">"),
        (b"UNICODE\0\xfe\xff" + JAPANESE.encode("utf-16-be"), "<"),
        (b"ASCII\0\0\0" + JAPANESE.encode(), ">"),
        (b"JIS\0\0\0\0\0" + JAPANESE.encode("iso2022_jp"), ">"),
        (bytes(8) + JAPANESE.encode(), ">"),
    ],
)
def test_every_way_to_write_a_user_comment_is_read(raw: bytes, order: str) -> None:
    assert decode_user_comment(raw, order).startswith(JAPANESE)


def test_a_directory_that_points_at_itself_ends() -> None:
    data = b"MM\0*" + struct.pack(">IHHHII", 8, 1, 0x8769, 4, 1, 8)
    assert parse_exif(data) == ()


def test_tags_that_point_outside_are_passed_over() -> None:
    data = b"II*\0" + struct.pack("<IH", 8, 2)
    data += struct.pack("<HHII", 0x0131, 2, 2**32 - 1, 4) + struct.pack("<HHI4s", 0x010F, 2, 3, b"ab\0\0")
    assert [(tag.name, tag.text) for tag in parse_exif(data)] == [("Make", "ab")]


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    for head in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        try:
            parse_exif(head + data)
        except RecordError:
            continue


@given(st.binary(max_size=300), st.sampled_from("<>"))
@settings(deadline=None)
def test_any_comment_becomes_a_text(raw: bytes, order: str) -> None:
    assert isinstance(decode_user_comment(raw, order), str)
    assert isinstance(decode_user_comment(b"UNICODE\0" + raw, order), str)
