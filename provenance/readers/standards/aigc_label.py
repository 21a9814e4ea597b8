"""China's label of generated content (GB 45438-2025): JSON under the name AIGC; 1 means generated."""

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources, picked

_KIND = EvidenceKind.SOFTWARE_TAG


def _read(sources: Sources) -> Looked:
    looked = Looked()
    for record in sources.records:
        values = record.values
        if values is None:
            continue
        inner = values.get("AIGC")
        label = (
            inner if isinstance(inner, dict) else values if record.key.rpartition(":")[2] == "AIGC" else None
        )
        if label is None or "Label" not in label:
            continue
        code = str(label["Label"])[:8]
        fields = picked(label, ("Label", "ContentProducer", "ProduceID", "ContentPropagator"))
        if code == "1":
            detail = say(EvidenceDetail.AIGC_LABEL, where=record.where)
            looked.add(_KIND, Grade.DECLARED, Label.AI, detail, generator="AIGC label", fields=fields)
        elif code in {"2", "3"}:
            detail = say(EvidenceDetail.AIGC_LABEL_POSSIBLE, where=record.where)
            looked.add(_KIND, Grade.HINT, Label.AI, detail, generator="AIGC label", fields=fields)
    return looked


READER = Reader("aigc label", "China's label of generated content, in any text field", _KIND, _read)
