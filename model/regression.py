"""Pictures that were once misjudged and mended must stay mended.

The list holds digests and scores, no images: whoever has the pictures can check it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from core.vocabulary import Label
from model.evaluation import Judged
from model.figures import sigmoid
from model.info import REPORTS

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
    earlier: str,
    before: Mapping[str, float],
    version: str,
    judged: Sequence[Judged],
    known: Sequence[Mended],
) -> list[Mended]:
    """Give the pictures that `earlier` misjudged and `version` does not, without those that are `known`.

    `before` holds the earlier model's scores by the names of the pictures.
    """
    listed = {item.sha256 for item in known}
    found = []
    for item in judged:
        sample = item.sample
        then, now = before.get(sample.name), float(sigmoid(item.logit))
        is_ai = sample.label is Label.AI
        if then is None or (then >= 0.5) == is_ai or (now >= 0.5) != is_ai:
            continue
        digest = hashlib.sha256(sample.path.read_bytes()).hexdigest()
        if digest not in listed:
            found.append(Mended(digest, sample.label, earlier, round(then, 4), version, round(now, 4)))
    return found


def relapsed(judged: Sequence[Judged], mended: Sequence[Mended]) -> tuple[int, list[tuple[Mended, float]]]:
    """Give how many of the mended pictures are here, and those on the wrong side of 0.5 again."""
    known = {item.sha256: item for item in mended}
    found, again = 0, []
    for item in judged:
        known_item = known.get(hashlib.sha256(item.sample.path.read_bytes()).hexdigest())
        if known_item is None:
            continue
        found += 1
        score = float(sigmoid(item.logit))
        if (score >= 0.5) != (known_item.label is Label.AI):
            again.append((known_item, score))
    return found, again
