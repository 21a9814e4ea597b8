"""InvokeAI, in three generations: `Dream` (a command line), `sd-metadata`, and `invokeai_metadata`.

The last stands beside `invokeai_graph` and `invokeai_workflow` (invoke-ai/InvokeAI,
`app/services/image_files`; older: `ldm/dream/pngwriter.py`).
"""

import re
from collections.abc import Mapping
from typing import Any

from core.sayings.codes import EvidenceDetail
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources, picked
from provenance.shared.records import Record, keyed

GENERATOR = "InvokeAI"
_KIND = EvidenceKind.INVOKEAI_METADATA
_KNOWN = frozenset(
    {
        "app_version",
        "cfg_scale",
        "generation_mode",
        "height",
        "model",
        "negative_prompt",
        "positive_prompt",
        "rand_device",
        "scheduler",
        "seed",
        "steps",
        "strength",
        "vae",
        "width",
    }
)
_SHOWN = ("positive_prompt", "negative_prompt", "seed", "steps", "scheduler", "cfg_scale", "app_version")
_IMAGE = ("prompt", "seed", "steps", "sampler", "cfg_scale", "width", "height")
# "a prompt" -s50 -S1234 -W512 -H512 -C7.5 -Ak_lms
_OPTION = re.compile(r"\s-(?:s|S|W|H|C|A|G|U|f|I|ft|i)\s?[\w.,/:\\-]+")
_LONGEST_DREAM = 20_000


def _read(sources: Sources) -> Looked:
    looked = Looked()
    for record in keyed(sources.records, "invokeai_metadata", "invokeai"):
        values = record.values
        inner = values.get("metadata") if values else None
        settings = inner if isinstance(inner, dict) else values
        if settings is not None and len(_KNOWN & settings.keys()) >= 2:
            _declare(looked, record, picked(settings, _SHOWN))
        elif values or record.fault:
            looked.unreadable(_KIND, record.where, record.fault or say(RecordFault.NO_INVOKEAI_SETTINGS))
    for record in keyed(sources.records, "invokeai_graph", "invokeai_workflow"):
        if record.values and "nodes" in record.values:
            _declare(looked, record, picked(record.values, ("name", "version")))
        elif record.values or record.fault:
            looked.unreadable(_KIND, record.where, record.fault or say(RecordFault.NO_GRAPH))
    for record in keyed(sources.records, "sd-metadata"):
        image = record.values.get("image") if record.values else None
        if isinstance(image, dict) and record.values:
            _declare(
                looked, record, {**_image_values(image), **picked(record.values, ("app_id", "app_version"))}
            )
        else:
            looked.unreadable(_KIND, record.where, record.fault or say(RecordFault.NO_IMAGE_DESCRIBED))
    for record in keyed(sources.records, "dream"):
        options = _OPTION.findall(record.text[:_LONGEST_DREAM])
        if len(options) >= 3:
            prompt = record.text[:_LONGEST_DREAM].rpartition('"')[0].strip('"')
            _declare(
                looked, record, {"prompt": prompt, "options": " ".join(item.strip() for item in options)}
            )
        else:
            looked.unreadable(_KIND, record.where, say(RecordFault.NOT_INVOKEAI_COMMAND))
    return looked


def _image_values(image: Mapping[str, Any]) -> dict[str, object]:
    shown = picked(image, _IMAGE)
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        texts = [item.get("prompt") for item in prompt[:8] if isinstance(item, dict)]
        shown["prompt"] = "\n".join(text for text in texts if isinstance(text, str))
    return shown


def _declare(looked: Looked, record: Record, fields: Mapping[str, object]) -> None:
    detail = say(EvidenceDetail.GENERATION_RECORD, maker=GENERATOR, where=record.where)
    looked.add(_KIND, Grade.DECLARED, Label.AI, detail, generator=GENERATOR, fields=fields)


READER = Reader("invokeai", "InvokeAI records of three generations of the program, in PNG text", _KIND, _read)
