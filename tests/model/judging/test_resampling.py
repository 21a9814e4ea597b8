"""Intervals by drawing: they cover what they should, are the same every time, and see owners."""

import numpy as np
import pytest

from model.data.figures import expected_calibration_error
from model.judging.resampling import error_interval, group_rows, interval, perfect_calibration
from tests.services import needs_scipy


@pytest.mark.slow
@needs_scipy
def test_the_interval_of_a_mean_is_the_textbooks() -> None:
    values = np.random.default_rng(0).normal(3, 2, 400)
    labels = group_rows(np.arange(400) < 2, ["o"] * 400).by_picture  # two of them are of the other label
    ends = interval(lambda rows: float(values[rows].mean()), labels)
    assert ends is not None
    error = values.std() / 20
    assert ends == pytest.approx(
        (values.mean() - 1.96 * error, values.mean() + 1.96 * error), abs=0.2 * error
    )


@pytest.mark.slow
@needs_scipy
def test_each_draw_has_as_many_of_each_label_and_the_seed_repeats_it() -> None:
    is_ai = np.array([True] * 10 + [False] * 30)
    drawn_from, values = group_rows(is_ai, ["a", "b"] * 20), np.random.default_rng(0).random(40)
    seen: list[int] = []

    def figure(rows: np.ndarray) -> float:
        seen.append(int(is_ai[rows].sum()))
        return float(values[rows].mean())

    first, again = (interval(figure, drawn_from.by_picture, draws=50) for _ in range(2))
    assert first == again != interval(figure, drawn_from.by_picture, draws=50, seed=12)
    assert set(seen) == {10}


@needs_scipy
def test_owners_come_whole_and_widen_what_hangs_on_them() -> None:
    is_ai = np.array([True, False] * 200)
    names = np.array([f"o{number // 50}" for number in range(400)])
    drawn_from = group_rows(is_ai, names.tolist())

    def owners(rows: np.ndarray) -> float:
        counts = [int((names[rows] == name).sum()) for name in np.unique(names[rows])]
        assert all(count % 25 == 0 for count in counts)
        return float(len(counts))

    assert interval(owners, drawn_from.by_owner, draws=20) is not None
    is_hard = (names == "o0").astype(float)  # one owner's pictures are all misjudged
    by_picture, by_owner = (
        interval(lambda rows: float(is_hard[rows].mean()), labels)
        for labels in (drawn_from.by_picture, drawn_from.by_owner)
    )
    assert by_picture is not None
    assert by_owner is not None
    assert by_owner[1] - by_owner[0] > 3 * (by_picture[1] - by_picture[0])


def test_one_owner_of_a_label_is_none_to_draw_from() -> None:
    labels = group_rows(np.array([True, True, False, False]), ["a", "a", "b", "c"]).by_owner
    assert interval(lambda rows: float(rows.mean()), labels) is None
    assert error_interval(lambda rows: float(rows.mean()), labels) is None


@pytest.mark.slow
@needs_scipy
def test_the_interval_of_the_calibration_error_comes_nearer_to_the_truth_than_plain_quantiles() -> None:
    rng = np.random.default_rng(3)
    mirrored = plain = 0
    for _ in range(40):
        scores = rng.random(300)
        is_ai = rng.random(300) < scores  # calibrated: the true error is nothing
        labels = group_rows(is_ai, ["o"] * 300).by_picture

        def error(rows: np.ndarray, scores: np.ndarray = scores, is_ai: np.ndarray = is_ai) -> float:
            return expected_calibration_error(scores[rows], is_ai[rows])

        mirrored += (error_interval(error, labels, draws=100) or (1.0, 1.0))[0] <= 0.02
        plain += (interval(error, labels, draws=100) or (1.0, 1.0))[0] <= 0.02
    assert mirrored >= 25
    assert plain <= 2


@pytest.mark.slow
def test_true_scores_show_an_error_too_and_it_shrinks_with_their_number() -> None:
    rng = np.random.default_rng(0)
    few, many = (perfect_calibration(rng.random(count), draws=200) for count in (300, 30_000))
    assert few[1] < few[0] < few[2]
    assert few[0] > 0.03
    assert many[2] < 0.02
