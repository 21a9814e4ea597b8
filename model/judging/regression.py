"""The regression set: pictures that one version misjudged and a later one fixed.

The list holds digests and scores, no images: whoever has the pictures can check it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from core.vocabulary import Label
from model.data.scores import Said
from model.serving.info import REPORTS

PLACE = REPORTS / "regressions.json"


@dataclass(frozen=True, slots=True)
class Mended:
    """A picture by the SHA-256 of its file: who misjudged it, and who mended it."""

    sha256: str
    label: Label
    misjudged_by: str
    misjudged_score: float
    mended_by: str
    mended_score: float


def read_mended(place: Path = PLACE) -> list[Mended]:
    """Read the list, empty where there is none."""
    if not place.is_file():
        return []
    rows = json.loads(place.read_text(encoding="utf-8"))
    return [Mended(**{**row, "label": Label(row["label"])}) for row in rows]


def write_mended(mended: Sequence[Mended], place: Path = PLACE) -> None:
    """Write the list, in the order of the digests."""
    rows = [asdict(item) for item in sorted(mended, key=lambda item: item.sha256)]
    text = ",\n".join(json.dumps(row) for row in rows)
    place.write_text(f"[\n{text}\n]\n", encoding="utf-8")


def newly_mended(
    earlier: str, before: Sequence[Said], version: str, said: Sequence[Said], known: Sequence[Mended]
) -> list[Mended]:
    """The pictures that `earlier` misjudged and `version` does not, without those in `known`.

    `before` is what the earlier model said of the pictures, which keep their names.
    """
    listed = {item.sha256 for item in known}
    wrong = {item.name: item.score for item in before if not item.is_right}
    return [
        Mended(item.sha256, item.label, earlier, round(wrong[item.name], 4), version, round(item.score, 4))
        for item in said
        if item.is_right and item.name in wrong and item.sha256 not in listed
    ]
