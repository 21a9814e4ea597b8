"""What a run left in its folder is used by the same run only."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from core.vocabulary import Label
from kantei.training.run_folder import claim_folder, pictures_of, weights_of
from model.data.samples import Sample, SamplesError

SAMPLES = [Sample(Path(name), name, Label.AI, "s", "o", number=number) for number, name in enumerate("ab")]


def test_the_same_run_goes_on_in_its_folder(tmp_path: Path) -> None:
    for _ in range(2):
        claim_folder(tmp_path / "run", {"pictures": "1", "views": [256, (1, 2)]})


def test_another_run_is_refused_and_what_differs_is_named(tmp_path: Path) -> None:
    claim_folder(tmp_path, {"pictures": "1", "weights": {"v2": "a"}, "seed": 11})
    with pytest.raises(SamplesError, match="contains a run with different pictures and seed:"):
        claim_folder(tmp_path, {"pictures": "2", "weights": {"v2": "a"}, "seed": 12})


def test_pictures_are_others_where_order_label_or_number_is() -> None:
    first, second = SAMPLES
    others = (
        [second, first],
        [first],
        [replace(first, label=Label.HUMAN), second],
        [replace(first, number=7), second],
    )
    known = {pictures_of(samples) for samples in (SAMPLES, *others)}
    assert len(known) == 5
    assert pictures_of(list(SAMPLES)) in known


def test_weights_are_known_by_their_bytes_wherever_they_lie(tmp_path: Path) -> None:
    for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (weights_of({"v2": str(tmp_path / name)}) for name in "abc")
    assert a == b != c
    assert weights_of({"v2": "imagenet"}) == {"v2": "imagenet"}


@pytest.mark.processes  # a library asks for the kind of machine
@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="the extra `train` is not installed")
@pytest.mark.filterwarnings("ignore")
def test_pictures_of_one_name_in_two_folders_stay_apart(tmp_path: Path) -> None:
    from kantei.training.training_runs import TrainingOptions  # noqa: PLC0415  # loads Keras

    also = [
        tmp_path / place for place in ("decisions", "older/decisions", "newest/decisions-2", "theirs/human")
    ]
    for place in (tmp_path / "data", *also):
        for label in ("ai", "human"):
            (place / label).mkdir(parents=True)
            (place / label / "1.png").touch()
    wanted = TrainingOptions(
        tmp_path / "data",
        "train",
        None,
        tuple(also),
        "mobilenet_v2",
        "imagenet",
        tmp_path / "run",
        None,
        6,
        11,
    )
    samples = wanted.samples()
    assert sorted({sample.name for sample in samples}) == [
        "ai/1.png",
        "decisions-2-2/ai/1.png",
        "decisions-2-2/human/1.png",
        "decisions-2/ai/1.png",
        "decisions-2/human/1.png",
        "decisions/ai/1.png",
        "decisions/human/1.png",
        "human-2/ai/1.png",
        "human-2/human/1.png",
        "human/1.png",
    ]
    assert sorted(sample.number for sample in samples) == list(range(10))
    assert all(sample.path.is_file() for sample in samples)
