"""What a reader is, what it receives, and how it records what it found."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import Saying, Value, render, say
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.containers.image_file import ImageFile
from provenance.containers.pixels import Pixels
from provenance.shared.limits import (
    MAX_DETAIL,
    MAX_DETAIL_VALUE,
    MAX_EVIDENCE,
    MAX_NAME,
    MAX_VALUE,
    MAX_VALUES,
    MAX_VALUES_TOTAL,
)
from provenance.shared.records import Record
from provenance.shared.text import many_lines, one_line
from provenance.shared.trust import TrustList


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a reader may look at: the container, its records, its pixels (decoded when asked)."""

    image: ImageFile
    records: tuple[Record, ...]
    pixels: Pixels
    verify_key: bytes
    trust: TrustList | None = None


@dataclass(slots=True)
class Looked:
    """What one reader found, and, for `explain`, what it saw on the way."""

    evidence: list[Evidence] = field(default_factory=list)
    saw: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Note what was seen; text from the file is made safe."""
        if len(self.saw) < 32:
            self.saw.append(one_line(text, MAX_DETAIL))

    def add(
        self,
        kind: EvidenceKind,
        grade: Grade,
        label: Label | None,
        detail: Saying,
        *,
        generator: str | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        """Keep a piece of evidence; everything in it is made safe and short."""
        if len(self.evidence) >= MAX_EVIDENCE // 2:
            return
        name = one_line(generator, MAX_NAME) if generator else None
        safe = safe_saying(detail)
        self.evidence.append(Evidence(kind, grade, label, name, safe, safe_values(fields or {})))
        self.saw.append(render(safe))

    def unreadable(
        self, kind: EvidenceKind, where: Saying, why: Saying, *, generator: str | None = None
    ) -> None:
        """Keep a malformed record: it says nothing, and a person may want to know that it is there."""
        detail = say(EvidenceDetail.UNREADABLE_RECORD, where=where, why=why)
        self.add(kind, Grade.HINT, None, detail, generator=generator)


@dataclass(frozen=True, slots=True)
class Reader:
    """One carrier family: its name, what it looks at, and the function that reads it.

    `only_records` where it has nothing to look at in a file without any records.
    """

    name: str
    looks_at: str
    kind: EvidenceKind
    read: Callable[[Sources], Looked]
    only_records: bool = True


def safe_saying(saying: Saying) -> Saying:
    """The same saying, its texts on one line and short, and those of the sayings in it likewise."""
    return Saying(saying.code, {name: _safe_value(value) for name, value in saying.values.items()})


def _safe_value(value: Value) -> Value:
    if isinstance(value, Saying):
        return safe_saying(value)
    return one_line(value, MAX_DETAIL_VALUE) if isinstance(value, str) else value


def safe_values(values: Mapping[str, object]) -> dict[str, str]:
    """Write a record's own values as short strings: names on one line, values with their lines."""
    out: dict[str, str] = {}
    left = MAX_VALUES_TOTAL
    for key, value in values.items():
        if len(out) >= MAX_VALUES or left <= 0:
            break
        text = many_lines(plain_value(value), min(MAX_VALUE, left))
        if text:
            out[one_line(str(key), MAX_NAME)] = text
            left -= len(text)
    return out


def plain_value(value: object) -> str:
    """Write a JSON value as text; nested ones are not shown."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if isinstance(value, float):
        return repr(value)
    return ""


def picked(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, object]:
    """Pick the named values that are plain."""
    return {key: values[key] for key in keys if key in values and not isinstance(values[key], dict | list)}
