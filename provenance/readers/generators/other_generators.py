"""Generators with their own record format but no evidence kind of their own."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.sayings.codes import EvidenceDetail
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import Saying, say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.generators.a1111 import parse_infotext
from provenance.readers.generators.fooocus import name_of
from provenance.readers.reading import Looked, Reader, Sources, picked
from provenance.shared.records import Record, keyed

_KIND = EvidenceKind.SOFTWARE_TAG
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MIDJOURNEY = re.compile(rf"\bJob ID:\s*{_UUID}", re.IGNORECASE)
_MIDJOURNEY_OPTION = re.compile(r"(?:\A|\s)--(?:v|niji|ar|stylize|chaos|sref|cref)\s+\S", re.IGNORECASE)
_MOCHI = re.compile(r"Include in Image: .*Generator: Mochi Diffusion", re.DOTALL)
_LONGEST = 20_000
_SHOWN = (
    "prompt",
    "negative_prompt",
    "Prompt",
    "Negative Prompt",
    "negativePrompt",
    "PositivePrompt",
    "NegativePrompt",
    "c",
    "uc",
    "seed",
    "Seed",
    "steps",
    "Steps",
    "num_inference_steps",
    "guidance_scale",
    "sampler",
    "sampler_name",
    "model",
    "Model",
    "ModelName",
    "use_stable_diffusion_model",
)
_SETTINGS = frozenset(
    {"seed", "steps", "sampler", "sampler_name", "scheduler", "cfg", "cfg_scale", "cfgScale"}
) | {
    "guidance",
    "guidance_scale",
    "num_inference_steps",
    "model",
    "model_name",
    "checkpoint",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """The keys by which an object of one generator is known: all of the first, one of the second."""

    generator: str
    all_of: frozenset[str]
    one_of: frozenset[str]

    def fits(self, values: Mapping[str, Any]) -> bool:
        return self.all_of <= values.keys() and bool(self.one_of & values.keys())


def _shape(generator: str, all_of: str, *one_of: str) -> _Shape:
    return _Shape(generator, frozenset(all_of.split("|")), frozenset(one_of))


_SHAPES = (
    _shape("Easy Diffusion", "use_stable_diffusion_model", "num_inference_steps", "guidance_scale", "seed"),
    _shape("Easy Diffusion", "Stable Diffusion model|Seed", "Guidance Scale", "Inference Steps", "Steps"),
    _shape("Draw Things", "c|seed", "v2", "sampler", "scale", "strength"),
    _shape("Stability Matrix", "PositivePrompt|Seed", "ModelName", "Sampler", "CfgScale"),
    _shape("Hugging Face Space", "prompt|num_inference_steps", "guidance_scale", "Model", "resolution"),
    _shape("Hugging Face Space", "prompt|guidance_scale|resolution", "Model", "seed", "sampler"),
    _shape("mflux", "mflux_version", "model", "seed", "steps"),
    _shape("Artroom", "text_prompts|ckpt", "sampler", "seed", "steps"),
)


def _read(sources: Sources) -> Looked:
    looked = Looked()
    taken: set[str] = set()
    for record in sources.records:
        if record.values is None or _belongs_elsewhere(record):
            continue
        shape = next((item for item in _SHAPES if item.fits(record.values)), None)
        if shape is not None:
            _declare(looked, record.where, shape.generator, picked(record.values, _SHOWN))
            taken.add(shape.generator)
        elif _is_generic(record.values):
            looked.add(
                _KIND,
                Grade.HINT,
                Label.AI,
                say(EvidenceDetail.UNKNOWN_GENERATOR_SETTINGS, where=record.where),
                fields=picked(record.values, _SHOWN),
            )
    for look in _OTHERS:
        look(sources, looked, taken)
    return looked


def _belongs_elsewhere(record: Record) -> bool:
    """True if another reader handles an object, or if it only wraps others."""
    values = record.values or {}
    inner = any(isinstance(values.get(key), dict) for key in ("prompt", "workflow", "sui_image_params"))
    return (
        inner
        or name_of(values) is not None
        or record.key.lower().startswith(
            ("invokeai", "sd-metadata", "generation_data", "extrametadata", "modl")
        )
    )


def _is_generic(values: Mapping[str, Any]) -> bool:
    prompts = {"prompt", "Prompt", "positive_prompt", "negative_prompt", "negativePrompt", "positivePrompt"}
    own = {"base_model", "uc", "v4_prompt", "signed_hash", "uncond_scale", "request_type", "software"}
    return bool(prompts & values.keys()) and len(_SETTINGS & values.keys()) >= 2 and not own & values.keys()


def _declare(looked: Looked, where: Saying, generator: str, fields: Mapping[str, object]) -> None:
    detail = say(EvidenceDetail.GENERATION_RECORD, maker=generator, where=where)
    looked.add(_KIND, Grade.DECLARED, Label.AI, detail, generator=generator, fields=fields)


def _tensor_art(sources: Sources, looked: Looked, _: set[str]) -> None:
    for record in keyed(sources.records, "generation_data"):
        if record.values and {"prompt", "baseModel", "models", "seed"} & record.values.keys():
            _declare(looked, record.where, "Tensor.Art", picked(record.values, _SHOWN))
        elif record.fault:
            looked.unreadable(_KIND, record.where, record.fault, generator="Tensor.Art")


def _stability_matrix(sources: Sources, looked: Looked, taken: set[str]) -> None:
    project = next(keyed(sources.records, "smproj"), None)
    if project is not None and "Stability Matrix" not in taken:
        if project.values:
            _declare(looked, project.where, "Stability Matrix", {})
        else:
            fault = project.fault or say(RecordFault.NOT_STABILITY_MATRIX_PROJECT)
            looked.unreadable(_KIND, project.where, fault, generator="Stability Matrix")


def _nmkd(sources: Sources, looked: Looked, _: set[str]) -> None:
    for record in keyed(sources.records, "nmkdiffusion"):
        if record.values and "prompt" in record.values:
            _declare(looked, record.where, "NMKD Stable Diffusion", picked(record.values, _SHOWN))


def _midjourney(sources: Sources, looked: Looked, _: set[str]) -> None:
    places = (
        "description",
        "dc:description",
        "imagedescription",
        "usercomment",
        "comment",
        "xpcomment",
        "caption",
    )
    for record in keyed(sources.records, *places):
        text = record.text[:_LONGEST]
        if _MIDJOURNEY.search(text):
            _declare(looked, record.where, "Midjourney", {"description": text})
        elif _MIDJOURNEY_OPTION.search(text):
            detail = say(EvidenceDetail.MIDJOURNEY_OPTIONS, where=record.where)
            fields = {"description": text}
            looked.add(_KIND, Grade.HINT, Label.AI, detail, generator="Midjourney", fields=fields)


def _mochi(sources: Sources, looked: Looked, _: set[str]) -> None:
    """Mochi Diffusion's line of settings, in the caption that its Mac keeps for it."""
    for record in keyed(sources.records, "caption", "dc:description", "imagedescription", "description"):
        if _MOCHI.search(record.text[:_LONGEST]):
            _declare(looked, record.where, "Mochi Diffusion", {"settings": record.text[:_LONGEST]})
            return


def _unknown_hidden(sources: Sources, looked: Looked, _: set[str]) -> None:
    """Only generators' programs hide text like this, even if what it says is new to us."""
    for record in keyed(sources.records, "stealth"):
        if record.values is None and record.fault is None and parse_infotext(record.text) is None:
            detail = say(EvidenceDetail.HIDDEN_TEXT_UNKNOWN, where=record.where)
            fields = {"text": record.text}
            looked.add(_KIND, Grade.HINT, Label.AI, detail, fields=fields)


_OTHERS: tuple[Callable[[Sources, Looked, set[str]], None], ...] = (
    _tensor_art,
    _stability_matrix,
    _nmkd,
    _midjourney,
    _mochi,
    _unknown_hidden,
)
READER = Reader(
    "other generators",
    "records of Easy Diffusion, Draw Things, Tensor.Art, Midjourney and other generators, in any text field",
    _KIND,
    _read,
)
