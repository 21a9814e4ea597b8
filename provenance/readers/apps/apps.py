"""Apps and services without a record format of much substance: a field or two, an object with a few keys.

Each is one row of `app_table`; a sign is the whole text of a named field, or keys of a JSON object, so
that the same words in a title, a caption or a denial are no sign.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.sayings.saying import say
from core.vocabulary import EvidenceKind
from provenance.readers.apps.app_table import APPS, App, Text, Values
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.bounded_json import looks_like_object, parse_object
from provenance.shared.errors import RecordError
from provenance.shared.records import Record

_KIND = EvidenceKind.SOFTWARE_TAG
_LONGEST = 4000  # of a text that can be a sign
_MOST_VALUES = 2000  # of one object
_DEEPEST = 6
_LONGEST_INNER = 20_000  # of an object that is written as text inside another
_MOST_INNER = 8
_Flat = Mapping[str, list[str]]


def _read(sources: Sources) -> Looked:
    looked = Looked()
    flat: dict[int, _Flat] = {}
    said: set[int] = set()  # the records of which something was said
    for app in APPS:
        found = [_first(sign, sources.records, flat) for sign in app.signs]
        if None in found or any(number in said for number in found):
            continue
        records = [sources.records[number] for number in found if number is not None]
        said.update(number for number in found if number is not None)
        _add(looked, app, records)
    return looked


def _first(sign: Text | Values, records: tuple[Record, ...], flat: dict[int, _Flat]) -> int | None:
    """The number of the first record with a sign."""
    for number, record in enumerate(records):
        if isinstance(sign, Text):
            fits = record.key.lower() in sign.keys and len(record.text) <= _LONGEST
            if fits and sign.form.fullmatch(record.text.strip("\0 \t\r\n")):
                return number
        elif record.values is not None and _may_have(record, sign):
            if number not in flat:
                flat[number] = _flattened(record.values)
            if all(_has(flat[number], name, form) for name, form in sign.needs.items()):
                return number
    return None


def _may_have(record: Record, sign: Values) -> bool:
    """True if a record is worth taking apart: not so a graph of a megabyte without the keys in question."""
    named = not sign.keys or record.key.lower() in sign.keys
    return named and record.depth == 0 and all(name in record.text for name in sign.needs)


def _has(values: _Flat, name: str, form: re.Pattern[str]) -> bool:
    return any(form.fullmatch(value) for value in values.get(name, ()))


def _flattened(values: Mapping[str, Any]) -> _Flat:
    """All values of an object by their keys, those of objects within it included."""
    flat: dict[str, list[str]] = {}
    stack: list[tuple[Any, int]] = [(values, 0)]
    seen = inner = 0
    while stack and seen < _MOST_VALUES:
        holder, depth = stack.pop()
        pairs = holder.items() if isinstance(holder, dict) else (("", item) for item in holder)
        for name, value in pairs:
            seen += 1
            if seen > _MOST_VALUES:
                break
            nested = value
            if isinstance(value, str) and inner < _MOST_INNER and looks_like_object(value):
                inner += 1
                nested = _parsed(value)
            flat.setdefault(str(name), []).append(_plain(value))
            if isinstance(nested, dict | list) and depth < _DEEPEST:
                stack.append((nested, depth + 1))
    return flat


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        return parse_object(text[:_LONGEST_INNER])
    except RecordError:
        return {}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:_LONGEST] if isinstance(value, str | int | float) else ""


def _add(looked: Looked, app: App, records: list[Record]) -> None:
    detail = say(app.detail, maker=app.name, where=records[0].where)
    fields = {record.key: record.text for record in records}
    looked.add(_KIND, app.grade, app.label, detail, generator=app.name, fields=fields)


READER = Reader(
    "apps", "marks of apps and services, each known by a field or two or by keys of an object", _KIND, _read
)
