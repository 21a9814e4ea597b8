"""China's label is found in all the forms in which it is written, and is worth no more than it says."""

import json
from typing import Any

import pytest

from core.sayings.codes import EvidenceDetail, Place
from core.sayings.fault_codes import SignatureFault
from core.sayings.saying import Saying, render
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.read import read_provenance
from provenance.readers.standards.sm2 import BASE, ORDER, digest_for, multiply
from tests.provenance.asking import code_of, declares, says_unreadable, the
from tests.provenance.making import SIGNED_LABEL
from tests.provenance.writing import (
    avif,
    exif,
    gif,
    gif_comment,
    jpeg,
    jpeg_segment,
    packed_chunk,
    png,
    riff_chunk,
    text_chunk,
    user_comment,
    webp,
    xmp,
)

KIND = EvidenceKind.SOFTWARE_TAG
DESCRIPTION = 0x010E
DOUBAO = "001191110102MACQD9K64010000"
LABEL: dict[str, Any] = {"Label": "1", "ContentProducer": DOUBAO, "ProduceID": "42"}
TENCENT = {"ServiceProvider": "Tencent", "ServiceUser": "1234", "Time": "2026-11-01", "ContentId": "77"}
PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8


def in_text(values: object, key: str = "AIGC") -> bytes:
    return png(before=[text_chunk(key, json.dumps(values))])


def in_comment(values: object) -> bytes:
    return jpeg([jpeg_segment(0xE1, exif({}, user_comment(json.dumps(values))))])


def in_description(text: str) -> bytes:
    return jpeg([jpeg_segment(0xE1, exif({DESCRIPTION: text.encode()}))])


def packet(values: object) -> bytes:
    text = json.dumps(values).replace('"', "&quot;")
    return xmp(f"<TC260:AIGC>{text}</TC260:AIGC>", 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"')


def signed(label: dict[str, Any], *, key: str | None = None, kind: str = "Md") -> dict[str, Any]:
    """Sign a label as the guide says, with a key of ours (always with the same random number)."""
    point, drawn = multiply(PRIVATE, BASE), multiply(7, BASE)
    assert point is not None
    assert drawn is not None
    message = ",".join(f'"{name}":"{label[name]}"' for name in ("Label", "ContentProducer", "ProduceID"))
    r = (digest_for(point, message.encode()) + drawn[0]) % ORDER
    s = pow(1 + PRIVATE, -1, ORDER) * (7 - r * PRIVATE) % ORDER
    entries = [
        {
            "Type": "DS",
            "AlgID": "1.2.156.10197.1.501",
            "TBSData": {"Type": kind},
            "Signature": f"{r:064x}{s:064x}",
        },
        {
            "Type": "PubKey",
            "AlgID": "1.2.156.10197.1.501",
            "KeyValue": key or f"04{point[0]:064x}{point[1]:064x}",
        },
    ]
    return label | {"ReservedCode1": {"SecurityData": {"Type": "TC260PG", "PubSD": entries}}}


def signature_of(item: Evidence) -> object:
    """The code of what is said of a label's signature."""
    assert isinstance(item.detail, Saying)
    assert item.detail.code is EvidenceDetail.AIGC_LABEL_SIGNED
    signature = item.detail.values["signature"]
    assert isinstance(signature, Saying)
    return signature.code


@pytest.mark.parametrize(
    "data",
    [
        in_text(LABEL),
        in_text(LABEL, key="aigc"),
        in_text({"AIGC": LABEL}),
        png(before=[packed_chunk("AIGC", json.dumps(LABEL))]),
        in_comment({"AIGC": LABEL}),
        in_comment({"aigc": {key.lower(): value for key, value in LABEL.items()}}),
        in_comment({"AIGC": json.dumps(LABEL)}),
        in_comment({"AIGC": LABEL | {"Label": 1}}),
        in_description(json.dumps({"AIGC": LABEL})),
        in_description(f"AIGC{json.dumps(LABEL)}"),
        jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(LABEL))]),
        jpeg([jpeg_segment(0xE9, b"AIGC" + json.dumps(LABEL).encode() + b"\0\0")]),
        jpeg([jpeg_segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0AIGC" + json.dumps(LABEL).encode())]),
        jpeg([jpeg_segment(0xFE, b"AIGC" + json.dumps(LABEL).encode())]),
        webp([riff_chunk(b"XMP ", packet(LABEL))]),
        webp([riff_chunk(b"EXIF", exif({}, user_comment(json.dumps({"AIGC": LABEL}))))]),
        avif([(b"mime", b"application/rdf+xml", packet(LABEL))]),
        avif(
            [(b"Exif", b"", b"\0\0\0\0" + exif({}, user_comment(json.dumps({"AIGC": LABEL})), marked=False))]
        ),
        gif([gif_comment(b"AIGC" + json.dumps(LABEL).encode())]),
    ],
)
def test_every_form_declares_and_names_the_producer(data: bytes) -> None:
    item = declares(data, KIND, "Doubao")
    assert code_of(item) is EvidenceDetail.AIGC_LABEL
    assert item.fields["ContentProducer"] == DOUBAO


def test_the_segment_of_a_bare_label_is_named() -> None:
    item = the(jpeg([jpeg_segment(0xE9, b"AIGC" + json.dumps(LABEL).encode())]), KIND)
    assert isinstance(item.detail, Saying)
    where = item.detail.values["where"]
    assert isinstance(where, Saying)
    assert where.code is Place.JPEG_SEGMENT


