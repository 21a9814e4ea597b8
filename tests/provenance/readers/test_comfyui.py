"""ComfyUI's graphs are found in PNG, WebP and JPEG; a graph that only loads and saves is no declaration."""

import json

import pytest

from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from tests.provenance.asking import declares, says_unreadable, the
from tests.provenance.making import PROMPT, WORKFLOW
from tests.provenance.writing import (
    exif,
    jpeg,
    jpeg_segment,
    png,
    png_chunk,
    riff_chunk,
    text_chunk,
    user_comment,
    webp,
)

KIND = EvidenceKind.COMFYUI_WORKFLOW
GRAPHS = {"prompt": json.dumps(PROMPT), "workflow": json.dumps(WORKFLOW)}


def test_png_text_is_one_piece_of_evidence_for_both_graphs() -> None:
    item = declares(png(before=[text_chunk(*pair) for pair in GRAPHS.items()]), KIND, "ComfyUI")
    assert "prompt, workflow" in render(item.detail)
    assert item.fields == {
        "seed": "7",
        "steps": "20",
        "cfg": "8.0",
        "sampler": "euler",
        "model": "anime.safetensors",
        "text": "a castle",
    }


@pytest.mark.parametrize("name", GRAPHS)
def test_one_graph_alone_is_enough(name: str) -> None:
    declares(png(before=[text_chunk(name, GRAPHS[name])]), KIND, "ComfyUI")


def test_animated_webp_keeps_its_graphs_in_make_and_model() -> None:
    record = exif(
        {0x010F: b"workflow:" + GRAPHS["workflow"].encode(), 0x0110: b"prompt:" + GRAPHS["prompt"].encode()}
    )
    declares(webp([riff_chunk(b"EXIF", record)]), KIND, "ComfyUI")


def test_other_savers_write_into_description_and_comment() -> None:
    record = exif({0x010E: b"Workflow: " + GRAPHS["workflow"].encode()})
    declares(jpeg([jpeg_segment(0xE1, record)]), KIND, "ComfyUI")
    both = user_comment(json.dumps({"prompt": GRAPHS["prompt"], "workflow": WORKFLOW}))
    declares(jpeg([jpeg_segment(0xE1, exif({}, both))]), KIND, "ComfyUI")


def test_numbers_that_are_none_are_read() -> None:
    text = json.dumps(PROMPT | {"10": {"class_type": "Note", "inputs": {"is_changed": [float("nan")]}}})
    declares(png(before=[text_chunk("prompt", text)]), KIND, "ComfyUI")


def test_services_are_named() -> None:
    chunks = [
        text_chunk("prompt", GRAPHS["prompt"]),
        text_chunk("generation_data", '{"prompt": "x", "seed": "1"}\0'),
    ]
    found = read_provenance(png(before=chunks))
    assert [item.generator for item in found] == ["Tensor.Art (ComfyUI)", "Tensor.Art"]
    extra = PROMPT | {"extraMetadata": '{"prompt": "x", "steps": 20}'}
    data = jpeg([jpeg_segment(0xE1, exif({}, user_comment(json.dumps(extra))))])
    declares(data, KIND, "Civitai (ComfyUI)")


def test_a_graph_that_only_loads_and_saves_is_a_hint() -> None:
    idle = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "mine.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}},
    }
    item = the(png(before=[text_chunk("prompt", json.dumps(idle))]), KIND)
    assert (item.grade, item.label) == (Grade.HINT, Label.AI)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"3": ',
        "{" * 90_000,
        '{"a":' * 90_000 + "1" + "}" * 90_000,
        '{"nodes": [' + "1," * 400_000 + "1]}",
    ],
)
def test_a_malformed_graph_is_unreadable(text: str) -> None:
    says_unreadable(png(before=[text_chunk("prompt", text)]), KIND)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"nodes": 7},
        {"nodes": [1, 2, "x"], "links": {}},
        {"nodes": [], "links": []},
        {"3": {"class_type": 3, "inputs": {}}},
        {"3": {"class_type": "KSampler", "inputs": []}},
        {"a": "b", "c": [{"class_type": "x"}]},
    ],
)
def test_objects_of_other_shapes_are_no_graphs(values: object) -> None:
    data = png(before=[text_chunk("prompt", json.dumps(values)), text_chunk("workflow", json.dumps(values))])
    assert read_provenance(data) == ()


def test_a_prompt_in_plain_words_is_no_graph() -> None:
    assert read_provenance(png(before=[png_chunk(b"tEXt", b"prompt\0draw a cat every day")])) == ()
