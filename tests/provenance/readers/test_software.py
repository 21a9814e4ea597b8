"""Names of software and camera data are hints, for the side that they speak for."""

import pytest

from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from tests.provenance.asking import the
from tests.provenance.writing import exif, jpeg, jpeg_segment, png, text_chunk, xmp

KIND = EvidenceKind.SOFTWARE_TAG


def software(name: str) -> bytes:
    return png(before=[text_chunk("Software", name)])


@pytest.mark.parametrize(
    ("name", "generator"),
    [
        ("Midjourney", "Midjourney"),
        ("DALL\u00b7E 3", "OpenAI"),
        ("Adobe Firefly", "Adobe Firefly"),
        ("DiffusionBee 2.5", "DiffusionBee"),
        ("Stable Diffusion XL", "Stable Diffusion"),
        ("Made with Google AI", "Google"),
    ],
)
def test_a_generators_name_is_a_hint(name: str, generator: str) -> None:
    item = the(software(name), KIND)
    assert (item.grade, item.label, item.generator) == (Grade.HINT, Label.AI, generator)


@pytest.mark.parametrize(
    "name",
    [
        "CLIP STUDIO PAINT",
        "PaintTool SAI Ver.2",
        "Krita 5.2",
        "GIMP 2.10",
        "Adobe Photoshop 25.1",
        "MyPaint 2",
    ],
)
def test_a_painting_programs_name_is_a_hint_of_human_work(name: str) -> None:
    item = the(software(name), KIND)
    assert (item.grade, item.label) == (Grade.HINT, Label.HUMAN)


@pytest.mark.parametrize(
    "name", ["ImageMagick 7", "libvips", "Lavc60", "Flux Capacitor", "Imagenes", "Said", "dall", ""]
)
def test_other_names_are_nothing(name: str) -> None:
    assert read_provenance(software(name)) == ()


def test_an_artists_own_words_are_no_sign_of_a_generator() -> None:
    """`Do not train` notes name the generators that they refuse."""
    words = "Not for Midjourney, Stable Diffusion or NovelAI. No AI."
    texts = [
        text_chunk(key, words)
        for key in ("Title", "Description", "Copyright", "Author", "Comment", "Disclaimer")
    ]
    assert read_provenance(png(before=texts)) == ()
    record = exif({0x8298: words.encode(), 0x013B: words.encode(), 0x010E: words.encode()})
    assert read_provenance(jpeg([jpeg_segment(0xE1, record)])) == ()


def test_camera_data_is_a_hint_of_human_work() -> None:
    inner = {0x829A: b"1/125", 0x8827: b"100\0\0", 0xA434: b"50mm"}
    record = exif({0x010F: b"NIKON", 0x0110: b"D90"}, inner)
    item = the(jpeg([jpeg_segment(0xE1, record)]), KIND)
    assert (item.grade, item.label) == (Grade.HINT, Label.HUMAN)
    assert "NIKON D90" in render(item.detail)
    assert read_provenance(jpeg([jpeg_segment(0xE1, exif({0x010F: b"NIKON", 0x0110: b"D90"}))])) == ()


def test_a_history_of_editing_is_a_hint() -> None:
    step = '<rdf:li xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" stEvt:action="saved"/>'
    packet = xmp(f"<photoshop:History><rdf:Seq>{step * 4}</rdf:Seq></photoshop:History>")
    item = the(jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)]), KIND)
    assert (item.grade, item.label) == (Grade.HINT, Label.HUMAN)
