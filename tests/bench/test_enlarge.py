"""Folders of enlarged pictures: what `kantei evaluate` is given to judge."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from bench.classifier.enlarge import choose_rows, main
from bench.classifier.turns import take_turns
from core.vocabulary import Label
from model.data.samples import read_samples

COLUMNS = ("file", "label", "repo", "sha256", "width", "height", "format", "model")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "files").mkdir(parents=True)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, (owner, label) in enumerate(
            [("ada", "human"), ("ada", "human"), ("bo", "human"), ("eve", "ai")]
        ):
            name = f"files/{number}.jpeg"
            Image.effect_noise((800, 720 + number), 60).convert("RGB").save(folder / name)
            rows.writerow([name, label, f"{owner}/art", f"{number:064}", 800, 720 + number, "JPEG", "x"])
    return folder


def test_every_owner_has_a_turn_before_any_has_two() -> None:
    assert take_turns(["a", "a", "a", "b", "c", "b"]) == [0, 3, 4, 1, 5, 2]


def test_each_label_has_its_own_count(data: Path) -> None:
    chosen = choose_rows(data, {Label.HUMAN: 2, Label.AI: 1})
    assert [(number, row["file"]) for number, row in chosen] == [
        (0, "files/0.jpeg"),
        (2, "files/2.jpeg"),
        (3, "files/3.jpeg"),
    ]


def test_every_kind_is_a_data_folder_of_the_same_pictures(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["--data", data, "--out", out, "--human", 2, "--generated", 1, "--processes", 1]
    main([*map(str, words), "--kind", "as-they-are", "scaled-down", "lanczos", "lanczos-4x"])
    short = {}
    for kind in ("as-they-are", "scaled-down", "lanczos", "lanczos-4x"):
        samples = read_samples(out / kind)
        assert [(one.path.stem, one.label, one.owner) for one in samples] == [
            ("0", Label.HUMAN, "ada"),
            ("2", Label.HUMAN, "bo"),
            ("3", Label.AI, "eve"),
        ]
        assert all("width" not in one.facets and one.facets["model"] == "x" for one in samples)
        with Image.open(samples[0].path) as image:
            short[kind] = min(image.size)
    assert short == {"as-they-are": 720, "scaled-down": 360, "lanczos": 720, "lanczos-4x": 1200}
