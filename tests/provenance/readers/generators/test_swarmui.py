"""SwarmUI's parameters are read wherever they stand."""

import json

import pytest

from core.vocabulary import EvidenceKind
from tests.provenance.asking import declares, says_unreadable
from tests.provenance.making import hide
from tests.provenance.writing import drawing, exif, jpeg, jpeg_segment, png, text_chunk, user_comment

KIND = EvidenceKind.SWARMUI_PARAMETERS
VALUES = {
    "sui_image_params": {"prompt": "a cat", "seed": 1, "steps": 20, "swarm_version": "0.9.6"},
    "sui_models": [],
}


@pytest.mark.parametrize(
    "data",
    [
        png(before=[text_chunk("parameters", json.dumps(VALUES))]),
        jpeg([jpeg_segment(0xE1, exif({}, user_comment(json.dumps(VALUES), "utf-16-le"), order="<"))]),
        png(hide(drawing(40, 300, channels=4), json.dumps(VALUES))),
    ],
)
def test_it_is_found(data: bytes) -> None:
    assert declares(data, KIND, "SwarmUI").fields["prompt"] == "a cat"


@pytest.mark.parametrize(
    "text", ['{"sui_image_params": 7}', '{"sui_image_params": {', '{"sui_image_params": {}}']
)
def test_a_malformed_record_is_unreadable(text: str) -> None:
    says_unreadable(png(before=[text_chunk("parameters", text)]), KIND)
