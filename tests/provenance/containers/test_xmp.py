"""XMP is read without entities or DTDs, under caps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.containers.xmp import parse_xmp
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.limits import MAX_XMP_BYTES, MAX_XMP_DEPTH, MAX_XMP_ELEMENTS
from tests.provenance.writing import xmp


def test_elements_attributes_and_lists_are_properties() -> None:
    packet = xmp(
        "<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>",
        'xmp:CreatorTool="Krita"',
    )
    assert [(item.key, item.value) for item in parse_xmp(packet)] == [
        ("xmp:CreatorTool", "Krita"),
        ("dc:creator", "A"),
        ("dc:creator", "B"),
    ]


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le", "utf-16", "utf-32-be", "utf-32-le", "utf-32"])
@pytest.mark.parametrize("head", ["", "\n  ", '<?xml version="1.0" encoding="UTF-16"?>'])
def test_every_encoding_of_the_standard_is_read(codec: str, head: str) -> None:
    text = head + xmp("<dc:title>桜の木の下で</dc:title>").decode()
    assert [(item.key, item.value) for item in parse_xmp(text.encode(codec))] == [
        ("dc:title", "桜の木の下で")
    ]


def test_padding_around_a_packet_is_no_part_of_it() -> None:
    packet = xmp("<dc:title>x</dc:title>")
    assert [item.value for item in parse_xmp(b"\0\0\0" + packet + b" \n\0\0")] == ["x"]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<a>",
        "<a>".encode("utf-16-be"),
        b"<\0\0\xd8",
        b"\xfe\xff\xd8\x00",
        b"\xff\xfe<",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_malformed_packets_and_entities_are_refused(packet: bytes) -> None:
    with pytest.raises(RecordError):
        parse_xmp(packet)


@pytest.mark.parametrize(
    "packet",
    [
        b"<a>" * (MAX_XMP_DEPTH + 9) + b"x" + b"</a>" * (MAX_XMP_DEPTH + 9),
        b"<a>" + b"<b/>" * (2 * MAX_XMP_ELEMENTS) + b"</a>",
        b"<a " + b" ".join(b'a%d=""' % number for number in range(MAX_XMP_ELEMENTS + 1)) + b"/>",
        b"<a>" + b" " * MAX_XMP_BYTES + b"</a>",
    ],
)
def test_caps_are_kept(packet: bytes) -> None:
    with pytest.raises(TooMuchError):
        parse_xmp(packet)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    for packet in (data, b"<a>" + data + b"</a>", xmp().replace(b"></rdf:D", b">" + data + b"</rdf:D")):
        try:
            parse_xmp(packet)
        except RecordError:
            continue
