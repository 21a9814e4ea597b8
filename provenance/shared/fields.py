"""The fields of a container, in one form for all readers: named texts, each with its place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.sayings.codes import Place
from core.sayings.fault_codes import ContainerFault, RecordFault
from core.sayings.saying import SENTENCES, Saying, places_of, say
from provenance.shared.errors import TooMuchError
from provenance.shared.limits import MAX_FIELDS, MAX_TEXT_BYTES, MAX_TOTAL_TEXT_BYTES

_BEFORE_OBJECT = 64  # characters: blanks, and a name such as `workflow:`
# A picture in base64, also within JSON that stands in a string of JSON: its quotes are escaped there.
_LONG_STRING = re.compile(r'"[^"\\]{65536,}+(?=\\*")')


@dataclass(frozen=True, slots=True)
class Field:
    """One named text, and where it was found.

    The value is the stranger's own text, unchanged; it passes `provenance.shared.text` before a person
    sees any of it.
    """

    place: Place
    key: str
    value: str
    is_cut: bool = False  # only the head of it was kept


@dataclass(slots=True)
class FieldBag:
    """Collects fields under the caps of one file."""

    fields: list[Field] = field(default_factory=list)
    size: int = 0

    def add(self, place: Place, key: str, value: str) -> None:
        """Keep a field. Errors: `TooMuchError` once the file has had its share, and for too long a text."""
        if len(self.fields) >= MAX_FIELDS:
            raise TooMuchError(RecordFault.TOO_MUCH_TEXT)
        value, is_cut = _shortened(value) if len(value) > MAX_TEXT_BYTES else (value, False)
        self.size += len(value)
        if self.size > MAX_TOTAL_TEXT_BYTES:
            raise TooMuchError(RecordFault.TOO_MUCH_TEXT)
        self.fields.append(Field(place, key, value, is_cut))


def _shortened(text: str) -> tuple[str, bool]:
    """The head of a long JSON object, without the pictures that stand in it, and whether more followed.

    Errors: `TooMuchError` for any other long text, which has no use for half of it.
    """
    if "{" not in text[:_BEFORE_OBJECT]:
        raise TooMuchError(ContainerFault.TEXT_CHUNK_TOO_LONG, limit=MAX_TEXT_BYTES)
    text = _LONG_STRING.sub('"', text)
    return text[:MAX_TEXT_BYTES], len(text) > MAX_TEXT_BYTES


def where(place: Place, key: str) -> Saying:
    """The place of a named text, for a person."""
    return say(place, key=key or "?") if "key" in places_of(SENTENCES[place]["en"]) else say(place)


def named(fields: Iterable[Field], *keys: str) -> Iterator[Field]:
    """Pick the fields whose name is one of `keys` (lower case), in any case of letters."""
    return (item for item in fields if item.key.lower() in keys)
