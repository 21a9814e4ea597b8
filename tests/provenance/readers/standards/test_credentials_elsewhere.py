"""The address of a manifest in XMP is a neutral line; other provenance is nothing."""

import pytest

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Grade
from provenance.read import read_provenance
from tests.provenance.asking import code_of, the
from tests.provenance.writing import avif, international_chunk, jpeg, jpeg_segment, png, riff_chunk, webp, xmp

DCTERMS = 'xmlns:dcterms="http://purl.org/dc/terms/"'
ADOBE = "https://cai-manifests.adobe.com/manifests/urn-uuid-1f2e3d4c"


def as_attribute(value: str) -> bytes:
    return xmp(attributes=f'{DCTERMS} dcterms:provenance="{value}"')


def in_jpeg(packet: bytes) -> bytes:
    return jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)])


@pytest.mark.parametrize(
    ("address", "host"),
    [(ADOBE, "cai-manifests.adobe.com"), ("https://example.com/kept/1.c2pa", "example.com")],
)
def test_the_address_of_a_manifest_is_a_neutral_line(address: str, host: str) -> None:
    element = xmp(f"<dcterms:provenance>{address}</dcterms:provenance>", DCTERMS)
    for packet in (as_attribute(address), element):
        item = the(in_jpeg(packet), EvidenceKind.C2PA)
        assert (item.grade, item.label, code_of(item)) == (
            Grade.HINT,
            None,
            EvidenceDetail.CREDENTIALS_ELSEWHERE,
        )
        assert f"kept at {host}. They can be looked up there; Kantei did not" in render(item.detail)


def test_every_container_is_read() -> None:
    packet = as_attribute(ADOBE)
    for data in (
        png(before=[international_chunk("XML:com.adobe.xmp", packet.decode())]),
        webp([riff_chunk(b"XMP ", packet)]),
        avif([(b"mime", b"application/rdf+xml", packet)]),
    ):
        assert code_of(the(data, EvidenceKind.C2PA)) is EvidenceDetail.CREDENTIALS_ELSEWHERE


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Private collection, Kyoto, until 1952",
        "https://museum.example/objects/1/provenance",
        "not at https://cai-manifests.adobe.com/manifests/1",
        "cai-manifests.adobe.com",
        "file:///etc/passwd.c2pa",
        "https://cai-manifests.adobe.com.example/manifests/1",
        "http://[::1.c2pa",
        "https:///1.c2pa",
        "https://example.com/" + "a" * 3000 + ".c2pa",
    ],
)
def test_other_provenance_is_nothing(value: str) -> None:
    assert read_provenance(in_jpeg(as_attribute(value))) == ()


def test_the_words_elsewhere_count_for_nothing() -> None:
    told = xmp(f"<dc:description>dcterms:provenance={ADOBE}</dc:description>")
    assert read_provenance(in_jpeg(told)) == ()
