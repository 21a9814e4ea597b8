"""Figures: against textbook values and against counting by hand."""

import numpy as np
import pytest

from model.data.figures import (
    Share,
    accused_at_most,
    auc,
    auc_interval,
    balanced_accuracy,
    expected_calibration_error,
    fit_line,
    found_at,
    missed_at_most,
    share_below,
    sigmoid,
)


def test_wilsons_interval_agrees_with_the_papers_recomputed_figures() -> None:
    low, high = Share(8, 117).interval
    assert (round(100 * low, 1), round(100 * high, 1)) == (3.5, 12.9)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 381).interval[1] == pytest.approx(0.01, abs=0.0005)


def test_the_area_counts_pairs_and_halves_ties() -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 10, 60).astype(float)
    is_ai = rng.random(60) < 0.4
    pairs = [(a > h) + 0.5 * (a == h) for a in scores[is_ai] for h in scores[~is_ai]]
    assert auc(scores, is_ai) == pytest.approx(np.mean(pairs))
    low, high = auc_interval(scores, is_ai)
    assert low < auc(scores, is_ai) < high


def test_no_more_humans_are_accused_than_allowed_even_with_ties() -> None:
    scores = np.array([0.9] * 5 + [0.1] * 95 + [0.9] * 10 + [0.95] * 10)
    is_ai = np.array([False] * 100 + [True] * 20)
    line = accused_at_most(scores, is_ai, 0.01)
    assert (scores[~is_ai] >= line).sum() == 0
    assert found_at(scores, is_ai, 0.01) == Share(10, 20)
    assert accused_at_most(scores, is_ai, 0.05) > 0.1


def test_at_most_the_allowed_share_of_generated_pictures_is_missed() -> None:
    scores = np.linspace(0, 1, 100)
    is_ai = np.ones(100, dtype=bool)
    assert (scores < missed_at_most(scores, is_ai, 0.05)).mean() <= 0.05


def test_platts_line_calibrates_what_was_overconfident() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 1.5, 20_000)
    is_ai = rng.random(20_000) < sigmoid(truth)
    slope, intercept = fit_line(4 * truth + 2, is_ai)
    assert slope == pytest.approx(0.25, rel=0.05)
    assert intercept == pytest.approx(-0.5, abs=0.05)
    scores = sigmoid(slope * (4 * truth + 2) + intercept)
    assert expected_calibration_error(scores, is_ai) < 0.015
    assert expected_calibration_error(sigmoid(4 * truth + 2), is_ai) > 0.1


def test_platts_line_stays_finite_where_the_classes_part_wholly() -> None:
    slope, intercept = fit_line(np.array([-1.0] * 9 + [1.0] * 9), np.array([False] * 9 + [True] * 9))
    assert np.isfinite([slope, intercept]).all()


def test_balanced_accuracy_weighs_the_classes_alike() -> None:
    scores = np.array([0.1] * 90 + [0.9] * 10 + [0.1] * 2)
    is_ai = np.array([False] * 100 + [True] * 2)
    assert balanced_accuracy(scores, is_ai) == pytest.approx(0.45)


def test_lines_hold_for_owners_and_not_only_for_pictures() -> None:
    # One small owner's pictures score high: a hundredth of the pictures, a tenth of the weight.
    scores = np.concatenate([np.linspace(0, 0.5, 990), np.full(10, 0.9), np.full(50, 0.95)])
    is_ai = np.arange(1050) >= 1000
    weights = np.concatenate([np.full(990, 0.9 / 990), np.full(10, 0.01), np.full(50, 0.02)])
    assert accused_at_most(scores, is_ai, 0.011) <= 0.9
    assert accused_at_most(scores, is_ai, 0.011, weights) > 0.9
    assert missed_at_most(scores, is_ai, 0.05, weights) == 0.95


def test_calibration_follows_the_share_that_is_expected() -> None:
    rng = np.random.default_rng(3)
    logits = np.concatenate([rng.normal(-1, 1, 500), rng.normal(1, 1, 500)])
    is_ai = np.arange(1000) >= 500
    weights = np.where(is_ai, 0.3 / 500, 0.7 / 500)
    slope, intercept = fit_line(logits, is_ai, weights)
    assert fit_line(logits, is_ai)[1] == pytest.approx(0, abs=0.2)
    assert intercept == pytest.approx(np.log(0.3 / 0.7), abs=0.25)
    assert float(weights @ sigmoid(slope * logits + intercept)) == pytest.approx(0.3, abs=0.02)


def test_a_bound_holds_for_the_intervals_end_and_not_for_the_share_alone() -> None:
    share = share_below(0.01, 1438)
    assert 0.004 < share < 0.006
    assert Share(round(share * 1438), 1438).interval[1] <= 0.01
    assert Share(round(share * 1438) + 1, 1438).interval[1] > 0.01
    assert share_below(0.01, 100) == 0  # too few to say so of any
