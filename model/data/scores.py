"""A model's score for each picture, stored as a table, to compare later models with."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.vocabulary import Label
from model.data.figures import sigmoid
from model.data.judged import Judged


@dataclass(frozen=True, slots=True)
class Said:
    """A picture's name, true label, score (0..1, five decimals) and the SHA-256 of its file."""

    name: str
    label: Label
    score: float
    sha256: str

    @property
    def is_ai(self) -> bool:
        """True if the picture is generated."""
        return self.label is Label.AI

    @property
    def is_right(self) -> bool:
        """True if the score is on the label's side of 0.5."""
        return (self.score >= 0.5) == self.is_ai


def say_scores(judged: Sequence[Judged]) -> list[Said]:
    """The scores of the pictures as they are, without re-encoding."""
    return [
        Said(
            item.sample.name,
            item.sample.label,
            round(float(sigmoid(item.logit)), 5),
            hashlib.sha256(item.sample.path.read_bytes()).hexdigest(),
        )
        for item in judged
    ]


def read_scores(place: Path) -> list[Said]:
    """Read a table of scores, empty where there is none. Errors: ValueError."""
    if not place.is_file():
        return []
    rows = (line.split("\t") for line in place.read_text(encoding="utf-8").splitlines())
    return [Said(name, Label(label), float(score), sha256) for name, label, score, sha256 in rows]


def write_scores(said: Sequence[Said], place: Path) -> None:
    """Write a table of scores: name, label, score, SHA-256 of the file."""
    rows = "".join(f"{item.name}\t{item.label}\t{item.score:.5f}\t{item.sha256}\n" for item in said)
    place.write_text(rows, encoding="utf-8")
