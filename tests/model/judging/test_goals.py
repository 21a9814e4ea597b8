"""The goals: what was measured, between which ends, and whether it is reached."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.vocabulary import Label
from model.data.figures import Share
from model.data.judged import Judged
from model.data.samples import Sample
from model.judging import resampling
from model.judging.goals import JPEG_40, JPEG_60, measure_goals
from model.judging.markdown import decimal, render_goals
from model.judging.resampling import group_rows
from model.serving.encodings import ORDINARY
from tests.services import needs_scipy


def _judged(shift: float, lost: float, count: int = 200) -> list[Judged]:
    """Make judgements: `shift` logits between the labels, `lost` of them gone as JPEG 40."""
    rng = np.random.default_rng(0)
    items = []
    for number in range(count):
        label = Label.AI if number % 2 else Label.HUMAN
        side = 1 if number % 2 else -1
        logit = side * shift / 2 + float(rng.normal())
        encoded = {one.name: logit - side * lost * (one.name == JPEG_40) for one in ORDINARY}
        sample = Sample(Path("p"), str(number), label, "s", f"{label}{number % 3}")
        items.append(Judged(sample, logit, (-1.0, 1.0), logit, 0.0, 0.0, encoded))
    return items


def _measure(judged: list[Judged], flips: int = 0) -> dict[str, dict[str, Any]]:
    is_ai = np.array([item.sample.is_ai for item in judged])
    draws = group_rows(is_ai, [item.sample.owner for item in judged])
    share = Share(flips, len(judged)).as_dict()
    return {row["goal"]: row for row in measure_goals(judged, is_ai, draws, share)}


@pytest.mark.slow
@needs_scipy
def test_every_goal_is_measured_between_two_ends() -> None:
    rows = _measure(_judged(shift=3, lost=0.5))
    assert len(rows) == 9
    for row in rows.values():
        low, high = row["by_picture"]
        assert low <= row["value"] <= high
    assert rows["AUC"]["by_owner"] is not None


@pytest.mark.slow
def test_a_goal_is_reached_on_its_own_side() -> None:
    well, badly = _measure(_judged(shift=12, lost=0)), _measure(_judged(shift=1, lost=3), flips=20)
    assert {name: row["reached"] for name, row in well.items() if name != "ECE"} == dict.fromkeys(
        (name for name in well if name != "ECE"), True
    )
    assert not any(
        row["reached"]
        for name, row in badly.items()
        if name not in {"points lost as JPEG 60 at 768 px", "generated pictures cleared"}
    )


@pytest.mark.slow
@needs_scipy
def test_a_goal_is_surely_reached_only_where_the_whole_interval_reaches_it() -> None:
    flips = "pictures that flip between `clear` and `flagged`"
    few = _measure(_judged(shift=12, lost=0))[flips]
    assert (few["reached"], few["surely"]) == (True, False)  # none of 200: the interval ends at 1.9 %
    assert _measure(_judged(shift=12, lost=0))["AUC"]["surely"]


@pytest.mark.slow
@needs_scipy
def test_a_loss_is_of_the_same_pictures_so_that_none_means_none() -> None:
    rows = _measure(_judged(shift=2, lost=1))
    unmoved = rows["points lost as JPEG 60 at 768 px"]
    assert JPEG_60 in _judged(1, 1)[0].encoded
    assert (unmoved["value"], unmoved["by_picture"]) == (0, (0, 0))
    low, _ = rows["points lost as JPEG 40 at 512 px"]["by_picture"]
    assert low > 0


@pytest.mark.slow
def test_what_needs_re_encodings_is_left_out_without_them() -> None:
    judged = _judged(shift=3, lost=0)
    is_ai = np.array([item.sample.is_ai for item in judged])
    draws = group_rows(is_ai, ["o"] * len(judged))
    rows = measure_goals(judged, is_ai, draws, None)
    assert [row["goal"] for row in rows] == [
        "AUC",
        "AI found at 1 % of humans accused",
        "human pictures flagged",
        "generated pictures flagged",
        "generated pictures cleared",
        "ECE",
    ]
    assert rows[0]["by_owner"] is None
    assert rows[0]["value"] == pytest.approx(0.98, abs=0.03)


def test_without_the_extra_for_drawing_there_are_figures_but_no_intervals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resampling, "CAN_RESAMPLE", False)
    rows = _measure(_judged(shift=3, lost=0.5))
    assert (rows["AUC"]["by_picture"], rows["AUC"]["surely"]) == (None, False)
    calibration = dict.fromkeys(("mean", "low", "high"), 0.03)
    shown = render_goals({"goals": list(rows.values()), "perfect_calibration": calibration})
    assert [cell.strip() for cell in shown[2].split("|")][4:6] == ["-", "-"]
    assert decimal({"value": 0.5, "low": None, "high": None}) == "0.500"
