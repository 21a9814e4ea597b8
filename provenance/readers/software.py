"""Software fields and camera data: anyone can write these, so they are hints for either label.

Titles, descriptions and the fields of persons and rights stay out: they are an author's own words,
and `not for training Midjourney` is no sign of Midjourney.
"""

import re

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.bounded_json import looks_like_object
from provenance.shared.known_names import editor_in, generator_in
from provenance.shared.records import Record
from provenance.shared.said_names import generator_said_in

_KIND = EvidenceKind.SOFTWARE_TAG
_PROGRAM = frozenset({"software", "softwareagent", "creatortool"}) | {
    "ai_generator",
    "creator_tool",
    "generator",
    "host",
    "hostcomputer",
    "make",
    "model",
    "originatingprogram",
    "program",
}
# Free text, where people thank people: only a phrase says that a generator made the picture.
_FREE = frozenset({"source", "credit"})
_STANDARD_PREFIX = re.compile(r"\A(?:xmp|tiff|exif|photoshop):")
# A comment is an author's own words, but for what editors write there unasked.
_BY_EDITORS = re.compile(r"Created (?:with|by|in|using) [\w .:()\-]{2,60}")
_EXPOSURE = ("ExposureTime", "FNumber", "ISOSpeedRatings", "FocalLength")
_LONGEST = 300


def _read(sources: Sources) -> Looked:
    looked = Looked()
    seen: set[str] = set()
    for record in sources.records:
        key = _STANDARD_PREFIX.sub("", record.key.lower())
        if key == "comment" and _BY_EDITORS.fullmatch(record.text[:100].strip()):
            _look_for_editor(looked, record, seen)
        if len(record.text) > _LONGEST or looks_like_object(record.text):
            continue
        if key in _PROGRAM:
            _look(looked, record, seen, generator_in(record.text))
        elif key in _FREE:
            _look(looked, record, seen, generator_said_in(record.text))
    _look_at_history(looked, sources)
    _look_at_camera(looked, sources)
    return looked


def _look(looked: Looked, record: Record, seen: set[str], generator: str | None) -> None:
    if generator is None:
        _look_for_editor(looked, record, seen)
    elif generator not in seen:
        seen.add(generator)
        detail = say(EvidenceDetail.GENERATOR_NAMED, maker=generator, where=record.where)
        fields = {record.key: record.text}
        looked.add(_KIND, Grade.HINT, Label.AI, detail, generator=generator, fields=fields)


def _look_for_editor(looked: Looked, record: Record, seen: set[str]) -> None:
    editor = editor_in(record.text)
    if editor is not None and editor not in seen:
        seen.add(editor)
        detail = say(EvidenceDetail.EDITOR_NAMED, editor=editor, where=record.where)
        looked.add(_KIND, Grade.HINT, Label.HUMAN, detail, fields={record.key: record.text})


def _look_at_history(looked: Looked, sources: Sources) -> None:
    steps = sum(item.name == "action" and "ResourceEvent" in item.namespace for item in sources.image.xmp)
    layers = sum(item.name == "LayerName" for item in sources.image.xmp)
    if steps >= 3 or layers:
        detail = say(EvidenceDetail.EDITING_HISTORY, steps=steps, layers=layers)
        looked.add(_KIND, Grade.HINT, Label.HUMAN, detail)


def _look_at_camera(looked: Looked, sources: Sources) -> None:
    tags = {tag.name: tag.text.strip() for tag in sources.image.exif}
    make, model = tags.get("Make", ""), tags.get("Model", "")
    settings = [name for name in _EXPOSURE if tags.get(name, "0") not in {"", "0", "0/0", "0/1"}]
    named = 0 < len(make) <= _LONGEST and len(model) <= _LONGEST and not generator_in(f"{make} {model}")
    if named and len(settings) >= 2:
        detail = say(EvidenceDetail.CAMERA_DATA, camera=f"{make} {model}")
        fields = {name: tags[name] for name in ("Make", "Model", *settings) if name in tags}
        looked.add(_KIND, Grade.HINT, Label.HUMAN, detail, fields=fields)


READER = Reader("software", "software fields and camera data", _KIND, _read)
