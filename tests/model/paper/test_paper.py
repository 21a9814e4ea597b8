"""What the paper's report is made of."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.judging.report import _spearman  # a figure of the report that has no door of its own
from tests.model.drawing import gradient

pytestmark = pytest.mark.training


def test_colourfulness_is_nothing_for_grey_and_grows_with_colour() -> None:
    from model.paper.paper import colourfulness

    grey = np.repeat(np.random.default_rng(0).integers(0, 255, (40, 40, 1), dtype=np.uint8), 3, axis=2)
    assert colourfulness(grey) == pytest.approx(0)
    assert colourfulness(np.asarray(gradient(40, 40))) > 60


def test_the_papers_own_counts_give_its_figures() -> None:
    from model.paper.paper_report import PAPER

    shares = PAPER["mobilenet_v2"].shares()
    assert round(100 * shares["accuracy"].value, 1) == 96.8
    assert round(100 * shares["precision of AI"].value, 1) == 94.3
    assert shares["recall of AI"].value == 1
    assert round(100 * PAPER["mobilenet_v3"].f1, 1) == 97.4


def test_the_report_names_the_weights_and_says_whether_the_accused_are_paler(tmp_path: Path) -> None:
    from core.vocabulary import Label
    from model.data.sample_pixels import open_pixels
    from model.data.samples import Sample
    from model.paper.paper import PaperOutcome
    from model.paper.paper_report import write_paper_report

    judge = []
    for number, contrast in enumerate((10, 60, 120, 240, 240)):  # pale first; the last is generated
        picture = gradient(40, 40).point(lambda value, c=contrast: 128 + (value - 128) * c // 255)
        picture.save(tmp_path / f"{number}.png")
        label = Label.AI if number == 4 else Label.HUMAN
        judge.append((number, Sample(tmp_path / f"{number}.png", f"{number}.png", label, "s", "o")))
    pixels = open_pixels([sample for _, sample in judge], tmp_path, print)
    outcome = PaperOutcome(
        scores=np.array([0.9, 0.8, 0.1, 0.2, 0.7]),
        curves=[{"epoch": 0, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}],
        cut="block_15_add",
        seconds=1.0,
    )
    file = "mobilenetv3large_1.0_kelp_avg.h5"
    write_paper_report(
        "mobilenet_v3", outcome, judge, pixels, weights=file, seed=7, folder=tmp_path / "report"
    )
    said = (tmp_path / "report" / "README.md").read_text(encoding="utf-8")
    assert f"from `{file}`" in said
    assert "it is not the paper's V3" in said
    assert "seed 7" in said
    assert "- `0.png`: " in said
    assert "the accused one is paler in 100.0 %" in said


def test_the_table_shows_each_seed_and_their_spread(tmp_path: Path) -> None:
    from core.vocabulary import Label
    from model.data.sample_pixels import open_pixels
    from model.data.samples import Sample
    from model.paper.paper import PaperOutcome
    from model.paper.paper_report import write_paper_report

    judge = []
    for number, label in enumerate((Label.HUMAN, Label.HUMAN, Label.AI, Label.AI)):
        gradient(40, 40).save(tmp_path / f"{number}.png")
        judge.append((number, Sample(tmp_path / f"{number}.png", f"{number}.png", label, "s", "o")))
    pixels = open_pixels([sample for _, sample in judge], tmp_path, print)
    curves = [{"epoch": 0, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}]
    runs = [
        (11, [0.1, 0.2, 0.9, 0.8], None),
        (12, [0.9, 0.2, 0.9, 0.1], None),
        (11, [0.1] * 4, "block_15_add"),
    ]
    for seed, scores, cut in runs:
        outcome = PaperOutcome(np.array(scores), curves, cut, 1.0)
        write_paper_report(
            "mobilenet_v2", outcome, judge, pixels, weights="imagenet", seed=seed, folder=tmp_path / "report"
        )
    said = (tmp_path / "report" / "README.md").read_text(encoding="utf-8")
    assert said.count("| mobilenet_v2, the paper |") == 1
    assert "| mobilenet_v2, here, last layers | 50.0 %" in said
    assert "| mobilenet_v2, here, all layers, seed 12 | 50.0 %" in said
    assert "| mobilenet_v2, here, all layers, 2 seeds | 75.0 % (50.0-100.0)" in said
    assert said.count("batch normalisation included") == 2


def test_ranks_that_agree_correlate_wholly() -> None:
    values = np.array([1.0, 2.0, 3.0, 10.0])
    assert _spearman(values, np.exp(values)) == pytest.approx(1)
    assert _spearman(values, np.ones(4)) == 0


def _fit(folder: Path, epochs: int, say: Callable[[str], None]) -> list[np.ndarray]:
    """Fit a small network to twelve rows of numbers, in batches of four; give its weights."""
    import keras

    from model.paper.paper_fit import Copies, fit

    folder.mkdir(exist_ok=True)
    keras.utils.set_random_seed(3)
    rows, labels = np.random.default_rng(0).normal(size=(12, 5, 8)), (np.arange(12.0) % 2)[:, None]
    layers = [keras.Input((8,)), keras.layers.Dropout(0.3), keras.layers.Dense(1, activation="sigmoid")]
    network = keras.Sequential(layers)
    network.compile(keras.optimizers.RMSprop(0.05), loss="binary_crossentropy", metrics=["accuracy"])
    truth = labels.astype(np.float32)
    copies = Copies(rows, truth, 3, batch=4)
    fit(network, copies, (rows[:, 0].astype(np.float32), truth), folder=folder, epochs=epochs, say=say)
    return list(network.get_weights())


def test_a_cut_run_goes_on_as_if_it_had_never_been_cut(tmp_path: Path) -> None:
    from model.paper.paper_fit import read_curves

    said: list[str] = []
    whole = _fit(tmp_path / "whole", 5, said.append)
    _fit(tmp_path / "cut", 2, said.append)
    with (tmp_path / "cut" / "epochs.csv").open("a") as file:
        file.write("2,0.5,0.5,0.5,0.5\n")  # written, and then cut before the checkpoint was
    again = _fit(tmp_path / "cut", 5, said.append)
    assert "continuing after epoch 2" in said
    curves, others = (read_curves(tmp_path / name) for name in ("whole", "cut"))
    assert [row["epoch"] for row in others] == [0, 1, 2, 3, 4]
    assert [row["loss"] for row in others] == pytest.approx([row["loss"] for row in curves], rel=1e-4)
    for one, other in zip(again, whole, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_each_epoch_shows_every_picture_once_and_can_be_shown_again() -> None:
    from model.paper.paper_fit import Copies

    maps = np.arange(24).reshape(6, 4, 1)
    copies = Copies(maps, np.zeros((6, 1), np.float32), 5, batch=4)
    epochs = []
    for _ in range(3):
        epochs.append(np.concatenate([copies[0][0], copies[1][0]]).ravel())
        copies.on_epoch_end()
    assert all(sorted(int(value) // 4 for value in epoch) == list(range(6)) for epoch in epochs)
    copies.go_on(1)
    assert np.array_equal(np.concatenate([copies[0][0], copies[1][0]]).ravel(), epochs[1])
    assert not np.array_equal(epochs[0], epochs[1])


def test_each_epoch_changes_every_picture_anew_and_can_be_shown_again() -> None:
    from model.paper.paper_fit import FreshCopies

    pictures = np.repeat(np.arange(6, dtype=np.uint8), 3).reshape(6, 1, 1, 3)

    def change(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return picture + np.uint8(10 * rng.integers(1, 20))

    copies = FreshCopies(pictures, np.zeros((6, 1), np.float32), 5, change, batch=4)
    epochs = []
    for _ in range(3):
        epochs.append(np.concatenate([copies[0][0], copies[1][0]])[:, 0, 0, 0])
        copies.on_epoch_end()
    assert all(sorted(int(value) % 10 for value in epoch) == list(range(6)) for epoch in epochs)
    changes = [{int(value) % 10: int(value) // 10 for value in epoch} for epoch in epochs]
    assert changes[0] != changes[1] != changes[2]
    copies.go_on(1)
    assert np.array_equal(np.concatenate([copies[0][0], copies[1][0]])[:, 0, 0, 0], epochs[1])


def test_the_report_says_how_far_the_last_epochs_lie_apart(tmp_path: Path) -> None:
    from core.vocabulary import Label
    from model.data.sample_pixels import open_pixels
    from model.data.samples import Sample
    from model.paper.paper import PaperOutcome
    from model.paper.paper_report import write_paper_report

    judge = []
    for number, label in enumerate((Label.HUMAN, Label.AI)):
        gradient(40, 40).save(tmp_path / f"{number}.png")
        judge.append((number, Sample(tmp_path / f"{number}.png", f"{number}.png", label, "s", "o")))
    pixels = open_pixels([sample for _, sample in judge], tmp_path, print)
    curves = [
        {"epoch": number, "loss": 0.1, "accuracy": 1.0, "val_loss": 0.5, "val_accuracy": accuracy}
        for number, accuracy in enumerate([0.5, *(0.8 + number / 100 for number in range(10))])
    ]
    outcome = PaperOutcome(np.array([0.1, 0.9]), curves, None, 1.0)
    write_paper_report(
        "mobilenet_v2", outcome, judge, pixels, weights="w.h5", seed=3, folder=tmp_path / "report"
    )
    said = (tmp_path / "report" / "README.md").read_text(encoding="utf-8")
    assert "between 80.0 % and 89.0 %, with a median of 84.5 %" in said
