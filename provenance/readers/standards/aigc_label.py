"""China's label of generated content (GB 45438-2025): JSON under the name AIGC, in any text of a file.

The standard puts it into XMP (`http://www.tc260.org.cn/ns/AIGC/1.0/`). Programs write it as PNG text, into
EXIF, or bare (`AIGC{...}`) into a JPEG segment of its own, with the names of its fields in any case. Tencent
has fields of its own. Anyone can write it; a signature in it changes that little (`aigc_signature`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import Saying, say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources, picked
from provenance.readers.standards.aigc_signature import check_signature
from provenance.shared.bounded_json import looks_like_object, parse_object
from provenance.shared.errors import RecordError
from provenance.shared.known_names import generator_in
from provenance.shared.records import Record

_KIND = EvidenceKind.SOFTWARE_TAG
_NAME = "aigc"
_FIELDS = (
    *(
        "Label",
        "ContentProducer",
        "ProduceID",
        "ReservedCode1",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode2",
    ),
    *("ServiceProvider", "ServiceUser", "ContentId", "Time"),
)
_SPELLING = {name.casefold(): name for name in _FIELDS}
_SHOWN = tuple(name for name in _FIELDS if not name.startswith("Reserved"))
_GENERATED = frozenset({"1", _NAME})
_POSSIBLY = frozenset({"2", "3"})
_MOST_LABELS = 4  # read in one file: each may cost the check of a signature
_LONGEST = 100_000

# `001`, a digit for the kind of code, the 18 characters of a company's registration, and what it likes.
_CODE = re.compile(r"001\d([0-9A-HJ-NPQRTUWXY]{18})\w*")
# Whose registrations and names these are, as found in published labels and in the companies' own notices.
_PRODUCERS = {
    "91110102MACQD9K640": "Doubao",
    "9144030008867405X2": "Jimeng",
    "91440101MA9Y9T4H7A": "Qwen",
    "91330106MA2CFLDG4R": "Wan",
    "91110108335469089C": "Kling",
    "91440300708461136T": "Tencent Yuanbao",
    "91110105MACJ6K1C8A": "Liblib",
    "91110000802100433B": "Baidu",
    "91340100MAEB4N8H76": "RunningHub",
    "91110108MACC4D63XF": "Vidu",
    "91310104MACE0YX639": "StepFun",
    "91440300MA5G49LC9K": "Honor",
    "doubao": "Doubao",
    "kling": "Kling",
    "minimax": "Hailuo",
    "runninghub": "RunningHub",
}
_UNNAMED = "AIGC label"


def _read(sources: Sources) -> Looked:
    looked = Looked()
    for count, (record, label) in enumerate(_labels(sources, looked)):
        if count >= _MOST_LABELS:
            break
        code = str(label.get("Label", ""))[:8].strip().casefold()
        if code in _GENERATED or _is_tencents(label):
            _declare(looked, record, label)
        elif code in _POSSIBLY:
            detail = say(EvidenceDetail.AIGC_LABEL_POSSIBLE, where=record.where)
            fields = picked(label, _SHOWN)
            looked.add(_KIND, Grade.HINT, Label.AI, detail, generator=_producer(label), fields=fields)
    return looked


def _labels(sources: Sources, looked: Looked) -> Iterator[tuple[Record, dict[str, Any]]]:
    """Each label in a file, its fields spelt as the standard does; one that cannot be read is noted."""
    for record in sources.records:
        if record.key.rpartition(":")[2].casefold() == _NAME:
            if record.fault:
                looked.unreadable(_KIND, record.where, record.fault, generator=_UNNAMED)
            inner: object = record.values
        else:
            inner = next(
                (value for key, value in (record.values or {}).items() if key.casefold() == _NAME), None
            )
        if isinstance(inner, str) and looks_like_object(inner) and len(inner) <= _LONGEST:
            try:
                inner = parse_object(inner)
            except RecordError as error:
                looked.unreadable(_KIND, record.where, error.fault, generator=_UNNAMED)
        if isinstance(inner, dict):
            # `{"AIGC": {...}}` as the value of a field that is called AIGC
            wrapped = next((value for key, value in inner.items() if key.casefold() == _NAME), inner)
            label = wrapped if isinstance(wrapped, dict) else inner
            yield (
                record,
                {_SPELLING.get(str(key).casefold()) or str(key): value for key, value in label.items()},
            )


def _is_tencents(label: Mapping[str, Any]) -> bool:
    """True for Tencent's form, which has no `Label` and is written into generated content alone."""
    provider, others = label.get("ServiceProvider"), ("ServiceUser", "ContentId", "Time")
    return "Label" not in label and bool(provider) and any(label.get(name) for name in others)


def _declare(looked: Looked, record: Record, label: Mapping[str, Any]) -> None:
    signature = check_signature(label)
    detail: Saying = say(EvidenceDetail.AIGC_LABEL, where=record.where)
    if signature is not None:
        detail = say(EvidenceDetail.AIGC_LABEL_SIGNED, where=record.where, signature=signature)
    fields = picked(label, _SHOWN)
    looked.add(_KIND, Grade.DECLARED, Label.AI, detail, generator=_producer(label), fields=fields)


def _producer(label: Mapping[str, Any]) -> str:
    """Who made it: by the registration in the producer's code, or as it is written there."""
    text = label.get("ContentProducer") or label.get("ServiceProvider") or ""
    text = text.strip()[:200] if isinstance(text, str) else ""
    code = _CODE.fullmatch(text)
    known = _PRODUCERS.get(code[1]) if code else _PRODUCERS.get(text) or _PRODUCERS.get(text.casefold())
    if known or code or text.isdigit():
        return known or _UNNAMED
    return generator_in(text) or text or _UNNAMED


READER = Reader("aigc label", "China's label of generated content, in any text of the file", _KIND, _read)
