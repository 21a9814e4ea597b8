"""The confusion matrix at each threshold, and what is read from it."""

from pathlib import Path

import pytest

from core.vocabulary import Label
from model.data.judged import Judged
from model.data.samples import Sample
from model.judging.confusion import describe_confusion
from model.judging.markdown import render_confusion

LINES = (-1.0, 2.0)  # clear below, flagged from


def judged(label: Label, logit: float) -> Judged:
    sample = Sample(Path("a.png"), "a.png", label, "source", "owner")
    return Judged(sample, logit, LINES, first=logit, sharpness=0.0, pixels=0.0)


PICTURES = [
    *(judged(Label.AI, logit) for logit in (-2.0, -0.5, 0.5, 3.0)),
    *(judged(Label.HUMAN, logit) for logit in (-3.0, -2.0, -2.0, -0.5, 0.5, 2.5)),
]


def test_each_threshold_has_its_matrix() -> None:
    not_clear, half, flagged = describe_confusion(PICTURES)
    assert [not_clear["ai_above"], not_clear["ai_below"]] == [3, 1]
    assert [not_clear["human_above"], not_clear["human_below"]] == [3, 3]
    assert [half["ai_above"], half["human_above"]] == [2, 2]
    assert [flagged["ai_above"], flagged["human_above"]] == [1, 1]
    assert half["accuracy"] == pytest.approx(6 / 10)
    assert half["precision"] == pytest.approx(2 / 4)
    assert half["recall"] == pytest.approx(2 / 4)
    assert half["f1"] == pytest.approx(0.5)


def test_without_anything_above_there_is_no_precision() -> None:
    flagged = describe_confusion([judged(Label.AI, 0.0), judged(Label.HUMAN, 0.0)])[2]
    assert (flagged["precision"], flagged["f1"], flagged["recall"]) == (None, None, 0.0)


def test_people_read_it_as_a_table() -> None:
    lines = render_confusion({"confusion": describe_confusion(PICTURES)})
    assert "accuracy" in lines[0]
    cells = [cell.strip() for cell in lines[3].split("|")[1:-1]]
    assert cells == ["0.5", "2", "2", "2", "4", "0.600", "0.500", "0.500", "0.500"]
