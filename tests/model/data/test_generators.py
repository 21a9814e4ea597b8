"""Families of generators, from what manifests say."""

from pathlib import Path

import pytest

from core.vocabulary import Label
from model.data.generators import family_of
from model.data.samples import Sample


@pytest.mark.parametrize(
    ("model", "kind", "family"),
    [
        ("novelai-v4.5", "ai", "NovelAI"),
        ("Stable Diffusion 81274D13", "novelai", "NovelAI"),
        ("gpt-4o-image", "ai", "GPT image, DALL-E"),
        ("gemini-nano-banana", "ai", "Gemini"),
        ("waiIllustriousSDXL_v160", "sd", "SDXL lines (Pony, Illustrious, NoobAI, Animagine)"),
        ("midjourney-v6", "ai", "Niji, Midjourney"),
        ("Seedream 5.0", "ai", "Seedream, Dreamina, Jimeng"),
        ("pastelmix", "sd", "Stable Diffusion 1.x and unnamed"),
        ("", "illustrious", "SDXL lines (Pony, Illustrious, NoobAI, Animagine)"),
        ("", "character", "not said"),
    ],
)
def test_a_model_is_put_into_its_family(model: str, kind: str, family: str) -> None:
    sample = Sample(Path("p"), "p", Label.AI, "s", "o", facets={"model": model, "kind": kind})
    assert family_of(sample) == family


def test_a_human_picture_has_no_generator() -> None:
    assert family_of(Sample(Path("p"), "p", Label.HUMAN, "s", "o", facets={"model": "sd"})) == ""
