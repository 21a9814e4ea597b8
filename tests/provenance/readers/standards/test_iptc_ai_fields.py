"""IPTC's fields for AI systems declare a generated picture where they are filled in, and only there."""

import pytest

from core.sayings.codes import EvidenceDetail
from core.vocabulary import EvidenceKind
from provenance.read import read_provenance
from tests.provenance.asking import code_of, declares
from tests.provenance.writing import (
    avif,
    gif,
    international_chunk,
    jpeg,
    jpeg_segment,
    png,
    riff_chunk,
    webp,
    xmp,
)

KIND = EvidenceKind.SOFTWARE_TAG
FIELDS = ("AISystemUsed", "AISystemVersionUsed", "AIPromptInformation", "AIPromptWriterName")


def in_jpeg(packet: bytes) -> bytes:
    return jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)])


def as_element(name: str, value: str) -> bytes:
    return xmp(f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>")


def as_attribute(name: str, value: str) -> bytes:
    return xmp(attributes=f'Iptc4xmpExt:{name}="{value}"')


@pytest.mark.parametrize("write", [as_element, as_attribute])
@pytest.mark.parametrize("name", FIELDS[1:])
def test_each_field_declares_by_itself(name: str, write: object) -> None:
    assert callable(write)
    found = read_provenance(in_jpeg(write(name, "a castle 2.1")))
    assert [code_of(item) for item in found] == [EvidenceDetail.IPTC_AI_FIELDS]
    assert name in found[0].fields


@pytest.mark.parametrize(
    ("value", "generator"),
    [
        ("Midjourney v7", "Midjourney"),
        ("ChatGPT 5 (DALL-E 3)", "OpenAI"),
        ("A model of my own", "A model of my own"),
    ],
)
def test_the_system_is_named(value: str, generator: str) -> None:
    declares(in_jpeg(as_element("AISystemUsed", value)), KIND, generator)
    declares(in_jpeg(as_attribute("AISystemUsed", value)), KIND, generator)


def test_every_container_is_read() -> None:
    packet = as_element("AISystemUsed", "Midjourney v7")
    for data in (
        png(before=[international_chunk("XML:com.adobe.xmp", packet.decode())]),
        webp([riff_chunk(b"XMP ", packet)]),
        avif([(b"mime", b"application/rdf+xml", packet)]),
        gif(
            [
                b"\x21\xff\x0bXMP DataXMP"
                + packet
                + b"\x01\xff\xfe\xfd\xfc"
                + bytes(range(0xFB, -1, -1))
                + b"\0"
            ]
        ),
    ):
        declares(data, KIND, "Midjourney")


def test_all_four_are_one_piece_of_evidence() -> None:
    packet = xmp("".join(f"<Iptc4xmpExt:{name}>Firefly Image 4</Iptc4xmpExt:{name}>" for name in FIELDS))
    item = declares(in_jpeg(packet), KIND, "Adobe Firefly")
    assert set(item.fields) == set(FIELDS)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-",
        "N/A",
        "n/a.",
        "n. a.",
        "0",
        "off",
        "disabled",
        "myself",
        "unbekannt",
        "brak",
        "None",
        "unknown",
        "No AI was used",
        "Not AI-generated",
        "human",
        "使用していない",
    ],
)
@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_field_a_placeholder_and_a_denial_say_nothing(name: str, value: str) -> None:
    assert read_provenance(in_jpeg(as_element(name, value))) == ()
    assert read_provenance(in_jpeg(as_attribute(name, value))) == ()


def test_the_words_elsewhere_count_for_nothing() -> None:
    told = xmp("<dc:description>AISystemUsed: Midjourney v7</dc:description>")
    foreign = xmp('<q:AISystemUsed xmlns:q="http://example.com/">Midjourney v7</q:AISystemUsed>')
    for packet in (told, foreign):
        assert read_provenance(in_jpeg(packet)) == ()
    assert read_provenance(jpeg(tail=as_element("AISystemUsed", "Midjourney v7"))) == ()
