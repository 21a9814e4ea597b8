"""What a container holds, in one shape for all readers: named texts, each with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from provenance.shared.errors import TooMuchError
from provenance.shared.limits import MAX_FIELDS, MAX_TOTAL_TEXT_BYTES


@dataclass(frozen=True, slots=True)
class Field:
    """One named text: `place` says where it stood (`PNG text`, `EXIF`, `XMP`, `JPEG comment`, ...).

    The value is the stranger's own text, unchanged; it passes `provenance.shared.text` before a person
    sees any of it.
    """

    place: str
    key: str
    value: str


@dataclass(slots=True)
class FieldBag:
    """Collects fields under the caps of one file."""

    fields: list[Field] = field(default_factory=list)
    size: int = 0

    def add(self, place: str, key: str, value: str) -> None:
        """Keep a field. Errors: `TooMuchError` once the file has had its share."""
        self.size += len(value)
        if len(self.fields) >= MAX_FIELDS or self.size > MAX_TOTAL_TEXT_BYTES:
            raise TooMuchError("the file holds more text than is read")
        self.fields.append(Field(place, key, value))


def named(fields: Iterable[Field], *keys: str) -> Iterator[Field]:
    """Pick the fields whose name is one of `keys` (lower case), in any case of letters."""
    return (item for item in fields if item.key.lower() in keys)
