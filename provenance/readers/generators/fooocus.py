"""Fooocus: its own scheme, JSON in PNG `parameters` or EXIF UserComment with the scheme beside it.

Its other scheme is A1111's text and is read there (lllyasviel/Fooocus, `modules/meta_parser.py` and
`modules/private_logger.py`). Its offspring write JSON that names its program.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.sayings.codes import EvidenceDetail, Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources, picked
from provenance.shared.fields import where
from provenance.shared.records import Record, keyed

_KIND = EvidenceKind.FOOOCUS_PARAMETERS
_OWN = frozenset(
    {
        "adm_guidance",
        "base_model",
        "base_model_hash",
        "full_negative_prompt",
        "full_prompt",
        "metadata_scheme",
        "performance",
        "prompt_expansion",
        "refiner_model",
        "refiner_switch",
        "sharpness",
        "styles",
        "Fooocus V2 Expansion",
        "Base Model",
        "ADM Guidance",
        "Refiner Switch",
    }
)
_NAMED = re.compile(r"\w*Fooocus|SimpleSDXL", re.IGNORECASE)  # SimpleSDXL is its offspring
_SHOWN = (
    "prompt",
    "negative_prompt",
    "Prompt",
    "seed",
    "steps",
    "sampler",
    "base_model",
    "version",
    "created_by",
)
_PLACES = ("parameters", "usercomment", "comment", "stealth")


def _read(sources: Sources) -> Looked:
    looked = Looked()
    schemes = {record.text.strip().lower() for record in keyed(sources.records, "fooocus_scheme")}
    for record in keyed(sources.records, *_PLACES):
        if record.values is not None:
            generator = name_of(record.values)
            if generator is not None:
                _declare(looked, record, record.values, generator)
                schemes.discard("fooocus")
        elif record.fault and "fooocus" in schemes:
            looked.unreadable(_KIND, record.where, record.fault, generator="Fooocus")
            schemes.discard("fooocus")
    if "fooocus" in schemes:
        looked.unreadable(
            _KIND, where(Place.PNG_TEXT, "parameters"), say(RecordFault.FOOOCUS_PARAMETERS_MISSING)
        )
    return looked


def name_of(values: Mapping[str, Any]) -> str | None:
    """Name the program of the Fooocus family that wrote an object; None where none did."""
    software = values.get("software")
    if isinstance(software, str) and "fooocus" in software[:80].lower():
        return "RuinedFooocus (Fooocus)" if software.startswith("Ruined") else "Fooocus"
    version = values.get("version", values.get("Version"))
    named = isinstance(version, str) and _NAMED.match(version) is not None
    known = len(_OWN & values.keys())
    return "Fooocus" if known >= 3 or (named and known >= 1) else None


def _declare(looked: Looked, record: Record, values: Mapping[str, Any], generator: str) -> None:
    looked.add(
        _KIND,
        Grade.DECLARED,
        Label.AI,
        say(EvidenceDetail.GENERATOR_PARAMETERS, maker=generator, where=record.where),
        generator=generator,
        fields=picked(values, _SHOWN),
    )


READER = Reader("fooocus", "Fooocus metadata: PNG text and EXIF UserComment", _KIND, _read)
