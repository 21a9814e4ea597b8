"""InvokeAI's records of all three generations are found; what only bears their names is unreadable."""

import json

import pytest

from core.vocabulary import EvidenceKind
from tests.provenance.asking import declares, of_kind, says_unreadable
from tests.provenance.writing import png, text_chunk

KIND = EvidenceKind.INVOKEAI_METADATA
METADATA = {
    "app_version": "4.2.8",
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": "a fox",
    "negative_prompt": "",
    "seed": 5,
    "steps": 30,
    "model": {"name": "x"},
}
OLD = {
    "model": "stable diffusion",
    "app_id": "invoke-ai/InvokeAI",
    "image": {"prompt": [{"prompt": "a fox", "weight": 1}], "steps": 50, "seed": 1, "sampler": "k_lms"},
}
DREAM = '"a fox [blurry]" -s50 -S1234 -W512 -H512 -C7.5 -Ak_lms'


def write(key: str, value: object) -> bytes:
    return png(before=[text_chunk(key, value if isinstance(value, str) else json.dumps(value))])


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("invokeai_metadata", METADATA, "positive_prompt"),
        ("sd-metadata", OLD, "prompt"),
        ("Dream", DREAM, "prompt"),
        ("Dream", '"a fox" -s 50 -S 2980747362 -W 512 -H 512 -C 7.5 -A k_euler_a', "prompt"),
    ],
)
def test_each_generation_is_read(key: str, value: object, field: str) -> None:
    assert declares(write(key, value), KIND, "InvokeAI").fields[field].startswith("a fox")


@pytest.mark.parametrize("key", ["invokeai_graph", "invokeai_workflow"])
def test_its_graphs_are_read(key: str) -> None:
    declares(write(key, {"name": "Text to Image", "nodes": [{"id": "x"}], "edges": []}), KIND, "InvokeAI")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("invokeai_metadata", "{"),
        ("invokeai_metadata", {"title": "mine"}),
        ("invokeai_graph", {"a": 1}),
        ("sd-metadata", {"image": "x"}),
        ("sd-metadata", "text"),
        ("Dream", "I had a dream -s of you"),
    ],
)
def test_other_values_are_unreadable(key: str, value: object) -> None:
    says_unreadable(write(key, value), KIND)


@pytest.mark.parametrize("value", ["null", "{}"])
def test_an_upload_without_settings_is_nothing(value: str) -> None:
    assert of_kind(write("invokeai_metadata", value), KIND) == []
