"""What a container holds, in one shape for all readers: named texts, each with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.sayings.codes import Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import SENTENCES, Saying, places_of, say
from provenance.shared.errors import TooMuchError
from provenance.shared.limits import MAX_FIELDS, MAX_TOTAL_TEXT_BYTES


@dataclass(frozen=True, slots=True)
class Field:
    """One named text, and where it was found.

    The value is the stranger's own text, unchanged; it passes `provenance.shared.text` before a person
    sees any of it.
    """

    place: Place
    key: str
    value: str


@dataclass(slots=True)
class FieldBag:
    """Collects fields under the caps of one file."""

    fields: list[Field] = field(default_factory=list)
    size: int = 0

    def add(self, place: Place, key: str, value: str) -> None:
        """Keep a field. Errors: `TooMuchError` once the file has had its share."""
        self.size += len(value)
        if len(self.fields) >= MAX_FIELDS or self.size > MAX_TOTAL_TEXT_BYTES:
            raise TooMuchError(RecordFault.TOO_MUCH_TEXT)
        self.fields.append(Field(place, key, value))


def where(place: Place, key: str) -> Saying:
    """The place of a named text, for a person."""
    return say(place, key=key or "?") if "key" in places_of(SENTENCES[place]["en"]) else say(place)


def named(fields: Iterable[Field], *keys: str) -> Iterator[Field]:
    """Pick the fields whose name is one of `keys` (lower case), in any case of letters."""
    return (item for item in fields if item.key.lower() in keys)