def test_tencents_form_has_no_label_and_declares_all_the_same() -> None:
    declares(in_description(json.dumps({"AIGC": TENCENT})), KIND, "Tencent")


@pytest.mark.parametrize(
    ("producer", "name"),
    [
        ("001191440300708461136T1XGW3", "Tencent Yuanbao"),
        ("001191110105MACJ6K1C8A10000", "Liblib"),
        ("kling", "Kling"),
        ("Midjourney", "Midjourney"),
        ("某某公司", "某某公司"),
        ("001191110102MAD55U9H0F10002", "AIGC label"),
        ("001", "AIGC label"),
        ("", "AIGC label"),
        (None, "AIGC label"),
        ({"a": 1}, "AIGC label"),
    ],
)
def test_the_producer_is_named_by_its_registration(producer: object, name: str) -> None:
    declares(in_text(LABEL | {"ContentProducer": producer}), KIND, name)


@pytest.mark.parametrize("code", ["2", 3])
def test_a_possible_label_is_a_hint(code: object) -> None:
    item = the(in_text({"Label": code}), KIND)
    assert (item.grade, item.label, item.generator) == (Grade.HINT, Label.AI, "AIGC label")


@pytest.mark.parametrize(
    "data",
    [
        in_comment({"AIGC": {"Label": "0"}}),
        in_comment({"AIGC": {"Label": ""}}),
        in_comment({"AIGC": {}}),
        in_comment({"AIGC": "no"}),
        in_comment({"Label": "1", "ContentProducer": DOUBAO}),
        in_comment({"not AIGC": LABEL}),
        in_comment({"AIGC": dict.fromkeys(TENCENT, "")}),
        in_comment({"AIGC": {"Label": "0"} | TENCENT}),
        in_text(LABEL, key="Description"),
        in_description("Not AIGC. AIGC {is} not for me"),
        in_description("AIGC"),
        jpeg([jpeg_segment(0xE9, b"ICC_PROFILE" + b"\0" * 60 + b"AIGC" + json.dumps(LABEL).encode())]),
        jpeg(tail=b"AIGC" + json.dumps(LABEL).encode()),
    ],
)
def test_other_json_and_the_name_alone_are_nothing(data: bytes) -> None:
    assert [item for item in read_provenance(data) if item.label is Label.AI] == []


@pytest.mark.parametrize(
    "data",
    [
        png(before=[text_chunk("AIGC", '{"Label": "1"')]),
        in_comment({"AIGC": '{"Label": "1", '}),
        jpeg([jpeg_segment(0xE9, b'AIGC{"Label": "1", "Content')]),
    ],
)
def test_a_damaged_label_is_a_line(data: bytes) -> None:
    says_unreadable(data, KIND)


def test_a_signature_from_the_wild_holds_and_does_not_prove_whose_it_is() -> None:
    item = declares(in_text(SIGNED_LABEL), KIND, "StepFun")
    assert signature_of(item) is SignatureFault.HOLDS_UNDER_OWN_KEY
    assert "does not prove whose it is" in render(item.detail)


@pytest.mark.parametrize("key", [None, "00{x:064x}", "{x:064x}", "{sign:02x}{x:064x}", "{x:064x}{y:064x}"])
@pytest.mark.parametrize("kind", ["Md", "LabelMataData"])
def test_a_signature_holds_however_its_key_is_written(key: str | None, kind: str) -> None:
    point = multiply(PRIVATE, BASE)
    assert point is not None
    text = key and key.format(x=point[0], y=point[1], sign=2 + point[1] % 2)
    item = declares(in_text(signed(LABEL, key=text, kind=kind)), KIND, "Doubao")
    assert signature_of(item) is SignatureFault.HOLDS_UNDER_OWN_KEY


@pytest.mark.parametrize("change", [{"ProduceID": "43"}, {"ContentProducer": "kling"}])
def test_a_changed_field_breaks_the_signature_and_still_declares(change: dict[str, str]) -> None:
    item = the(in_text(signed(LABEL) | change), KIND)
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)
    assert signature_of(item) is SignatureFault.NOT_VALID


@pytest.mark.parametrize("key", ["zz", "04", "04" + "11" * 64, "ff" * 32, "é" * 64, "04" * 5000])
def test_a_key_that_is_none_proves_nothing(key: str) -> None:
    item = the(in_text(signed(LABEL, key=key)), KIND)
    assert signature_of(item) in {SignatureFault.COULD_NOT_BE_CHECKED, SignatureFault.NOT_VALID}


def test_another_algorithm_is_said_not_to_be_checked() -> None:
    label = signed(LABEL)
    label["ReservedCode1"]["SecurityData"]["PubSD"][0]["AlgID"] = "1.2.840.113549.1.1.11"
    assert signature_of(the(in_text(label), KIND)) is SignatureFault.COULD_NOT_BE_CHECKED


@pytest.mark.parametrize(
    "reserved", ["", "QUJD", "{", '{"SecurityData": 1}', {"SecurityData": {"PubSD": [1]}}, 7]
)
def test_a_reserved_field_without_a_signature_is_passed_over(reserved: object) -> None:
    item = declares(in_text(LABEL | {"ReservedCode1": reserved}), KIND, "Doubao")
    assert code_of(item) is EvidenceDetail.AIGC_LABEL


def test_a_file_full_of_signed_labels_is_read_for_four_of_them() -> None:
    chunks = [
        text_chunk("AIGC", json.dumps(signed(LABEL | {"ProduceID": str(number)}))) for number in range(40)
    ]
    assert len(read_provenance(png(before=chunks))) <= 4
