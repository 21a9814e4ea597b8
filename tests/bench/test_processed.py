"""The benchmark over processed human pictures: whose it takes, and how it counts."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.vocabulary import Label
from model.data.samples import Sample
from model.training.native_rows import Original

pytest.importorskip("keras")

from bench.classifier.processed import choose_pictures, count_flagged, hold_narrow  # loads Keras
from bench.classifier.resaved import KINDS, row

pytestmark = pytest.mark.training


def test_every_owner_has_a_say_before_any_has_two_and_generated_pictures_have_none() -> None:
    owners = ["a", "a", "a", "b", "c", "made"]
    samples = [
        Sample(Path("p"), str(n), Label.AI if owner == "made" else Label.HUMAN, owner, owner)
        for n, owner in enumerate(owners)
    ]
    found = [Original(n, Path(f"{n}.png"), 2) for n in range(len(owners))]
    chosen = [one.sample for one in choose_pictures(samples, found, 4)]
    assert chosen == [0, 3, 4, 1]


def test_saving_crops_or_the_file_again_changes_what_the_native_look_sees() -> None:
    """Else a table of how little it changes the verdicts would show nothing."""
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 640, 3), dtype=np.uint8))
    seen = {name: make(image) for name, make in KINDS.items()}
    assert all(crops is not None and crops.shape == (4, 256, 256, 3) for crops in seen.values())
    assert len({crops.tobytes() for crops in seen.values() if crops is not None}) == len(KINDS)


def test_a_row_says_how_far_each_label_moved() -> None:
    is_ai = np.array([False, False, True, True])
    first, now = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([-1.5, -0.5, 0.0, 1.0])
    assert row("kind", now, first, now, is_ai) == ("kind", "1.000", "1.000", "100 %", "+0.50", "-1.00")


def test_what_is_flagged_narrowly_and_not_by_the_median_counts_as_not_flagged() -> None:
    logits, lines = np.array([-1.0, 2.1, 2.2, 9.0]), np.array([(0.0, 2.0)] * 4)
    asked = []

    def again(narrow: np.ndarray) -> np.ndarray:
        asked.extend(narrow.tolist())
        return np.array([[1.0, 1.5, 1.9, 2.5, 1.0], [2.5, 2.6, 1.0, 2.4, 2.3]])

    assert hold_narrow(logits, lines, 0.5, again).tolist() == [False, False, True, True]
    assert asked == [1, 2]


def test_a_share_comes_with_both_intervals() -> None:
    flagged = np.array([True, *[False] * 99])
    row = count_flagged("kind", flagged, [str(n % 10) for n in range(100)])
    assert row[:4] == ("kind", "100", "1.0 %", "0.2-5.4")
    low, high = (float(end) for end in row[4].split("-"))
    assert low == 0
    assert 1 < high <= 5
