"""The nodes of a ComfyUI graph, and which of them generate a picture.

Anyone can write nodes, and thousands are in use: besides the names of the best known, what a node takes and
gives tells what it does. One that is not known to generate counts as one that loads, resizes or saves.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_NODES = 5000  # nodes looked at; the largest workflows have a few hundred
_NOT_RUN = frozenset({2, 4})  # modes of a node on the canvas: muted, bypassed
# `KSampler`, `XlabsSampler`, `KSampler Adv. (Efficient)`, but not `KSamplerSelect` or `ImageResampler`
_SAMPLER = re.compile(
    r"ksampler(?!.{0,12}(?:select|provider|config))|samplercustom|(?<!re)(?<!up)(?<!down)sampler\b|[^e]_sample\b",
    re.IGNORECASE,
)
_BY_NAME = re.compile(
    r"te?xt ?(?:to|2) ?(?:image|img|video|vid)|(?:image|img) ?(?:to|2) ?(?:image|img|video|vid)"
    r"|ultimate ?sd ?upscale|facedetailer|detailerforeach|dall-?e|gpt-?image|imagine"
    r"|flux.{0,16}(?:pro|max|ultra)(?:image)?node|ideogramv\d|stability ?stable ?image"
    r"|luma(?:image|video)(?:modify)?node|seedream|nano ?banana|gemini ?image",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[a-z]+|\d+|[A-Z]+(?![a-z])|[A-Z][a-z]*")
# What a name may end with that only serves others, whatever else it says.
_SERVING = frozenset(
    {
        *("blur", "color", "colour", "config", "controls", "convert", "crop", "decode", "display", "encode"),
        *("filter", "info", "input", "load", "loader", "loop", "mask", "model", "models", "name", "note"),
        *("options", "output", "path", "picker", "pipe", "preview", "primitive", "provider", "reroute"),
        *("resize", "resizer", "save", "saver", "scale", "scaler", "select", "selector", "settings", "show"),
        *("size", "style", "switch", "upload", "viewer"),
    }
)
_SEEDS = frozenset({"seed", "noise_seed", "noise", "random_seed"})
_SAMPLING = frozenset(
    {
        "cfg",
        "cfg_scale",
        "denoise",
        "guidance_scale",
        "guider",
        "negative_prompt",
        "num_inference_steps",
        "sampler",
        "sampler_name",
        "scheduler",
        "sigmas",
        "steps",
    }
)
_PROMPTS = frozenset({"positive", "positive_prompt", "prompt"})
_SIZES = frozenset({"aspect_ratio", "height", "image_size", "quality", "resolution", "size", "width"})
_LANGUAGE_MODEL = frozenset({"max_new_tokens", "max_tokens", "num_beams", "temperature", "top_k", "top_p"})
_MODELS = frozenset({"GUIDER", "MODEL"})
_PICTURES = frozenset({"IMAGE", "LATENT", "VIDEO"})
_GUIDANCE = frozenset({"CONDITIONING", "GUIDER", "LATENT", "SIGMAS"})


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its type, the names of what it takes, and the types of what is plugged in and given."""

    kind: str
    inputs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()

    @property
    def generates(self) -> bool:
        """True if the node makes a picture that was not there before."""
        if self._samples_by_its_sockets or self._samples_by_its_inputs:
            return True
        words = _WORDS.findall(self.kind)
        if words and words[-1].lower() in _SERVING:
            return False
        return bool(_SAMPLER.search(self.kind) or _BY_NAME.search(self.kind))

    @property
    def _samples_by_its_sockets(self) -> bool:
        return bool(_PICTURES & self.gives and _MODELS & self.takes and _GUIDANCE & self.takes)

    @property
    def _samples_by_its_inputs(self) -> bool:
        if _LANGUAGE_MODEL & self.inputs or not (_SEEDS & self.inputs):
            return False
        return bool(_SAMPLING & self.inputs) or bool(_PROMPTS & self.inputs and _SIZES & self.inputs)


def nodes_that_ran(prompt: Mapping[str, Any]) -> Iterator[Node]:
    """The nodes of a graph that ran: numbered objects with a class and named inputs."""
    for item in list(prompt.values())[:MOST_NODES]:
        if isinstance(item, dict) and isinstance(item.get("class_type"), str):
            inputs = item.get("inputs")
            names = inputs if isinstance(inputs, dict) else ()
            yield Node(item["class_type"], frozenset(str(name).lower() for name in names))


def nodes_on_canvas(workflow: Mapping[str, Any]) -> Iterator[Node]:
    """The nodes of a canvas that are switched on, with those inside the groups that are."""
    left = [MOST_NODES]
    active = list(_switched_on(workflow.get("nodes"), left))
    yield from active
    kinds = {node.kind.removeprefix("workflow>").removeprefix("workflow/") for node in active}
    for name, nodes in _groups(workflow):
        if name in kinds:
            yield from _switched_on(nodes, left)


def _groups(workflow: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The groups that a canvas defines (subgraphs, and the older group nodes), by the type of their nodes."""
    definitions = workflow.get("definitions")
    subgraphs = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    for graph in subgraphs[:MOST_NODES] if isinstance(subgraphs, list) else ():
        if isinstance(graph, dict):
            yield str(graph.get("id")), graph.get("nodes")
    extra = workflow.get("extra")
    groups = extra.get("groupNodes") if isinstance(extra, dict) else None
    for name, graph in list(groups.items())[:MOST_NODES] if isinstance(groups, dict) else ():
        if isinstance(graph, dict):
            yield str(name), graph.get("nodes")


def _switched_on(nodes: object, left: list[int]) -> Iterator[Node]:
    if not isinstance(nodes, list):
        return
    for item in nodes[: left[0]]:
        left[0] -= 1
        if isinstance(item, dict) and isinstance(item.get("type"), str) and item.get("mode") not in _NOT_RUN:
            sockets = [_sockets(item.get(side)) for side in ("inputs", "outputs")]
            yield Node(
                item["type"],
                frozenset(name.lower() for name, _ in sockets[0]),
                frozenset(kind.upper() for _, kind in sockets[0] if kind.isupper()),
                frozenset(kind.upper() for _, kind in sockets[1]),
            )


def _sockets(value: object) -> list[tuple[str, str]]:
    items = value[:256] if isinstance(value, list) else []
    return [(str(one.get("name")), str(one.get("type"))) for one in items if isinstance(one, dict)]
