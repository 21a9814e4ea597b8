"""Files of hashes, in the formats of ThreatExchange.

Read: the CSV of ThreatExchange's command line (`collab,signal_type,signal_str,category,tags`), of its
hashing tool (`hash,quality,file`), its signal files (`pdq HASH` or `HASH` a line), and JSON objects with
`signal_type` and `signal_value`, as a list or one a line, as Hasher-Matcher-Actioner speaks. Written: the
first and the last.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import PurePath
from typing import Any, TextIO

from core.known.known_image import LEAST_QUALITY
from core.vocabulary import Label

SIGNAL = "pdq"
COLUMNS = ("collab", "signal_type", "signal_str", "category", "tags")
CATEGORIES = {Label.AI: "POSITIVE_CLASS", Label.HUMAN: "NEGATIVE_CLASS"}  # of "this is generated"
_SAYS_SO = frozenset(
    {"", "POSITIVE_CLASS", "TRUE_POSITIVE"}
)  # all other opinions deny it, or only suspect it
_HASH = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class SharedHash:
    """A hash as lists share it: 64 hex digits, and who made its picture."""

    hex: str
    label: Label


class SkipReason(StrEnum):
    """Name why an entry was not taken."""

    OTHER_SIGNAL = "a different signal type"
    NO_HASH = "not a hash of 64 hex digits"
    LOW_QUALITY = "hash quality too low to compare"
    NOT_SAID = "a category that denies the label, or only suspects it"
    NO_LABEL = "no `ai` or `human` tag, and no --label given"


def read_hashes(name: str, text: TextIO, label: Label | None) -> Iterator[SharedHash | SkipReason]:
    """Read the hashes of a file of this name; an entry whose tags do not say `ai` or `human` has the label.

    The text wants `utf-8-sig` and its own line ends (`newline=""`). Errors: ValueError where the file is
    none of the forms, OSError.
    """
    try:
        for entry in _entries(name, text):
            yield _read(entry, label)
    except csv.Error as error:
        raise ValueError(str(error)) from error


def csv_lines(hashes: Iterator[SharedHash], name: str) -> Iterator[str]:
    """Write the CSV of ThreatExchange's command line, a line at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in chain(
        [COLUMNS],
        ((name, SIGNAL, one.hex, CATEGORIES[one.label], one.label.value) for one in hashes),
    ):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def json_lines(hashes: Iterator[SharedHash], name: str) -> Iterator[str]:
    """Write one JSON object a line."""
    for one in hashes:
        entry = {"signal_type": SIGNAL, "signal_value": one.hex, "tags": [one.label.value], "collab": name}
        yield json.dumps(entry) + "\n"


FORMS = {"csv": csv_lines, "jsonl": json_lines}


def _entries(name: str, text: TextIO) -> Iterator[Mapping[str, Any]]:
    kind = PurePath(name).suffix.lower()
    if kind == ".csv":
        yield from _csv_entries(text)
    elif kind in {".jsonl", ".ndjson"}:
        yield from (_object(line) for line in text if line.strip())
    elif kind == ".json":
        found = json.load(text)
        if not isinstance(found, list):
            raise ValueError("it contains no list")
        yield from (one if isinstance(one, dict) else {} for one in found)
    else:
        for line in text:
            if words := line.split():
                yield {"signal_type": words[0] if len(words) > 1 else SIGNAL, "signal_str": words[-1]}


def _csv_entries(text: TextIO) -> Iterator[Mapping[str, Any]]:
    rows = csv.reader(text)
    head = next(rows, [])
    names = [name.strip().lower() for name in head]
    if {"signal_str", "signal_value", "hash"} & set(names):
        yield from (dict(zip(names, row, strict=False)) for row in rows if row)
        return
    for row in [head, *rows] if head else []:
        yield {"hash": row[0], "quality": row[1] if len(row) > 1 else ""}


def _object(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read(entry: Mapping[str, Any], label: Label | None) -> SharedHash | SkipReason:
    kind = str(entry.get("signal_type") or SIGNAL).strip().lower()
    if kind not in {SIGNAL, "hash_pdq"}:
        return SkipReason.OTHER_SIGNAL
    digits = str(entry.get("signal_str") or entry.get("signal_value") or entry.get("hash") or "").strip()
    if not _HASH.fullmatch(digits):
        return SkipReason.NO_HASH
    quality = str(entry.get("quality") or "").strip()
    if quality.isascii() and quality.isdigit() and int(quality) < LEAST_QUALITY:
        return SkipReason.LOW_QUALITY
    said = entry.get("tags") or ""
    tags = said if isinstance(said, list) else str(said).split()
    labels = {one for one in Label if one.value in tags}
    if len(labels) != 1 and label is None:
        return SkipReason.NO_LABEL
    named = labels.pop() if len(labels) == 1 else label or Label.AI
    if named is Label.AI and str(entry.get("category") or "").strip().upper() not in _SAYS_SO:
        return SkipReason.NOT_SAID
    return SharedHash(digits.lower(), named)
