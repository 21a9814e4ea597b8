"""IPTC's fields for AI systems in XMP (IPTC Photo Metadata Standard 2025.1): declarations, unsigned.

Each is there to describe how a picture was generated, so one that is filled in says that it was. An empty
value, a placeholder and a denial (`No AI was used`) say nothing.
"""

import re
from itertools import islice

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.containers.xmp import IPTC_EXT
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.denials import denies
from provenance.shared.known_names import generator_in

_KIND = EvidenceKind.SOFTWARE_TAG
_SYSTEM = "AISystemUsed"
_NAMES = (_SYSTEM, "AISystemVersionUsed", "AIPromptInformation", "AIPromptWriterName")
# What programs and people put into a field that they must not leave empty.
_PLACEHOLDER = re.compile(
    r"[\W_]*(?:(?:n[\W_]*a|0|x|null|nil|nan|undefined|unknown|unspecified|default|disabled|empty|false|off|tbd|test"
    r"|me|myself|nobody|self|unbekannt|leer|inconnu|vide|desconocido|vacío|desconhecido|vazio|sconosciuto|vuoto"
    r"|onbekend|leeg|brak|неизвестно|不明|无)[\W_]*)?",
    re.IGNORECASE,
)
_LONGEST = 300
_MOST = 32  # looked at in one file, where a packet may repeat a field thousands of times


def _read(sources: Sources) -> Looked:
    looked = Looked()
    found: dict[str, str] = {}
    fields = (item for item in sources.image.xmp if item.namespace == IPTC_EXT and item.name in _NAMES)
    for item in islice(fields, _MOST):
        if _is_said(item.value):
            found.setdefault(item.name, item.value)
    if found:
        system = found.get(_SYSTEM, "").strip()
        looked.add(
            _KIND,
            Grade.DECLARED,
            Label.AI,
            say(EvidenceDetail.IPTC_AI_FIELDS, fields=", ".join(name for name in _NAMES if name in found)),
            generator=generator_in(system) or system or None,
            fields=found,
        )
    return looked


def _is_said(value: str) -> bool:
    start = value[:_LONGEST].strip()
    return not _PLACEHOLDER.fullmatch(start) and not denies(start)


READER = Reader("iptc ai fields", "IPTC's fields for AI systems and prompts, in XMP", _KIND, _read)
