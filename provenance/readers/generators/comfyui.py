"""ComfyUI: the graph that ran (`prompt`) and the graph on the canvas (`workflow`), as JSON.

PNG text; EXIF Make and Model in the WebP of `SaveAnimatedWEBP`; UserComment or ImageDescription by
the savers that others wrote (comfyanonymous/ComfyUI, `nodes.py` and `comfy_extras/nodes_images.py`).
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from core.sayings.codes import EvidenceDetail, Place
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.generators.comfyui_nodes import MOST_NODES, Node, nodes_on_canvas, nodes_that_ran
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.fields import where
from provenance.shared.records import Record, keyed

GENERATOR = "ComfyUI"
_KIND = EvidenceKind.COMFYUI_WORKFLOW
_INPUTS = {
    "ckpt_name": "model",
    "unet_name": "model",
    "seed": "seed",
    "noise_seed": "seed",
    "steps": "steps",
    "cfg": "cfg",
    "sampler_name": "sampler",
    "text": "text",
    "text_g": "text",
    "prompt": "text",
    "positive": "text",
    "negative": "text",
}


def _read(sources: Sources) -> Looked:
    looked = Looked()
    graphs: dict[Place, list[Record]] = defaultdict(list)
    for record in sources.records:
        if record.values is not None and (is_prompt(record.values) or is_workflow(record.values)):
            graphs[record.place].append(record)
        elif record.fault and record.key.lower() in {"prompt", "workflow"}:
            looked.unreadable(_KIND, record.where, record.fault, generator=GENERATOR)
    service = _service(sources)
    for place, records in graphs.items():
        names = ", ".join(sorted({record.key for record in records if record.key}))
        nodes = _nodes(records)
        types = {node.kind for node in nodes}
        idle = not any(node.generates for node in nodes)
        graph = EvidenceDetail.COMFYUI_GRAPH_IDLE if idle else EvidenceDetail.COMFYUI_GRAPH
        looked.add(
            _KIND,
            Grade.HINT if idle else Grade.DECLARED,
            Label.AI,
            say(graph, count=len(types), where=where(place, names)),
            generator=service or GENERATOR,
            fields=_shown(records),
        )
    return looked


def is_prompt(values: Mapping[str, Any]) -> bool:
    """True if an object is a graph that ran: numbered nodes with a class and inputs."""
    nodes = [item for item in list(values.values())[:MOST_NODES] if isinstance(item, dict)]
    sound = sum(isinstance(n.get("class_type"), str) and isinstance(n.get("inputs"), dict) for n in nodes)
    return sound > 0 and 2 * sound >= len(nodes)


def is_workflow(values: Mapping[str, Any]) -> bool:
    """True if an object is a canvas: a list of typed nodes, with links or a node count."""
    nodes = values.get("nodes")
    if not isinstance(nodes, list) or not ({"links", "last_node_id"} & values.keys()):
        return False
    typed = sum(isinstance(node, dict) and isinstance(node.get("type"), str) for node in nodes[:MOST_NODES])
    return typed > 0 and 2 * typed >= len(nodes[:MOST_NODES])


def _nodes(records: list[Record]) -> list[Node]:
    """The nodes that made the picture: those that ran, where that is said, else those on the canvas."""
    ran = [record for record in records if record.values and not isinstance(record.values.get("nodes"), list)]
    if ran and not any(record.fault for record in ran):
        return [node for record in ran for node in nodes_that_ran(record.values or {})]
    found = [node for record in ran for node in nodes_that_ran(record.values or {})]
    for record in records:
        if record not in ran:
            found.extend(nodes_on_canvas(record.values or {}))
    return found


def _service(sources: Sources) -> str | None:
    """Name the service that ran the graph, where it left its mark."""
    if any(record.values for record in keyed(sources.records, "generation_data")):
        return "Tensor.Art (ComfyUI)"
    if any(record.values for record in keyed(sources.records, "extrametadata")):
        return "Civitai (ComfyUI)"
    return None


def _shown(records: list[Record]) -> dict[str, object]:
    """Pick prompts and settings out of the graph that ran."""
    shown: dict[str, object] = {}
    for record in records:
        for node in list((record.values or {}).values())[:MOST_NODES]:
            inputs = node.get("inputs") if isinstance(node, dict) else None
            if not isinstance(inputs, dict):
                continue
            for name, title in _INPUTS.items():
                value = inputs.get(name)
                if isinstance(value, str | int | float) and value != "" and value not in shown.values():
                    number = sum(key.startswith(title) for key in shown) + 1
                    if number <= 6:
                        shown[title if number == 1 else f"{title} {number}"] = value
    return shown


READER = Reader(
    "comfyui", "ComfyUI's graphs: PNG text, EXIF Make, Model and UserComment, hidden text", _KIND, _read
)
