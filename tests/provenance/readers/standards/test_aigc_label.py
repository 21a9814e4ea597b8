"""China's label counts under its own name, and for no more than it says."""

import json

import pytest

from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from tests.provenance.asking import declares, the
from tests.provenance.writing import exif, jpeg, jpeg_segment, png, text_chunk, user_comment

KIND = EvidenceKind.SOFTWARE_TAG


def in_text(values: object) -> bytes:
    return png(before=[text_chunk("AIGC", json.dumps(values))])


def in_comment(values: object) -> bytes:
    return jpeg([jpeg_segment(0xE1, exif({}, user_comment(json.dumps(values))))])


@pytest.mark.parametrize(
    "data",
    [
        in_text({"Label": "1", "ContentProducer": "001"}),
        in_comment({"AIGC": {"Label": 1, "ContentProducer": "001"}}),
    ],
)
def test_a_label_declares(data: bytes) -> None:
    declares(data, KIND, "AIGC label")


def test_a_possible_label_is_a_hint() -> None:
    item = the(in_text({"Label": "2"}), KIND)
    assert (item.grade, item.label, item.generator) == (Grade.HINT, Label.AI, "AIGC label")


@pytest.mark.parametrize("values", [{"AIGC": {"Label": "0"}}, {"Label": "1"}])
def test_other_json_is_nothing(values: object) -> None:
    assert read_provenance(in_comment(values)) == ()
