"""Fooocus' own scheme is read from PNG and EXIF; its offspring are named."""

import json

from core.vocabulary import EvidenceKind
from provenance.read import read_provenance
from tests.provenance.asking import declares, says_unreadable
from tests.provenance.writing import exif, jpeg, jpeg_segment, png, text_chunk, user_comment

KIND = EvidenceKind.FOOOCUS_PARAMETERS
VALUES = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL",
    "guidance_scale": 4,
    "num_inference_steps": 30,
    "metadata_scheme": "fooocus",
    "performance": "Speed",
    "prompt": "a goldfish",
    "seed": "69",
    "version": "Fooocus v2.4.3",
}


def test_png_text_is_read_and_by_one_reader_only() -> None:
    data = png(before=[text_chunk("parameters", json.dumps(VALUES)), text_chunk("fooocus_scheme", "fooocus")])
    assert declares(data, KIND, "Fooocus").fields["prompt"] == "a goldfish"
    assert len(read_provenance(data)) == 1


def test_exif_is_read() -> None:
    record = exif({0x0131: b"Fooocus v2.4.3"}, user_comment(json.dumps(VALUES)) | {0x927C: b"fooocus"})
    declares(jpeg([jpeg_segment(0xE1, record)]), KIND, "Fooocus")


def test_offspring_are_named() -> None:
    values = {"software": "RuinedFooocus", "Prompt": "x", "steps": 30}
    declares(png(before=[text_chunk("parameters", json.dumps(values))]), KIND, "RuinedFooocus (Fooocus)")
    values = {"software": "Fooocus 1.0.64 MRE", "prompt": "x"}
    declares(png(before=[text_chunk("Comment", json.dumps(values))]), KIND, "Fooocus")


def test_a_scheme_without_its_record_is_unreadable() -> None:
    says_unreadable(png(before=[text_chunk("fooocus_scheme", "fooocus")]), KIND)
    says_unreadable(
        png(before=[text_chunk("fooocus_scheme", "fooocus"), text_chunk("parameters", "{")]), KIND
    )
