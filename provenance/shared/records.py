"""Records: the texts of a file, each with its JSON parsed once for all readers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.sayings.codes import Place
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import Saying
from provenance.shared.bounded_json import looks_like_object, measure_json, parse_head, parse_object
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.fields import Field, where
from provenance.shared.limits import MAX_JSON_MARKS, MAX_TEXT_BYTES

# EXIF has no tag for a prompt: writers put `prompt:{...}` into one that they do not need. China's label
# stands without a colon, too: `AIGC{...}`.
_PREFIX = re.compile(
    r"\s*(?:(prompt|workflow|parameters|generation_data)\s*:|(AIGC)\s*[:=]?)\s*(?=\{)", re.IGNORECASE
)
# Objects within objects that are records of their own, written as objects or as text.
_INNER = (
    "Comment",
    "prompt",
    "workflow",
    "parameters",
    "extraMetadata",
    "invokeai_metadata",
    "generation_data",
)
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Record:
    """One text of the file.

    `values` is its JSON object, None where it is none; `fault` says why a text that starts as an
    object cannot be read as one. Of one that is too large to read, both are there: `values` is its head.
    `depth` counts the records that this one stood in.
    """

    place: Place
    key: str
    text: str
    values: dict[str, Any] | None = None
    fault: Saying | None = None
    depth: int = 0

    @property
    def where(self) -> Saying:
        """Where the record was found, for a person."""
        return where(self.place, self.key)


def make_records(fields: Iterable[Field]) -> tuple[Record, ...]:
    """Turn fields into records; JSON is parsed while the marks of one file last."""
    left = [MAX_JSON_MARKS]
    found: list[Record] = []
    for field in fields:
        key, text = field.key, field.value
        prefix = _PREFIX.match(text)
        if prefix:
            key, text = (prefix[1] or prefix[2]).lower(), text[prefix.end() :]
        found.extend(_expand(_record(field.place, key, text, left, 0, is_cut=field.is_cut), left))
    return tuple(found)


def _record(
    place: Place, key: str, text: str, left: list[int], depth: int, *, is_cut: bool = False
) -> Record:
    if not looks_like_object(text):
        return Record(place, key, text, depth=depth)
    body = text.strip("\ufeff \t\r\n\0")
    try:
        if is_cut:
            raise TooMuchError(RecordFault.JSON_TOO_LONG, limit=MAX_TEXT_BYTES)
        marks = measure_json(body)
        if marks > left[0]:
            raise TooMuchError(RecordFault.TOO_MUCH_JSON)
        left[0] -= marks
        return Record(place, key, text, parse_object(body), depth=depth)
    except TooMuchError as error:
        return Record(place, key, text, _head(body, left), error.fault, depth=depth)
    except RecordError as error:
        return Record(place, key, text, fault=error.fault, depth=depth)


def _head(text: str, left: list[int]) -> dict[str, Any] | None:
    try:
        values, marks = parse_head(text, left[0])
    except RecordError:
        return None
    left[0] -= marks
    return values


def _expand(record: Record, left: list[int]) -> Iterator[Record]:
    yield record
    if record.values is None or record.depth >= _DEEPEST:
        return
    for key in _INNER:
        value = record.values.get(key)
        if isinstance(value, dict):
            yield from _expand(Record(record.place, key, "", value, depth=record.depth + 1), left)
        elif isinstance(value, str) and looks_like_object(value):
            yield from _expand(_record(record.place, key, value, left, record.depth + 1), left)
        elif isinstance(value, str) and key == "parameters":
            yield Record(record.place, key, value, depth=record.depth + 1)


def keyed(records: Iterable[Record], *keys: str) -> Iterator[Record]:
    """Pick the records whose key is one of `keys` (lower case), in any case of letters."""
    return (record for record in records if record.key.lower() in keys)
