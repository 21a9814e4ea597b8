"""Read what the bytes of an image say about their origin.

Pure functions from bytes to evidence: no network, no file, no state. Every reader runs; none can
raise; what each may read is capped (`provenance.shared.limits`).
"""

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from core.sayings.codes import EvidenceDetail, Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import Saying, render, say
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.c2pa import c2pa_claims
from provenance.containers.containers import open_image
from provenance.containers.image_file import ImageFile
from provenance.containers.pixels import Pixels
from provenance.containers.stealth import Stealth, read_stealth
from provenance.readers import damage, software, watermark
from provenance.readers.apps import apps
from provenance.readers.generators import (
    a1111,
    comfyui,
    fooocus,
    invokeai,
    novelai,
    other_generators,
    spread_records,
    swarmui,
)
from provenance.readers.reading import Looked, Reader, Sources
from provenance.readers.standards import aigc_label, credentials_elsewhere, iptc, iptc_ai_fields
from provenance.shared.errors import ProvenanceError
from provenance.shared.limits import MAX_EVIDENCE, MAX_PIXELS
from provenance.shared.records import make_records
from provenance.shared.text import one_line
from provenance.shared.trust import TrustList

# NovelAI's verify key (NovelAI/novelai-image-metadata, `nai_sig.py`).
NOVELAI_KEY = base64.b64decode("Y2JcQAOhLwzwSDUJPNgL04nS0Tbqm7cSRc4xk0vRMic=")
READERS: tuple[Reader, ...] = (
    novelai.READER,
    c2pa_claims.READER,
    a1111.READER,
    comfyui.READER,
    invokeai.READER,
    fooocus.READER,
    swarmui.READER,
    other_generators.READER,
    spread_records.READER,
    apps.READER,
    aigc_label.READER,
    credentials_elsewhere.READER,
    iptc.READER,
    iptc_ai_fields.READER,
    watermark.READER,
    software.READER,
    damage.READER,
)
_GRADES = (Grade.PROOF, Grade.DECLARED, Grade.HINT)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReaderNote:
    """What one reader did, for a person: its name, what it looked at, what it saw.

    `is_silent` where it found nothing and could look at everything.
    """

    reader: str
    looked_at: str
    saw: tuple[str, ...]
    is_silent: bool = False


def read_provenance(
    data: bytes,
    *,
    trust: TrustList | None = None,
    max_pixels: int = MAX_PIXELS,
    verify_key: bytes = NOVELAI_KEY,
) -> tuple[Evidence, ...]:
    """All evidence of a file, strongest grade first.

    `trust` says whose C2PA signatures count as proof (without it none does); `max_pixels` bounds
    what is decoded for hidden text and signatures. Never raises.
    """
    found: list[Evidence] = []
    for _, looked in _run(data, trust, max_pixels, verify_key)[2]:
        found.extend(item for item in looked.evidence if item not in found)
    found.sort(key=lambda item: _GRADES.index(item.grade))  # stable: the readers' order within a grade
    return tuple(item for item in found if not _is_repeated(item, found))[:MAX_EVIDENCE]


def _is_repeated(item: Evidence, found: list[Evidence]) -> bool:
    """True if a hint says less than a record in the same file: that it was generated, or only edited."""
    if (item.kind, item.grade, item.label) != (EvidenceKind.SOFTWARE_TAG, Grade.HINT, Label.AI):
        return False
    name = item.generator or ""
    return any(
        (_is_edit(other) and name == other.generator)
        or (other.grade is not Grade.HINT and other.label is Label.AI and name in (other.generator or ""))
        for other in found
    )


def _is_edit(item: Evidence) -> bool:
    return isinstance(item.detail, Saying) and item.detail.code in {
        EvidenceDetail.NOVELAI_EDIT,
        EvidenceDetail.GENERATIVE_EDIT,
    }


def explain(
    data: bytes,
    *,
    trust: TrustList | None = None,
    max_pixels: int = MAX_PIXELS,
    verify_key: bytes = NOVELAI_KEY,
) -> tuple[ReaderNote, ...]:
    """Walk through every reader and say what it saw. Never raises."""
    image, stealth, looks = _run(data, trust, max_pixels, verify_key)
    notes = [_container_note(image)]
    if image is not None:
        notes.append(
            _note("stealth", "text hidden in the lowest bits of the pixels", stealth.saw, stealth.fields)
        )
    notes += [_note(reader.name, reader.looks_at, looked.saw, looked.evidence) for reader, looked in looks]
    return tuple(notes)


def _note(reader: str, looked_at: str, saw: Sequence[str], found: Sequence[object]) -> ReaderNote:
    could_look = not any("could not be read" in line or "found:" in line for line in saw)
    return ReaderNote(reader, looked_at, tuple(saw) or ("Nothing found.",), not found and could_look)


def _container_note(image: ImageFile | None) -> ReaderNote:
    looked_at = "chunks, segments or boxes"
    if image is None:
        return ReaderNote("container", looked_at, ("The file is not in a supported picture format.",))
    saw = [f"{image.format.upper()}, {image.width} x {image.height} pixels, {len(image.data):,} bytes."]
    saw += [one_line(part) for part in image.parts]
    saw += [
        f"Unreadable: {one_line(f'{render(item.where)}: {render(item.why)}', 200)}." for item in image.broken
    ]
    return ReaderNote("container", looked_at, tuple(saw))


def _run(
    data: bytes, trust: TrustList | None, max_pixels: int, verify_key: bytes
) -> tuple[ImageFile | None, Stealth, list[tuple[Reader, Looked]]]:
    try:
        image = open_image(data)
        pixels = Pixels(image, max_pixels)
        stealth = read_stealth(image, pixels)
        image = image.with_fields(stealth.fields, stealth.broken)
        sources = Sources(image, make_records(image.fields), pixels, verify_key, trust)
    except ProvenanceError:
        return None, Stealth(), []
    except Exception:
        # A fault of ours, not of the picture's: it must cost the evidence, never the examination.
        log.exception("failed to parse a file")
        return None, Stealth(), []
    is_bare = not (sources.records or image.xmp or image.exif)
    looks = [
        (reader, Looked() if is_bare and reader.only_records else _guarded(reader, sources))
        for reader in READERS
    ]
    return image, stealth, looks


def _guarded(reader: Reader, sources: Sources) -> Looked:
    try:
        return reader.read(sources)
    except Exception:
        log.exception("provenance reader %s failed", reader.name)
        looked = Looked()
        kind: EvidenceKind = reader.kind
        looked.unreadable(kind, say(Place.THIS_FILE), say(RecordFault.READER_FAILED, reader=reader.name))
        return looked
