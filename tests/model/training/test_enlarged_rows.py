"""Enlarged copies among the training rows: which of them a head learns from."""

from pathlib import Path

import pytest

from core.vocabulary import Label
from model.data.samples import Sample, SamplesError

pytest.importorskip("keras")

from model.training.enlarged_rows import find_enlarged  # loads Keras
from model.training.native_rows import Original

pytestmark = pytest.mark.training


def _pictures(labels: str) -> tuple[list[Sample], list[Original]]:
    """Pictures h (human) and a (generated), each of its own owner, with their originals."""
    names = {"h": Label.HUMAN, "a": Label.AI}
    samples = [
        Sample(Path("p"), f"{number}", names[label], "s", f"owner{number}", number=number)
        for number, label in enumerate(labels)
    ]
    return samples, [Original(number, Path(f"{number}.jpeg"), 0) for number in range(len(samples))]


def _enlarge(folder: Path, kind: str, *numbers: int) -> None:
    (folder / kind).mkdir(exist_ok=True)
    for number in numbers:
        (folder / kind / f"{number}.png").touch()


def test_each_kind_teaches_as_many_human_pictures_as_generated_ones(tmp_path: Path) -> None:
    """Otherwise the head would learn that enlarged pictures are human, or that they are generated."""
    samples, originals = _pictures("hhhhaa")
    _enlarge(tmp_path, "one", 0, 1, 2, 3, 4)
    _enlarge(tmp_path, "two", 2, 3, 4, 5)
    found = find_enlarged(samples, originals, tmp_path)
    assert {(one.path.parent.name, one.sample) for one in found} == {
        ("one", 4),
        ("one", 0),
        ("two", 4),
        ("two", 5),
        ("two", 2),
        ("two", 3),
    }


def test_files_of_pictures_that_are_not_learned_from_are_left_alone(tmp_path: Path) -> None:
    samples, originals = _pictures("ha")
    _enlarge(tmp_path, "one", 0, 1, 77)
    assert sorted(one.sample for one in find_enlarged(samples, originals, tmp_path)) == [0, 1]


def test_a_folder_without_copies_of_both_labels_is_refused(tmp_path: Path) -> None:
    samples, originals = _pictures("hha")
    _enlarge(tmp_path, "one", 0, 1)
    with pytest.raises(SamplesError, match="no kind of enlargement"):
        find_enlarged(samples, originals, tmp_path)


def test_without_a_folder_nothing_is_added() -> None:
    assert find_enlarged(*_pictures("ha"), None) == []
