"""What the paper's report is made of."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
import numpy as np
import pytest

from model.report import _spearman  # a figure of the report that has no door of its own
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
