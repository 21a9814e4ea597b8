"""ComfyUI's graphs are found in PNG, WebP and JPEG; a graph that only loads and saves is no declaration."""

import base64
import json
import time

import pytest

from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from provenance.shared.limits import MAX_TEXT_BYTES
from tests.provenance.asking import declares, says_unreadable, the
from tests.provenance.making import PROMPT, WORKFLOW
from tests.provenance.writing import (
    exif,
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


def ran(*nodes: tuple[str, dict[str, object]]) -> bytes:
    """A PNG with the graph that ran: nodes of these classes with these inputs."""
    graph = {
        str(number): {"class_type": kind, "inputs": inputs} for number, (kind, inputs) in enumerate(nodes)
    }
    return png(before=[text_chunk("prompt", json.dumps(graph))])


def canvas(*nodes: object, **more: object) -> bytes:
    """A PNG with a canvas of these nodes."""
    text = json.dumps({"last_node_id": 9, "nodes": nodes, "links": [], **more})
    return png(before=[text_chunk("workflow", text)])


LOAD: tuple[str, dict[str, object]] = ("LoadImage", {"image": "mine.png"})
SAVE: tuple[str, dict[str, object]] = ("SaveImage", {"images": ["1", 0]})


@pytest.mark.parametrize(
    "nodes",
    [
        [LOAD, SAVE],
        [LOAD, ("ImageScale", {"image": ["1", 0], "upscale_method": "lanczos", "width": 8}), SAVE],
        [LOAD, ("ImageResize+", {"image": ["1", 0], "width": 8, "method": "stretch"}), ("Image Save", {})],
        [("LoadImagesFromFolderKJ", {"folder": "mine"}), ("ImageResampler", {}), ("SaveImageExtended", {})],
        [("Load Random Image", {"folder": "mine", "seed": 7}), ("easy imageSize", {}), SAVE],
        [LOAD, ("UpscaleModelLoader", {"model_name": "x"}), ("ImageUpscaleWithModel", {}), SAVE],
        [LOAD, ("Florence2Run", {"seed": 1, "prompt": "describe", "max_new_tokens": 9, "width": 1}), SAVE],
        [LOAD, ("ImageFilmGrain", {"noise": 0.1, "seed": 3}), ("FluxKontextImageScale", {}), SAVE],
        [LOAD, ("KSamplerSelect", {"sampler_name": "euler"}), ("Text to Image Loader", {}), SAVE],
        [LOAD, ("CheckpointLoaderSimple", {"ckpt_name": "x"}), ("CLIPTextEncode", {"text": "x"}), SAVE],
    ],
)
def test_a_graph_in_which_no_node_generates_is_a_hint(nodes: list[tuple[str, dict[str, object]]]) -> None:
    kinds = [{"id": number, "type": kind} for number, (kind, _) in enumerate(nodes)]
    for data in (ran(*nodes), canvas(*kinds)):
        item = the(data, KIND)
        assert (item.grade, item.label) == (Grade.HINT, Label.AI)
        assert "none of its nodes generates" in render(item.detail)


@pytest.mark.parametrize(
    "node",
    [
        ("KSampler Adv. (Efficient)", {}),
        ("XlabsSampler", {}),
        ("SUPIR_sample", {}),
        ("SamplerCustomAdvanced", {"noise": ["1", 0], "guider": ["2", 0], "sigmas": ["3", 0]}),
        ("UltimateSDUpscale", {}),
        ("FaceDetailer", {}),
        ("OpenAIDalle3", {}),
        ("FluxProUltraImageNode", {}),
        ("RecraftTextToImageNode", {}),
        ("一键出图", {"seed": 7, "steps": 20, "prompt": "a castle"}),
        ("Somebody's service", {"prompt": "a castle", "seed": 7, "aspect_ratio": "3:2"}),
    ],
)
def test_a_node_that_generates_makes_a_declaration(node: tuple[str, dict[str, object]]) -> None:
    declares(ran(LOAD, node, SAVE), KIND, "ComfyUI")


def test_a_node_of_any_name_that_samples_from_a_model_generates() -> None:
    sockets = {
        "inputs": [{"name": "a", "type": "MODEL"}, {"name": "b", "type": "CONDITIONING"}],
        "outputs": [{"name": "c", "type": "LATENT"}],
    }
    declares(canvas({"id": 1, "type": "出图", **sockets}, {"id": 2, "type": "SaveImage"}), KIND, "ComfyUI")
    lora = sockets | {"outputs": [{"name": "c", "type": "MODEL"}]}
    item = the(canvas({"id": 1, "type": "出图", **lora}, {"id": 2, "type": "SaveImage"}), KIND)
    assert item.grade is Grade.HINT


@pytest.mark.parametrize("mode", [2, 4])
def test_a_node_that_is_switched_off_does_not_generate(mode: int) -> None:
    nodes = [{"id": 1, "type": "LoadImage"}, {"id": 3, "type": "KSampler", "mode": mode}]
    assert the(canvas(*nodes), KIND).grade is Grade.HINT
    declares(canvas(nodes[0], nodes[1] | {"mode": 0}), KIND, "ComfyUI")


def test_what_ran_counts_before_what_stands_on_the_canvas() -> None:
    graph = {"1": {"class_type": "LoadImage", "inputs": {}}, "2": {"class_type": "SaveImage", "inputs": {}}}
    chunks = [text_chunk("prompt", json.dumps(graph)), text_chunk("workflow", GRAPHS["workflow"])]
    assert the(png(before=chunks), KIND).grade is Grade.HINT


def test_nodes_within_groups_count_where_the_group_is_used() -> None:
    inner = {"id": "0ae1-77", "nodes": [{"id": 1, "type": "KSampler"}]}
    used, unused = {"id": 1, "type": "0ae1-77"}, {"id": 1, "type": "LoadImage"}
    declares(canvas(used, definitions={"subgraphs": [inner]}), KIND, "ComfyUI")
    assert the(canvas(unused, definitions={"subgraphs": [inner]}), KIND).grade is Grade.HINT
    old = {"groupNodes": {"mine": {"nodes": [{"type": "KSampler"}]}}}
    declares(canvas({"id": 1, "type": "workflow>mine"}, extra=old), KIND, "ComfyUI")
    declares(canvas({"id": 1, "type": "workflow/mine"}, extra=old), KIND, "ComfyUI")


@pytest.mark.parametrize(
    "more",
    [
        {"definitions": 7},
        {"definitions": {"subgraphs": [None, {"id": "x", "nodes": 3}]}},
        {"extra": {"groupNodes": [1]}},
        {"extra": {"groupNodes": {"x": None}}},
    ],
)
def test_groups_of_odd_shapes_are_passed_over(more: dict[str, object]) -> None:
    assert (
        the(canvas({"id": 1, "type": "x", "inputs": [3], "outputs": "y"}, **more), KIND).grade is Grade.HINT
    )


PICTURE = base64.b64encode(bytes(range(256)) * 15_000).decode()  # 5 MB
LARGE = {
    "first": {"1": {"class_type": "LoadImageBase64", "inputs": {"image": PICTURE}}, **PROMPT},
    "last": {**PROMPT, "10": {"class_type": "LoadImageBase64", "inputs": {"image": PICTURE}}},
}


@pytest.mark.slow
@pytest.mark.parametrize("place", LARGE)
def test_a_record_with_pictures_in_it_is_read_without_them(place: str) -> None:
    text = json.dumps(LARGE[place])
    assert len(text) > MAX_TEXT_BYTES
    workflow = json.dumps(WORKFLOW | {"pictures": [PICTURE, PICTURE]})
    record = exif({0x010F: b"workflow:" + workflow.encode(), 0x0110: b"prompt:" + text.encode()})
    for data in (
        png(before=[text_chunk("prompt", text)]),
        png(after=[packed_chunk("prompt", text)]),
        png(before=[international_chunk("prompt", text, packed=True)]),
        png(after=[png_chunk(b"comf", b"prompt\0" + text.encode())]),
        webp([riff_chunk(b"EXIF", record)]),
    ):
        assert declares(data, KIND, "ComfyUI").fields["text"] == "a castle"
    within = json.dumps({"prompt": text, "workflow": workflow})
    declares(
        webp([riff_chunk(b"EXIF", exif({}, user_comment(within, "ascii", b"ASCII\0\0\0")))]), KIND, "ComfyUI"
    )


@pytest.mark.parametrize("packed", [True, False])
def test_of_a_record_that_is_too_large_the_head_is_read(packed: bool) -> None:  # noqa: FBT001  # a parameter
    notes = {
        str(number): {"class_type": "Note", "inputs": {"text": "x" * 900}} for number in range(20, 8_000)
    }
    text = json.dumps({**PROMPT, **notes})
    assert len(text) > 1.5 * MAX_TEXT_BYTES
    chunk = packed_chunk("prompt", text) if packed else text_chunk("prompt", text)
    assert declares(png(before=[chunk]), KIND, "ComfyUI").fields["text"] == "a castle"


def test_the_head_of_a_canvas_with_too_many_values_is_read() -> None:
    links = [[number, 1, 0, 2, 0, "IMAGE"] for number in range(60_000)]
    text = json.dumps({"last_node_id": 9, "nodes": WORKFLOW["nodes"], "links": links})
    declares(png(before=[text_chunk("workflow", text)]), KIND, "ComfyUI")


@pytest.mark.slow
def test_many_packed_texts_cost_no_more_than_a_few() -> None:
    """A file of 2 MB whose texts would inflate to 2 GB."""
    bomb = packed_chunk("prompt", '{"1": ' + " " * 5_000_000)
    data = png(before=[bomb] * 400)
    started = time.process_time()
    says_unreadable(data, KIND)
    assert time.process_time() - started < 4


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
