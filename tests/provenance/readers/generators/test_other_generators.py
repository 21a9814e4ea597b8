"""Generators without a kind of their own are named all the same; free words stay hints or nothing."""

import json

import pytest

from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from tests.provenance.asking import declares, the
from tests.provenance.writing import (
    exif,
    international_chunk,
    jpeg,
    jpeg_segment,
    png,
    text_chunk,
    user_comment,
    xmp,
)

KIND = EvidenceKind.SOFTWARE_TAG
JOB = "Job ID: 1f2e3d4c-aaaa-bbbb-cccc-0123456789ab"
EASY = {"prompt": "a", "seed": 1, "use_stable_diffusion_model": "sd-v1-4", "num_inference_steps": 25}
EASY_TITLES = ("Prompt", "Seed", "Stable Diffusion model", "Guidance Scale", "Steps")
SPACE = {"prompt": "x", "guidance_scale": 7, "resolution": "8 x 8", "Model": "a"}
DRAW = {
    "c": "a",
    "uc": "",
    "seed": 1,
    "steps": 20,
    "sampler": "DPM++ 2M",
    "scale": 5,
    "v2": {"aestheticScore": 6},
}


def in_xmp(properties: str) -> bytes:
    return png(before=[international_chunk("XML:com.adobe.xmp", xmp(properties).decode())])


def in_comment(values: object) -> bytes:
    return jpeg([jpeg_segment(0xE1, exif({}, user_comment(json.dumps(values))))])


def in_text(**texts: object) -> bytes:
    chunks = [
        text_chunk(k.replace("_d_", "-"), v if isinstance(v, str) else json.dumps(v))
        for k, v in texts.items()
    ]
    return png(before=chunks)


@pytest.mark.parametrize(
    ("data", "generator"),
    [
        (in_comment(EASY), "Easy Diffusion"),
        (in_text(**{key: str(value) for key, value in EASY.items()}), "Easy Diffusion"),
        (
            in_text(**dict.fromkeys(EASY_TITLES, "1")),
            "Easy Diffusion",
        ),
        (in_comment(DRAW), "Draw Things"),
        (in_text(generation_data={"prompt": "x", "baseModel": {"hash": "1"}}), "Tensor.Art"),
        (in_text(parameters_d_json={"PositivePrompt": "x", "Seed": 1, "ModelName": "m"}), "Stability Matrix"),
        (in_text(smproj={"id": 1}), "Stability Matrix"),
        (in_text(parameters=SPACE), "Hugging Face Space"),
        (in_comment({"mflux_version": "0.9", "model": "dev", "seed": 1, "steps": 4, "prompt": "x"}), "mflux"),
        (in_text(NMKDiffusion={"prompt": "x", "seed": 1}), "NMKD Stable Diffusion"),
        (in_text(Description=f"a fox --ar 2:3 --v 6.1 {JOB}", Author="someone"), "Midjourney"),
        (in_xmp(f"<dc:description>a fox {JOB}</dc:description>"), "Midjourney"),
    ],
)
def test_each_is_declared_by_name(data: bytes, generator: str) -> None:
    declares(data, KIND, generator)


def test_draw_things_in_xmp_is_found_once() -> None:
    tool = "<xmp:CreatorTool>Draw Things</xmp:CreatorTool>"
    data = in_xmp(f"{tool}<exif:UserComment>{json.dumps(DRAW)}</exif:UserComment>")
    declares(data, KIND, "Draw Things")


@pytest.mark.parametrize(
    ("data", "generator"),
    [
        (in_text(Description="a fox --niji 5"), "Midjourney"),
        (in_text(parameters={"prompt": "x", "seed": 1, "sampler": "euler", "made_by": "new"}), None),
    ],
)
def test_words_and_unknown_shapes_are_hints(data: bytes, generator: str | None) -> None:
    item = the(data, KIND)
    assert (item.grade, item.label, item.generator) == (Grade.HINT, Label.AI, generator)


@pytest.mark.parametrize(
    "values",
    [
        {"title": "My seed catalogue", "seed": "sunflower"},
        {"prompt": "a question for my readers"},
        {"model": "Nikon", "steps": 3, "scale": 2},
    ],
)
def test_a_persons_json_is_nothing(values: object) -> None:
    assert read_provenance(in_comment(values)) == ()
