"""The pictures that a model learns from or is judged on: a manifest with a digest."""

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.vocabulary import Label

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"})
_FACETS = ("kind", "model", "format", "width", "height", "paper_split", "date", "sha256", "path")


class SamplesError(Exception):
    """A data set cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled picture.

    `source` is the collection it came from, `owner` whoever published that collection: folds are cut
    between owners, never through one. `split` is train, test or empty. `facets` are the manifest's
    other columns, for tables by style, generator, format and resolution. `number` is the row in the
    manifest: what is random about a picture is drawn from it.
    """

    path: Path
    name: str
    label: Label
    source: str
    owner: str
    split: str = ""
    facets: dict[str, str] = field(default_factory=dict)
    number: int = 0

    @property
    def is_ai(self) -> bool:
        """True if the picture is generated."""
        return self.label is Label.AI


def read_samples(place: Path) -> list[Sample]:
    """Read a manifest (`manifest.csv`, or a folder that has one) or a folder of `ai/` and `human/`.

    Errors: `SamplesError`.
    """
    if place.is_file():
        return _read_manifest(place)
    if (place / "manifest.csv").is_file():
        return _read_manifest(place / "manifest.csv")
    return _read_folder(place)


def digest(samples: Sequence[Sample]) -> str:
    """SHA-256 over names, labels and splits, in any order."""
    lines = sorted(f"{s.name}\t{s.label}\t{s.split}" for s in samples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read_manifest(path: Path) -> list[Sample]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            missing = {"file", "label"}.difference(rows.fieldnames or ())
            if missing:
                raise SamplesError(f"{path} has no column {' and no '.join(sorted(missing))}")
            samples = []
            for number, row in enumerate(rows):
                if row["label"] not in set(Label):
                    raise SamplesError(
                        f"{path}, line {rows.line_num}: label must be ai or human, not {row['label']!r}"
                    )
                samples.append(_from_row(path.parent, row, number))
    except UnicodeDecodeError as error:
        raise SamplesError(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise SamplesError(f"{path}: {error.strerror}") from error
    except csv.Error as error:
        raise SamplesError(f"{path} is not a table: {error}") from error
    return _checked(samples, path)


def _from_row(folder: Path, row: dict[str, str], number: int) -> Sample:
    source = row.get("repo") or row.get("source") or "unknown"
    return Sample(
        path=folder / row["file"],
        name=row["file"],
        label=Label(row["label"]),
        source=source,
        owner=source.split("/", maxsplit=1)[0],
        split=row.get("split", ""),
        facets={name: row[name] for name in _FACETS if row.get(name)},
        number=number,
    )


def _read_folder(folder: Path) -> list[Sample]:
    """Read `ai/` and `human/`; folders below them are owners. `labels.jsonl` may name the sources."""
    named = _sources(folder / "labels.jsonl")
    samples: list[Sample] = []
    for label in Label:
        root = folder / label.value
        for path in sorted(root.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                name = path.relative_to(folder).as_posix()
                inner = path.parent.relative_to(root).as_posix()
                source = named.get(name, f"{label.value}/{inner}" if inner != "." else label.value)
                # The folders below the label are whose pictures these are, not the label itself.
                owner = (source if name in named or inner == "." else inner).split("/", maxsplit=1)[0]
                samples.append(Sample(path, name, label, source, owner, number=len(samples)))
    return _checked(samples, folder)


def _sources(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {row["file"]: str(row.get("source") or "decisions") for row in rows}


def _checked(samples: list[Sample], place: Path) -> list[Sample]:
    if {sample.label for sample in samples} != set(Label):
        raise SamplesError(
            f"{place} needs pictures of both labels: in a manifest, or in folders ai/ and human/"
        )
    return samples
