"""Regressions: fixed pictures that are misjudged again; a model with any is published only on purpose.

A relapse is accepted for one version of the model, with a reason that stands in the repository; the
next version has to answer for the picture again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.vocabulary import Label
from model.data.scores import Said
from model.judging.regression import Mended
from model.serving.info import REPORTS

PLACE = REPORTS / "accepted.json"


@dataclass(frozen=True, slots=True)
class Relapse:
    """A mended picture on the wrong side of 0.5 again."""

    mended: Mended
    said: Said

    @property
    def beyond(self) -> float:
        """How far on the wrong side the score is, 0..0.5."""
        return abs(self.said.score - 0.5)

    def __str__(self) -> str:
        """Name picture, score and distance."""
        return (
            f"{self.said.label} {self.said.name}: {self.said.score:.3f}, {self.beyond:.3f} beyond 0.5 "
            f"({self.mended.mended_by} had {self.mended.mended_score:.3f}; {self.said.sha256})"
        )


@dataclass(frozen=True, slots=True)
class AcceptedRelapse:
    """A regression that was accepted when `model` was published, and why."""

    sha256: str
    label: Label
    model: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why relapses are accepted, None where they are not: a human picture asks for a reason of its own."""

    human: str | None = None
    ai: str | None = None

    def accept(self, relapses: Sequence[Relapse], version: str) -> list[AcceptedRelapse]:
        """Accept those relapses that there is a reason for."""
        reasons = {Label.HUMAN: self.human, Label.AI: self.ai}
        return [
            AcceptedRelapse(one.said.sha256, one.said.label, version, one.said.score, why)
            for one in relapses
            if (why := reasons[one.said.label])
        ]


class RelapseError(Exception):
    """A model misjudges again what was mended; the text names each picture."""


def find_relapses(said: Sequence[Said], mended: Sequence[Mended]) -> tuple[int, list[Relapse]]:
    """How many regression pictures are here, and those misjudged again: human first, then the furthest."""
    known = {item.sha256: item for item in mended}
    here = [item for item in said if item.sha256 in known]
    again = [Relapse(known[item.sha256], item) for item in here if not item.is_right]
    again.sort(key=lambda one: (one.said.is_ai, -one.beyond, one.said.sha256))
    return len({item.sha256 for item in here}), again


def unaccepted(
    relapses: Sequence[Relapse], accepted: Sequence[AcceptedRelapse], version: str
) -> list[Relapse]:
    """The relapses that were not accepted for this version."""
    known = {item.sha256 for item in accepted if item.model == version}
    return [one for one in relapses if one.said.sha256 not in known]


def describe_relapses(
    said: Sequence[Said], mended: Sequence[Mended], accepted: Sequence[AcceptedRelapse], version: str
) -> dict[str, Any]:
    """The regression set's part of a report: how many are listed, here, misjudged again, and why."""
    here, relapses = find_relapses(said, mended)
    why = {item.sha256: item.why for item in accepted if item.model == version}
    rows = [
        {
            "file": one.said.name,
            "label": one.said.label.value,
            "sha256": one.said.sha256,
            "score": one.said.score,
            "mended_by": one.mended.mended_by,
            "mended_score": one.mended.mended_score,
            "accepted": why.get(one.said.sha256),
        }
        for one in relapses
    ]
    return {"listed": len(mended), "here": here, "relapsed": rows}


def read_accepted(place: Path = PLACE) -> list[AcceptedRelapse]:
    """Read what was accepted, of every version; empty where there is no list."""
    if not place.is_file():
        return []
    rows = json.loads(place.read_text(encoding="utf-8"))
    return [AcceptedRelapse(**{**row, "label": Label(row["label"])}) for row in rows]


def write_accepted(accepted: Sequence[AcceptedRelapse], place: Path = PLACE) -> None:
    """Write what was accepted, in order of version and digest, each picture once a version."""
    once = {(item.model, item.sha256): item for item in accepted}
    text = ",\n".join(json.dumps(asdict(once[key])) for key in sorted(once))
    place.write_text(f"[\n{text}\n]\n", encoding="utf-8")
