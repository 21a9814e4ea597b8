"""What the paper's report is made of."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
from pathlib import Path

import numpy as np
import pytest

from core.vocabulary import Label
from model.report import _spearman  # a figure of the report that has no door of its own
from model.samples import Sample
from tests.model.drawing import gradient

pytest.importorskip("keras", reason="Keras (the extra `train`) is not installed")
pytest.importorskip("matplotlib", reason="matplotlib (the extra `train`) is not installed")

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore")]


def test_colourfulness_is_nothing_for_grey_and_grows_with_colour() -> None:
    from model.paper import colourfulness

    grey = np.repeat(np.random.default_rng(0).integers(0, 255, (40, 40, 1), dtype=np.uint8), 3, axis=2)
    assert colourfulness(grey) == pytest.approx(0)
    assert colourfulness(np.asarray(gradient(40, 40))) > 60


def test_the_papers_own_counts_give_its_figures() -> None:
    from model.paper_report import PAPER

    shares = PAPER["mobilenet_v2"].shares()
    assert round(100 * shares["accuracy"].value, 1) == 96.8
    assert round(100 * shares["precision of AI"].value, 1) == 94.3
    assert shares["recall of AI"].value == 1
    assert round(100 * PAPER["mobilenet_v3"].f1, 1) == 97.4


def test_ranks_that_agree_correlate_wholly() -> None:
    values = np.array([1.0, 2.0, 3.0, 10.0])
    assert _spearman(values, np.exp(values)) == pytest.approx(1)
    assert _spearman(values, np.ones(4)) == 0


def _train(folder: Path, weights: Path, epochs: int) -> tuple[np.ndarray, list[dict[str, float]], list[str]]:
    """Train on twelve drawn pictures, in batches of four."""
    from model import paper

    pixels = [np.asarray(gradient(60 + 10 * number, 80))[:, ::-1] for number in range(12)]
    pairs = [
        (
            number,
            Sample(Path("p"), str(number), Label.AI if number % 2 else Label.HUMAN, "s", "o", number=number),
        )
        for number in range(12)
    ]
    said: list[str] = []
    outcome = paper.train_paper(
        "mobilenet_v2",
        str(weights),
        pairs,
        pairs[:4],
        pixels=pixels,  # type: ignore[arg-type]  # a list is read like them
        folder=folder,
        epochs=epochs,
        seed=3,
        say=said.append,
    )
    return outcome.scores, outcome.curves, said


def test_a_cut_run_goes_on_as_if_it_had_never_been_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from model.backbones import build_backbone

    monkeypatch.setattr("model.paper.BATCH", 4)
    keras.utils.set_random_seed(0)
    weights = tmp_path / "made-up.weights.h5"
    build_backbone("mobilenet_v2", 256, None).save_weights(weights)
    whole, curves, _ = _train(tmp_path / "whole", weights, 4)
    _train(tmp_path / "cut", weights, 2)
    with (tmp_path / "cut" / "epochs.csv").open("a") as file:
        file.write("2,0.5,0.5,0.5,0.5\n")  # written, and then cut before the checkpoint was
    again, others, said = _train(tmp_path / "cut", weights, 4)
    assert "goes on after epoch 2" in said
    assert [row["epoch"] for row in others] == [0, 1, 2, 3]
    assert [row["loss"] for row in others] == pytest.approx([row["loss"] for row in curves], rel=1e-3)
    assert again == pytest.approx(whole, abs=1e-3)


def test_each_epoch_shows_every_picture_once_and_can_be_shown_again() -> None:
    from model.paper_fit import Copies

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
