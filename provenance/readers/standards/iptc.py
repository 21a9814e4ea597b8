"""IPTC's DigitalSourceType in plain XMP (IPTC Photo Metadata Standard 2023.1): a declaration, unsigned."""

from itertools import islice

from core.sayings.codes import Clause, EvidenceDetail, Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade
from provenance.containers.xmp import IPTC_EXT, XmpProperty
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.fields import where
from provenance.shared.known_names import generator_in
from provenance.shared.said_names import generator_said_in
from provenance.shared.source_types import GENERATED, PARTLY, code_of, label_of

_KIND = EvidenceKind.IPTC_DIGITAL_SOURCE_TYPE
_NAMES = frozenset({"DigitalSourceType", "DigitalSourcetype"})  # both spellings were printed by IPTC
# Where the maker may be named, and how it is read there: fields for software, and free text.
_MAKERS = dict.fromkeys(("CreatorTool", "AISystemUsed", "softwareAgent", "Software"), generator_in) | {
    "Credit": generator_said_in,
    "creator": generator_said_in,
}

_MOST = 32  # properties looked at in one file, where a packet may repeat one thousands of times


def _read(sources: Sources) -> Looked:
    looked = Looked()
    packet = sources.image.xmp
    types = (item for item in packet if item.name in _NAMES and item.namespace == IPTC_EXT)
    found = list(islice(types, _MOST))
    maker = _maker(packet) if found else None
    for item in found:
        code = code_of(item.value)
        if code is None:
            _note_unknown(looked, item.value, maker)
            continue
        detail = say(EvidenceDetail.SOURCE_TYPE_DECLARED, source_type=code)
        if code in PARTLY:
            detail = say(EvidenceDetail.PARTLY_GENERATED, source=say(Clause.UNSIGNED_XMP), source_type=code)
        looked.add(
            _KIND,
            Grade.DECLARED if code in GENERATED | PARTLY else Grade.HINT,
            label_of(code),
            detail,
            generator=maker if code in GENERATED | PARTLY else None,
            fields={"digital source type": item.value},
        )
    return looked


def _maker(packet: tuple[XmpProperty, ...]) -> str | None:
    fields = islice((item for item in packet if item.name in _MAKERS), _MOST)
    return next((name for item in fields if (name := _MAKERS[item.name](item.value))), None)


def _note_unknown(looked: Looked, value: str, maker: str | None) -> None:
    """Only a whole URI is a declaration; the bare word is a word in a field, all else is noise."""
    word = value.strip()
    if word in GENERATED | PARTLY:
        detail = say(EvidenceDetail.SOURCE_TYPE_WORD, word=word)
        looked.add(_KIND, Grade.HINT, label_of(word), detail, generator=maker)
    else:
        looked.unreadable(
            _KIND, where(Place.XMP_PROPERTY, "DigitalSourceType"), say(RecordFault.NOT_IN_IPTC_VOCABULARY)
        )


READER = Reader("iptc", "IPTC DigitalSourceType in XMP, as a property with a whole URI", _KIND, _read)
