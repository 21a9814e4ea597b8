"""Generation parameters in A1111's manner are found in every carrier, and ordinary words are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from provenance.readers.generators.a1111 import parse_infotext
from tests.provenance.asking import declares, of_kind, says_unreadable, the
from tests.provenance.making import INFOTEXT
from tests.provenance.writing import (
    USER_COMMENT,
    avif,
    exif,
    gif,
    gif_comment,
    international_chunk,
    jpeg,
    jpeg_segment,
    packed_chunk,
    png,
    png_chunk,
    riff_chunk,
    text_chunk,
    user_comment,
    webp,
    xmp,
)

KIND = EvidenceKind.A1111_PARAMETERS
UNICODE = INFOTEXT.replace("1girl", "初音ミク, 1girl")


def in_jpeg(comment: dict[int, bytes], order: str = ">") -> bytes:
    return jpeg([jpeg_segment(0xE1, exif({}, comment, order=order))])


def in_webp(comment: dict[int, bytes]) -> bytes:
    return webp([riff_chunk(b"EXIF", exif({}, comment, marked=False))])


def in_avif(comment: dict[int, bytes]) -> bytes:
    return avif([(b"Exif", b"", b"\0\0\0\0" + exif({}, comment, marked=False))])


CARRIERS = {
    "tEXt": png(before=[text_chunk("parameters", INFOTEXT)]),
    "iTXt": png(before=[international_chunk("parameters", UNICODE)]),
    "iTXt packed": png(before=[international_chunk("parameters", UNICODE, packed=True)]),
    "zTXt": png(before=[packed_chunk("parameters", INFOTEXT)]),
    "after the pixels": png(after=[text_chunk("parameters", INFOTEXT)]),
    "UTF-8 in tEXt": png(before=[png_chunk(b"tEXt", b"parameters\0" + UNICODE.encode())]),
    "eXIf": png(before=[png_chunk(b"eXIf", exif({}, user_comment(UNICODE), marked=False))]),
    "JPEG, big-endian": in_jpeg(user_comment(UNICODE)),
    "JPEG, little-endian": in_jpeg(user_comment(UNICODE, "utf-16-le"), "<"),
    "JPEG, big-endian text in a little-endian file": in_jpeg(user_comment(UNICODE), "<"),
    "JPEG, with a byte order mark": in_jpeg(
        {USER_COMMENT: b"UNICODE\0\xff\xfe" + UNICODE.encode("utf-16-le")}
    ),
    "JPEG, UTF-8 called UNICODE": in_jpeg(user_comment(UNICODE, "utf-8")),
    "JPEG, ASCII": in_jpeg(user_comment(INFOTEXT, "ascii", b"ASCII\0\0\0")),
    "JPEG, no character set": in_jpeg(user_comment(INFOTEXT, "ascii", bytes(8))),
    "JPEG comment": jpeg([jpeg_segment(0xFE, UNICODE.encode())]),
    "WebP": in_webp(user_comment(UNICODE)),
    "AVIF": in_avif(user_comment(UNICODE)),
    "GIF comment": gif([gif_comment(UNICODE.encode())]),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_is_read(carrier: str) -> None:
    item = declares(CARRIERS[carrier], KIND, "A1111")
    assert item.fields["Seed"] == "1234567890"
    assert item.fields["Model"] == "anime_v3"
    assert item.fields["negative prompt"] == "lowres, bad hands"


def test_a_prompt_keeps_its_words_and_loses_its_markup() -> None:
    item = the(CARRIERS["tEXt"], KIND)
    assert item.fields["prompt"] == "1girl, silver hair, \u2039lora:style:0.8\u203a"


@pytest.mark.parametrize(
    ("setting", "generator"),
    [
        ("Version: v1.10.1", "A1111"),
        ("Version: f2.0.1v1.10.1-previous-519-g44eb4ea8", "Forge (A1111 manner)"),
        ("Version: neo", "Forge (A1111 manner)"),
        ("App: SD.Next, Version: 5f8ae1a", "SD.Next (A1111 manner)"),
        ("Version: ComfyUI", "ComfyUI (A1111 manner)"),
        ('Civitai resources: [{"type":"checkpoint"}]', "Civitai (A1111 manner)"),
    ],
)
def test_programs_are_told_apart_by_their_own_signs(setting: str, generator: str) -> None:
    text = f"a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, {setting}"
    declares(png(before=[text_chunk("parameters", text)]), KIND, generator)


def test_comfyuis_savers_are_known_by_their_samplers() -> None:
    text = "unknown\nSteps: 20, Sampler: euler_ancestral_karras, CFG scale: 5.0, Seed: 3, Model: x"
    declares(png(before=[text_chunk("parameters", text)]), KIND, "ComfyUI (A1111 manner)")


def test_a1111s_text_from_fooocus_is_fooocus() -> None:
    text = "a cat\nSteps: 30, Sampler: DPM++ 2M SDE, Seed: 1, CFG scale: 4, Version: Fooocus v2.5.5"
    chunks = [text_chunk("parameters", text), text_chunk("fooocus_scheme", "a1111")]
    declares(png(before=chunks), EvidenceKind.FOOOCUS_PARAMETERS, "Fooocus")


def test_a_text_that_lost_its_lines_is_still_read() -> None:
    text = "a cat Negative prompt: dog Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
    declares(png(before=[text_chunk("parameters", text)]), KIND, "A1111")


def test_enlarging_says_nothing_of_the_maker() -> None:
    text = "Postprocess upscale by: 4, Postprocess upscaler: R-ESRGAN 4x+ Anime6B"
    item = the(png(before=[text_chunk("postprocessing", text)]), KIND)
    assert (item.grade, item.label) == (Grade.HINT, None)


@pytest.mark.parametrize("text", ["hello", "Steps: many", "Steps: 20", "Steps: 20, then rest", "\ud83d"])
def test_parameters_without_settings_are_unreadable(text: str) -> None:
    data = png(before=[png_chunk(b"tEXt", b"parameters\0" + text.encode("utf-8", "surrogatepass"))])
    says_unreadable(data, KIND)


@pytest.mark.parametrize(
    "text",
    [
        "Steps: 20, then rest and water your plants.",
        "How I drew this. Steps: 5, Brush: round, Paper: A4",
        "Sampler: a quilt, Seed: sunflower, Size: 10x10",
    ],
)
def test_a_persons_comment_is_no_record(text: str) -> None:
    assert read_provenance(jpeg([jpeg_segment(0xFE, text.encode())])) == ()


@pytest.mark.parametrize(
    "data",
    [
        png(tail=INFOTEXT.encode()),
        png(tail=text_chunk("parameters", INFOTEXT)),
        jpeg(tail=b"parameters\0" + INFOTEXT.encode()),
        webp(tail=riff_chunk(b"EXIF", exif({}, user_comment(INFOTEXT)))),
        webp([riff_chunk(b"JUNK", exif({}, user_comment(INFOTEXT)))]),
        png(before=[png_chunk(b"prIv", b"parameters\0" + INFOTEXT.encode())]),
        png(before=[text_chunk("parameters", INFOTEXT)[:-1] + b"!"]),
    ],
)
def test_words_outside_of_valid_chunks_count_for_nothing(data: bytes) -> None:
    assert of_kind(data, KIND) == []


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    parsed = parse_infotext(text)
    assert parsed is None or parsed.settings


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.integers(1, 150), st.integers(0, 2**32)
)
@settings(deadline=None)
def test_any_prompt_comes_back(prompt: str, steps: int, seed: int) -> None:
    parsed = parse_infotext(f"{prompt}\nSteps: {steps}, Sampler: Euler a, CFG scale: 7, Seed: {seed}")
    assert parsed is not None
    assert (parsed.settings["Steps"], parsed.settings["Seed"]) == (str(steps), str(seed))


def test_long_hostile_texts_take_no_time() -> None:
    for text in (
        " " * 2_000_000,
        "Steps: 1, " * 200_000,
        "Steps: 1," + " " * 2_000_000,
        'Steps: 1, A: "' * 100_000,
    ):
        parse_infotext(text)


def test_the_label_is_ai() -> None:
    assert the(CARRIERS["tEXt"], KIND).label is Label.AI


def test_the_parameters_of_photoshops_history_are_no_record() -> None:
    """Photoshop notes `parameters` of each step, such as a conversion, in XMP."""
    step = (
        '<rdf:li xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" stEvt:action="converted"'
        ' stEvt:parameters="from image/png to application/vnd.adobe.photoshop"/>'
    )
    packet = xmp(f"<photoshop:History><rdf:Seq>{step}</rdf:Seq></photoshop:History>")
    assert read_provenance(png(before=[international_chunk("XML:com.adobe.xmp", packet.decode())])) == ()
