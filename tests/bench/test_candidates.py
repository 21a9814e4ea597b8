"""Comparing candidates: the short way must say what the production head says, and tell good from useless."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.vocabulary import Label
from model.data.samples import Sample

pytestmark = pytest.mark.training

SAMPLES = [
    Sample(Path("p"), f"{label}{number}", label, "s", f"{label}{number % 5}", number=number)
    for label in Label
    for number in range(30)
]
IS_AI = np.array([sample.is_ai for sample in SAMPLES])
FOLDS = np.array([int(sample.owner[-1]) % 3 for sample in SAMPLES])


def _features(told: float, seed: int, width: int = 90) -> NDArray[np.float32]:
    """Draw rows of three dresses, in which the label shows by `told` deviations of each number."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1, (3, len(SAMPLES), width)) + told * IS_AI[:, None]
    return rows.reshape(-1, width).astype(np.float32)


def test_a_candidate_is_judged_as_the_production_head_would() -> None:
    from bench.classifier.candidates import judge
    from model.training.head import Features, fit_head, gram_of, standardise

    features = standardise(_features(0.15, 1))[0]
    count, outside = len(SAMPLES), np.flatnonzero(FOLDS != 0)
    rows = np.concatenate([outside, outside + count])
    # The head standardises what it is fitted to once more, the bench all pictures once.
    alike, middle, spread = standardise(features[rows])
    head = fit_head(features[rows], [SAMPLES[int(n)] for n in outside] * 2, 0.15)
    scaled: Features = np.divide(features - middle, spread, dtype=np.float32, casting="same_kind")
    scaled[rows] = alike
    # What all pictures share must not show: a fold's means are its own.
    judged = judge(gram_of(scaled + np.float32(0.7)), SAMPLES, FOLDS)
    inside = np.flatnonzero(FOLDS == 0)
    for dress in range(3):
        expected = head.logits(features[inside + dress * count])
        assert judged[dress, inside] == pytest.approx(expected, abs=1e-4)


def test_a_bank_that_tells_raises_the_row_and_one_of_noise_does_not(tmp_path: Path) -> None:
    from bench.classifier.candidates import DRESSES, products, row

    for name, told in (("run", 0.1), ("good", 0.4), ("noise", 0.0)):
        (tmp_path / name).mkdir()
        dressed = np.split(_features(told, seed=len(name)), 3)
        for dress, rows in zip(DRESSES, dressed, strict=True):
            np.save(tmp_path / name / f"features-{dress}.npy", rows)
    run, good, noise = (products(tmp_path / name) for name in ("run", "good", "noise"))
    areas = [
        [float(cell.split(",")[0]) for cell in row("x", gram, SAMPLES, [FOLDS]).split("|")[2:5]]
        for gram in (run, run + good, run + noise)
    ]
    assert all(more > plain + 0.05 for plain, more in zip(areas[0], areas[1], strict=True))
    assert all(less < plain + 0.05 for plain, less in zip(areas[0], areas[2], strict=True))


def test_folds_of_chance_keep_owners_whole_and_differ() -> None:
    from bench.classifier.candidates import random_folds

    first, again, other = (random_folds(SAMPLES, 3, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    owners = {(sample.owner, fold) for sample, fold in zip(SAMPLES, first, strict=True)}
    assert len(owners) == 10  # no owner in two folds
    assert set(first) == {0, 1, 2}


def test_a_network_is_asked_in_every_dress_and_only_once(tmp_path: Path) -> None:
    from PIL import Image

    from bench.classifier.candidates import DRESSES, take
    from model.data.sample_pixels import open_pixels

    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (300, 280, 3), dtype=np.uint8)).save(tmp_path / "p.png")
    samples = [Sample(tmp_path / "p.png", "p.png", Label.AI, "s", "o")]
    pixels = open_pixels(samples, tmp_path, print)

    import keras

    network = keras.Sequential([keras.Input((256, 256, 3)), keras.layers.GlobalAveragePooling2D()])
    take(network, samples, pixels, tmp_path / "bank")
    taken = [np.load(tmp_path / "bank" / f"features-{dress}.npy") for dress in DRESSES]
    assert [rows.shape for rows in taken] == [(1, 3)] * 3
    assert not np.array_equal(taken[0], taken[1])
    assert not np.array_equal(taken[0], taken[2])
    (tmp_path / "bank" / f"features-{DRESSES[2]}.npy").unlink()
    np.save(tmp_path / "bank" / f"features-{DRESSES[0]}.npy", np.ones((1, 3), np.float16))
    take(network, samples, pixels, tmp_path / "bank")
    assert (np.load(tmp_path / "bank" / f"features-{DRESSES[0]}.npy") == 1).all()  # what is there stays
