"""The network on several threads, and at several sizes of view: the same figures."""

import numpy as np
import pytest

from model.serving.info import WEIGHTS, read_model_info
from model.serving.interpreters import Interpreters
from model.serving.runtime import Classifier


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    chance = np.random.default_rng(1)
    return [chance.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in ((256, 256), (300, 500))]


@pytest.mark.slow
def test_threads_change_no_figure(pictures: list[np.ndarray]) -> None:
    alone, shared = Classifier.load(), Classifier.load(threads=3)
    for rgb in pictures:
        assert alone.scaled_logit(rgb) == shared.scaled_logit(rgb)
        for one, other in zip(alone.activation(rgb), shared.activation(rgb), strict=True):
            assert one[0] == other[0]
            assert np.array_equal(one[1], other[1])


def test_views_of_other_sizes_between_change_no_figure() -> None:
    """An interpreter is resized from view to view; what it said of one size must not linger."""
    chance = np.random.default_rng(2)
    square, long, high = (
        chance.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in ((256, 256), (256, 416), (352, 256))
    )
    network = Interpreters(WEIGHTS / read_model_info().weights)
    logits, maps, features = network.run([square, long, high, square])
    assert [cells.shape for cells in maps] == [(8, 8), (8, 13), (11, 8), (8, 8)]
    assert logits[0] == logits[3]
    assert np.array_equal(maps[0], maps[3])
    assert np.array_equal(features[0], features[3])
    for number, view in enumerate((square, long, high)):
        alone = Interpreters(WEIGHTS / read_model_info().weights).run([view])
        assert np.array_equal(alone.maps[0], maps[number])
        assert alone.maps[0].mean() == pytest.approx(logits[number], abs=1e-3)


def test_a_network_that_fails_on_any_thread_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Interpreters(WEIGHTS / read_model_info().weights, threads=2)

    def fail(*_: object) -> None:
        raise RuntimeError("no memory for a tensor")

    views = np.random.default_rng(3).integers(0, 256, (3, 256, 256, 3), dtype=np.uint8)
    monkeypatch.setattr(network._networks[1], "run", fail)
    with pytest.raises(RuntimeError, match="no memory"):
        _run_often(network, views)


def _run_often(network: Interpreters, views: np.ndarray) -> None:
    for _ in range(50):  # whichever thread is first takes the views
        network.run(views)
