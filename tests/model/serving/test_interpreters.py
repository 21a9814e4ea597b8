"""The network on several threads: the same figures, each view once."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.serving import interpreters
from model.serving.info import WEIGHTS, read_model_info
from model.serving.interpreters import Interpreters
from model.serving.runtime import Classifier


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    chance = np.random.default_rng(1)
    return [chance.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in ((256, 256), (300, 500))]


def test_threads_change_no_figure(pictures: list[np.ndarray]) -> None:
    alone, shared = Classifier.load(), Classifier.load(threads=3)
    for rgb in pictures:
        assert np.array_equal(alone.view_logits(rgb), shared.view_logits(rgb))
        assert np.array_equal(alone.activation(rgb), shared.activation(rgb))


def test_equal_views_are_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(2)
    one, other = chance.integers(0, 256, (2, 256, 256, 3), dtype=np.uint8)
    network = Interpreters(WEIGHTS / read_model_info().weights)
    runs = []
    run = interpreters._Network.run

    def note(self: interpreters._Network, view: NDArray[np.uint8]) -> Any:
        runs.append(view.sum())
        return run(self, view)

    monkeypatch.setattr(interpreters._Network, "run", note)
    logits, maps, _ = network.run(np.stack([one, other, one, one]))
    assert len(runs) == 2
    assert logits[0] == logits[2] == logits[3] != logits[1]
    assert maps.shape[0] == 4
    assert np.array_equal(maps[0], maps[3])


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
