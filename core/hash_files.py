"""Files of hashes in the forms in which the field exchanges them.

Read: the CSV of ThreatExchange's command line (`collab,signal_type,signal_str,category,tags`), of its
hashing tool (`hash,quality,file`), its signal files (`pdq HASH` or `HASH` a line), and JSON objects with
`signal_type` and `signal_value`, as a list or one a line, as Hasher-Matcher-Actioner speaks. Written: the
first and the last.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from core.vocabulary import Label
from store.hash_lists import SharedHash
from store.known_images import LEAST_QUALITY

SIGNAL = "pdq"
COLUMNS = ("collab", "signal_type", "signal_str", "category", "tags")
CATEGORIES = {Label.AI: "POSITIVE_CLASS", Label.HUMAN: "NEGATIVE_CLASS"}  # of "this is generated"
_HASH = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Left:
    """An entry that was not taken, and why."""

    why: str


def read_hashes(path: Path, label: Label | None) -> Iterator[SharedHash | Left]:
    """Read a file's hashes; an entry whose tags do not say `ai` or `human` has the given label.

    Errors: ValueError where the file is none of the forms, OSError.
    """
    with path.open(encoding="utf-8-sig", newline="") as text:
        for entry in _entries(path, text):
            yield _read(entry, label)


def write_csv(out: TextIO, hashes: Iterator[SharedHash], name: str) -> int:
    """Write the CSV of ThreatExchange's command line; give how many."""
    writer, count = csv.writer(out, lineterminator="\n"), 0
    writer.writerow(COLUMNS)
    for count, one in enumerate(hashes, start=1):  # noqa: B007  # the last is the count
        writer.writerow((name, SIGNAL, one.hex, CATEGORIES[one.label], one.label.value))
    return count


def write_json_lines(out: TextIO, hashes: Iterator[SharedHash], name: str) -> int:
    """Write one JSON object a line; give how many."""
    count = 0
    for count, one in enumerate(hashes, start=1):  # noqa: B007  # the last is the count
        entry = {"signal_type": SIGNAL, "signal_value": one.hex, "tags": [one.label.value], "collab": name}
        out.write(json.dumps(entry) + "\n")
    return count


def _entries(path: Path, text: TextIO) -> Iterator[Mapping[str, Any]]:
    kind = path.suffix.lower()
    if kind == ".csv":
        yield from _csv_entries(text)
    elif kind in {".jsonl", ".ndjson"}:
        yield from (_object(line) for line in text if line.strip())
    elif kind == ".json":
        found = json.load(text)
        if not isinstance(found, list):
            raise ValueError(f"{path.name} holds no list")
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


def _read(entry: Mapping[str, Any], label: Label | None) -> SharedHash | Left:
    kind = str(entry.get("signal_type") or SIGNAL).strip().lower()
    if kind not in {SIGNAL, "hash_pdq"}:
        return Left(f"a signal of another type: {kind[:40]!r}")
    digits = str(entry.get("signal_str") or entry.get("signal_value") or entry.get("hash") or "").strip()
    if not _HASH.fullmatch(digits):
        return Left("no hash of 64 hex digits")
    quality = str(entry.get("quality") or "").strip()
    if quality.isascii() and quality.isdigit() and int(quality) < LEAST_QUALITY:
        return Left(f"a quality of {quality[:9]}, too little to tell pictures apart by")
    said = entry.get("tags") or ""
    tags = said if isinstance(said, list) else str(said).split()
    told = {one for one in Label if one.value in tags}
    if len(told) != 1 and label is None:
        return Left("neither `ai` nor `human` among its tags, and no --label")
    return SharedHash(digits.lower(), told.pop() if len(told) == 1 else label or Label.AI)
