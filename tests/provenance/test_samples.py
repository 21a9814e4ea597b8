"""Real files of generators, cameras and editors, where they lie beside the checkout."""

import csv
from pathlib import Path

import pytest

from core.sayings.saying import render
from core.vocabulary import Grade, Label
from provenance.read import read_provenance

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "provenance"
CARRIERS = {
    "png-text": "PNG text",
    "exif": "EXIF",
    "stealth": "hidden in the",
    "c2pa": "C2PA",
}


def rows() -> list[dict[str, str]]:
    manifest = SAMPLES / "manifest.csv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.processes
@pytest.mark.skipif(
    not rows(), reason="the real samples are not part of the project and do not lie beside it"
)
def test_every_sample_says_what_its_manifest_says() -> None:
    wrong = []
    for row in rows():
        found = read_provenance((SAMPLES / row["file"]).read_bytes())
        ai = [item for item in found if item.label is Label.AI]
        if row["ai"] == "True":
            declared = [
                item for item in ai if item.grade is not Grade.HINT and item.generator == row["generator"]
            ]
            details = " ".join(render(item.detail) for item in declared)
            missing = [name for name in row["carrier"].split("+") if CARRIERS[name] not in details]
            if not declared or missing:
                wrong.append((row["file"], found))
        elif ai:
            wrong.append((row["file"], found))
    assert wrong == []
