"""Reading as a whole: every reader runs, none can raise, disagreement is shown, the strongest comes first."""

import json
import logging
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Grade, Label
from provenance import read
from provenance.read import READERS, explain, read_provenance
from provenance.readers.reading import Reader, Sources
from tests.provenance.asking import says_unreadable
from tests.provenance.making import INFOTEXT, PROMPT, VERIFY_KEY, envelope, hide, signed
from tests.provenance.writing import (
    drawing,
    exif,
    jpeg,
    jpeg_segment,
    packed_chunk,
    pillow_png,
    png,
    png_chunk,
    text_chunk,
    user_comment,
    webp,
)


@given(st.binary(max_size=500))
@settings(deadline=None)
def test_any_bytes_give_a_tuple(data: bytes) -> None:
    for head in (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe1",
        b"RIFF\xff\0\0\0WEBP",
        b"GIF89a",
        b"\0\0\0\x18ftypavif",
    ):
        assert isinstance(read_provenance(head + data), tuple)
        assert explain(head + data)


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=20), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
@settings(max_examples=30, deadline=None)
def test_records_of_any_type_are_survived(values: dict[str, object]) -> None:
    known = (
        "prompt",
        "Comment",
        "sui_image_params",
        "image",
        "nodes",
        "signed_hash",
        "Label",
        "base_model",
        "version",
    )
    text = json.dumps({**dict.fromkeys(known, values), **values})
    keys = (
        "parameters",
        "prompt",
        "workflow",
        "Comment",
        "sd-metadata",
        "invokeai_metadata",
        "generation_data",
        "AIGC",
    )
    chunks = [text_chunk("Software", "NovelAI"), *(text_chunk(key, text) for key in keys)]
    assert all(item.grade is not Grade.PROOF for item in read_provenance(png(before=chunks)))


def test_carriers_that_disagree_are_all_shown() -> None:
    texts = {"parameters": INFOTEXT, "prompt": json.dumps(PROMPT), "Software": "Krita"}
    found = read_provenance(png(before=[text_chunk(*pair) for pair in texts.items()]))
    assert [(item.generator, item.grade, item.label) for item in found] == [
        ("A1111", Grade.DECLARED, Label.AI),
        ("ComfyUI", Grade.DECLARED, Label.AI),
        (None, Grade.HINT, Label.HUMAN),
    ]


def test_the_strongest_comes_first() -> None:
    pixels = drawing(48, 256, channels=4)
    texts = {"Software": "Krita", **envelope(signed(pixels)), "parameters": INFOTEXT}
    found = read_provenance(png(pixels, [text_chunk(*pair) for pair in texts.items()]), verify_key=VERIFY_KEY)
    order = [Grade.PROOF, Grade.DECLARED, Grade.HINT]
    assert [order.index(item.grade) for item in found] == sorted(order.index(item.grade) for item in found)
    assert found[0].grade is Grade.PROOF


@pytest.mark.parametrize("data", [pillow_png(drawing()), jpeg(), webp(), webp(lossless=False)])
def test_a_picture_without_records_has_no_evidence(data: bytes) -> None:
    assert read_provenance(data) == ()


def test_damaged_records_are_shown_for_what_they_are() -> None:
    broken = png_chunk(b"zTXt", b"parameters\0\0not zlib")
    for data, kind in (
        (png(before=[broken]), EvidenceKind.A1111_PARAMETERS),
        (jpeg([jpeg_segment(0xE1, b"Exif\0\0nothing")]), EvidenceKind.SOFTWARE_TAG),
        (jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x")]), EvidenceKind.SOFTWARE_TAG),
    ):
        says_unreadable(data, kind)


def test_nothing_malformed_is_ever_ai() -> None:
    cut = INFOTEXT[:60]
    for data in (
        png(before=[png_chunk(b"zTXt", b"parameters\0\0not zlib")]),
        png(before=[text_chunk("parameters", cut)]),
        jpeg([jpeg_segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")]),
        jpeg([jpeg_segment(0xE1, exif({}, user_comment('{"prompt": ')))]),
    ):
        assert [item for item in read_provenance(data) if item.label is not None] == []


def test_a_reader_that_fails_costs_its_own_evidence_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Sources) -> None:
        raise RuntimeError("a fault of ours")

    broken = Reader("broken", "nothing", EvidenceKind.C2PA, fail)  # type: ignore[arg-type]  # fails before it returns
    monkeypatch.setattr(read, "READERS", (broken, *READERS))
    with caplog.at_level(logging.CRITICAL):
        found = read_provenance(png(before=[text_chunk("parameters", INFOTEXT)]))
    assert [(item.kind, item.grade, item.label) for item in found] == [
        (EvidenceKind.A1111_PARAMETERS, Grade.DECLARED, Label.AI),
        (EvidenceKind.C2PA, Grade.HINT, None),
    ]


def test_explain_names_every_reader_and_what_it_saw() -> None:
    notes = explain(png(hide(drawing(40, 300, channels=4), INFOTEXT)))
    assert [note.reader for note in notes] == ["container", "stealth", *(reader.name for reader in READERS)]
    assert all(note.looked_at and note.saw for note in notes)
    saw = {note.reader: " ".join(note.saw) for note in notes}
    assert "40 x 300" in saw["container"]
    assert "stealth_pngcomp" in saw["stealth"]
    assert "hidden in the alpha channel" in saw["a1111"]
    assert saw["invokeai"] == "Nothing found."
    assert not {"container", "stealth", "a1111"} & {note.reader for note in notes if note.is_silent}
    assert {"invokeai", "c2pa", "watermark"} <= {note.reader for note in notes if note.is_silent}
    assert explain(b"nothing")[0].saw == ("The file is not in a supported picture format.",)


def test_a_strangers_words_are_made_safe_everywhere() -> None:
    evil = "\u202e<script>\x1b[31m\ud800"
    texts = [
        png_chunk(b"iTXt", key + b"\0\0\0\0\0" + f"{evil} Krita".encode("utf-8", "replace"))
        for key in (b"Software", b"a<b>")
    ]
    data = png(before=[*texts, text_chunk("parameters", f"<img src=x>{INFOTEXT}")])
    shown = [
        render(item.detail) + "".join(item.fields) + "".join(item.fields.values())
        for item in read_provenance(data)
    ]
    shown += ["".join(note.saw) for note in explain(data)]
    assert not {"<", ">", "\x1b", "\u202e"} & set("".join(shown))


@pytest.mark.slow
def test_bombs_of_every_kind_stay_small() -> None:
    """Four bombs of 40 MB each: what is read of them together stays under 60 MB."""
    chunk = packed_chunk("parameters", "x" * (40 * 2**20))
    bomb = png(before=[chunk] * 4)
    deep = png(before=[text_chunk("prompt", '{"a":' * 500_000)])
    wide = png(before=[packed_chunk("workflow", "[" + "{}," * 1_000_000 + "{}]")] * 3)
    tracemalloc.start()
    for data in (bomb, deep, wide):
        assert all(item.label is None for item in read_provenance(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 2**20
