"""Unreadable records in the container: shown, but evidence for neither label."""

from core.vocabulary import EvidenceKind
from provenance.readers.reading import Looked, Reader, Sources

_KINDS = {
    "parameters": EvidenceKind.A1111_PARAMETERS,
    "prompt": EvidenceKind.COMFYUI_WORKFLOW,
    "workflow": EvidenceKind.COMFYUI_WORKFLOW,
    "invokeai_metadata": EvidenceKind.INVOKEAI_METADATA,
    "sd-metadata": EvidenceKind.INVOKEAI_METADATA,
    "dream": EvidenceKind.INVOKEAI_METADATA,
    "stealth": EvidenceKind.NOVELAI_STEALTH,
}
_SHOWN = 4


def _read(sources: Sources) -> Looked:
    looked = Looked()
    for item in sources.image.broken[:_SHOWN]:
        kind = _KINDS.get(item.key.lower(), EvidenceKind.SOFTWARE_TAG)
        looked.unreadable(kind, item.where, item.why)
    return looked


READER = Reader(
    "damage",
    "records that end early, expand without limit, or are not valid EXIF or XML",
    EvidenceKind.SOFTWARE_TAG,
    _read,
    only_records=False,
)
