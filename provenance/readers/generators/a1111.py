"""A1111's `parameters`, also written by Forge, reForge, SD.Next and others.

The text is a prompt, a line `Negative prompt: ...`, and a line `Steps: 20, Sampler: ..., Seed: ...`
(AUTOMATIC1111/stable-diffusion-webui, `modules/processing.py`, `create_infotext`). It stands in PNG
text `parameters`, in EXIF UserComment, in a GIF's or JPEG's comment, or hidden in the pixels.
"""

import re
from dataclasses import dataclass

from core.sayings.codes import EvidenceDetail, Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.records import Record, keyed

_SETTINGS = re.compile(r"(?:\A|[\s,;.])(Steps: ?\d{1,6}(?:,|\s*\Z|\n).*)")
_PAIR = re.compile(r'([A-Za-z][\w \-/]{0,40}): ?("(?:[^"\\]++|\\.)*+"|[^,\n]*+)(?:,|\n|\Z)')
# ComfyUI spells its samplers `euler_ancestral_karras`, where A1111 has `Euler a` and a schedule.
_COMFY_SAMPLER = re.compile(r"[a-z0-9]{1,20}(?:_[a-z0-9]{1,20}){1,6}")
# How the programs that write in this manner name themselves in `Version`, reForge before Forge.
_VERSIONS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("Fooocus", r"\w*Fooocus"),
        ("stable-diffusion.cpp (A1111 manner)", r"stable-diffusion\.cpp"),
        ("KoboldCpp (A1111 manner)", r"Kobold"),
        ("Easy Diffusion (A1111 manner)", r"Easy ?Diffusion"),
        ("SwarmUI (A1111 manner)", r"(?:Stable)?Swarm"),
        ("InvokeAI (A1111 manner)", r"Invoke"),
        ("reForge (A1111 manner)", r"f\d[\d.]*(?:dev)?-v\d|reforge"),
        ("Forge (A1111 manner)", r"f\d|neo|forge|classic"),
    )
)
_NEGATIVE = "Negative prompt:"
_TELLING = frozenset({"CFG scale", "Seed", "Size", "Model", "Model hash", "Version", "Schedule type"})
_SHOWN = ("Steps", "Sampler", "Seed", "CFG scale", "Size", "Model", "Model hash", "Version")
_PLACES = ("parameters", "usercomment", "comment", "imagedescription", "stealth", "exif:usercomment")
_PLACES_MORE = ("dc:description", "description", "xpcomment", "caption")
_PAIRS = 64
_LONGEST_SETTINGS = 50_000


@dataclass(frozen=True, slots=True)
class Infotext:
    """A parsed text: the prompts, and the settings as they were named."""

    prompt: str
    negative: str
    settings: dict[str, str]

    @property
    def generator(self) -> str:
        """Name the program by its own signs; the plain manner is A1111's."""
        version = self.settings.get("Version", "").strip()
        app = self.settings.get("App", "")
        if "SD.Next" in app or "Parser" in self.settings:  # the older ones name their parser alone
            return "SD.Next (A1111 manner)"
        named = next((name for name, pattern in _VERSIONS if pattern.match(version)), None)
        if named is not None:
            return named
        if version == "ComfyUI" or (
            not version and _COMFY_SAMPLER.fullmatch(self.settings.get("Sampler", ""))
        ):
            return "ComfyUI (A1111 manner)"
        if not version and self.settings.get("Model hash") == "unknown":
            return "Krita AI Diffusion (A1111 manner)"  # Acly/krita-ai-diffusion, `text.py`
        if "Civitai resources" in self.settings:
            return "Civitai (A1111 manner)"
        return "A1111"


def parse_infotext(text: str) -> Infotext | None:
    """Parse a text in A1111's manner; None where it is not one.

    Steps alone is a word that recipes have too: a sampler beside it, or two other settings, make a
    record.
    """
    match = None
    for match in _SETTINGS.finditer(text):  # noqa: B007  # the last one: prompts may quote others
        pass
    if match is None:
        return None
    settings: dict[str, str] = {}
    for index, pair in enumerate(_PAIR.finditer(text, match.start(1), match.start(1) + _LONGEST_SETTINGS)):
        if index >= _PAIRS:
            break
        settings.setdefault(pair[1].strip(), pair[2].strip().strip('"'))
    if "Sampler" not in settings and len(_TELLING & settings.keys()) < 2:
        return None
    prompt, _, negative = text[: match.start(1)].partition(_NEGATIVE)
    return Infotext(prompt.strip(), negative.strip(), settings)


def _read(sources: Sources) -> Looked:
    looked = Looked()
    for record in keyed(sources.records, *_PLACES, *_PLACES_MORE):
        if record.values is not None or "Steps:" not in record.text:
            continue
        infotext = parse_infotext(record.text)
        if infotext is not None:
            _add(looked, record, infotext)
        elif _is_own(record):
            looked.unreadable(EvidenceKind.A1111_PARAMETERS, record.where, say(RecordFault.SETTINGS_DAMAGED))
    for record in filter(_is_own, sources.records):
        plain = record.values is None and record.fault is None
        if plain and "Steps:" not in record.text and record.text.strip():
            looked.unreadable(EvidenceKind.A1111_PARAMETERS, record.where, say(RecordFault.NO_SETTINGS))
    for record in keyed(sources.records, "postprocessing"):
        if "Postprocess" in record.text:
            looked.add(
                EvidenceKind.A1111_PARAMETERS,
                Grade.HINT,
                None,
                say(EvidenceDetail.A1111_POSTPROCESSING, where=record.where),
                generator="A1111",
                fields={"postprocessing": record.text},
            )
    return looked


def _is_own(record: Record) -> bool:
    """True for a text under A1111's own name; in XMP, Photoshop's history has `parameters` of its own."""
    return record.key.lower() == "parameters" and record.place is not Place.XMP_PROPERTY


def _add(looked: Looked, record: Record, infotext: Infotext) -> None:
    generator = infotext.generator
    shown = {name: infotext.settings[name] for name in _SHOWN if name in infotext.settings}
    looked.add(
        EvidenceKind.FOOOCUS_PARAMETERS if generator == "Fooocus" else EvidenceKind.A1111_PARAMETERS,
        Grade.DECLARED,
        Label.AI,
        say(EvidenceDetail.A1111_PARAMETERS, where=record.where),
        generator=generator,
        fields={"prompt": infotext.prompt, "negative prompt": infotext.negative, **shown},
    )


READER = Reader(
    "a1111",
    "generation parameters in A1111 format: PNG text, EXIF UserComment, comments, hidden text",
    EvidenceKind.A1111_PARAMETERS,
    _read,
)
