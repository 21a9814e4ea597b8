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


CHINESE = "一位少女站在樱花树下、银色长发随风飘动、" * 130
LONG_RECORD = CHINESE + "\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768"


@pytest.mark.parametrize("file_order", "<>")
@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le"])
def test_all_of_a_text_chooses_its_byte_order(codec: str, file_order: str) -> None:
    """The first Latin letter stands behind 2,600 Chinese ones, some of which have a zero as low byte."""
    raw = b"UNICODE\0" + LONG_RECORD.encode(codec)
    assert decode_user_comment(raw, file_order) == LONG_RECORD


@pytest.mark.parametrize("text", ["一" * 40 + ", 1girl", "ab", LONG_RECORD, "サクラ " * 9])
@pytest.mark.parametrize(("codec", "order"), [("utf-16-be", ">"), ("utf-16-le", "<")])
def test_a_text_in_the_order_of_its_file_is_read_whatever_its_letters(
    text: str, codec: str, order: str
) -> None:
    assert decode_user_comment(b"UNICODE\0" + text.encode(codec), order) == text


@pytest.mark.parametrize("charset", [b"ASCII\0\0\0", bytes(8), b""])
@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le", "utf-16"])
def test_utf_16_is_read_where_another_character_set_is_named(charset: bytes, codec: str) -> None:
    text = "1girl, サクラ\nSteps: 20, Sampler: Euler a, Seed: 1"
    assert decode_user_comment(charset + text.encode(codec), "<") == text


def test_utf_8_is_read_where_utf_16_is_promised() -> None:
    for text in ("1girl, smile", "一位少女站在樱花树下、" * 20 + "Steps: 20"):
        assert decode_user_comment(b"UNICODE\0" + text.encode()) == text


def test_the_fields_of_windows_are_read_in_either_byte_order() -> None:
    for codec in ("utf-16-be", "utf-16-le"):
        assert [tag.text for tag in parse_exif(exif({0x9C9C: "a castle".encode(codec)}))] == ["a castle"]


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
