"""The family of a generator, from what a manifest says of it."""

import re

from model.data.samples import Sample

_FAMILIES = (
    ("NovelAI", r"novelai|nai-|stable diffusion [0-9a-f]{8}"),
    ("GPT image, DALL-E", r"gpt|dall"),
    ("Gemini", r"gemini|nano-banana|imagen"),
    ("Niji, Midjourney", r"niji|midjourney"),
    ("Flux", r"flux"),
    ("Seedream, Dreamina, Jimeng", r"seedream|dreamina|jimeng"),
    ("Qwen image", r"qwen"),
    (
        "SDXL lines (Pony, Illustrious, NoobAI, Animagine)",
        r"xl|pony|illustrious|noob|animagine|janku|wai|silicon",
    ),
    ("HDM, Lumina", r"hdm|lumina|neta"),
    ("Leonardo, PixAI, MiniMax, Stability", r"leonardo|pixai|minimax|stability|openart"),
)
_KINDS = {"novelai": "NovelAI", "gemini": "Gemini", "gpt-image": "GPT image, DALL-E", "sdxl": _FAMILIES[7][0]}
_KINDS |= {"illustrious": _FAMILIES[7][0], "noobai": _FAMILIES[7][0], "animagine": _FAMILIES[7][0]}
_KINDS |= {"sd": "Stable Diffusion 1.x and unnamed", "sd15": "Stable Diffusion 1.x and unnamed"}


def family_of(sample: Sample) -> str:
    """Name the family of a generated picture's model; empty for a human picture."""
    if not sample.is_ai:
        return ""
    said = sample.facets.get("model", "").lower()
    for name, pattern in _FAMILIES:
        if re.search(pattern, said):
            return name
    other = "Stable Diffusion 1.x and unnamed" if said else "not said"
    return _KINDS.get(sample.facets.get("kind", ""), other)
