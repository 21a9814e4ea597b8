"""The fused batch normalisation learns as Keras' own does."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.training


def _network() -> Any:
    import keras

    keras.utils.set_random_seed(3)
    maps = keras.Input((8, 8, 3))
    normed = keras.layers.BatchNormalization(momentum=0.999)(keras.layers.Conv2D(4, 3)(maps))
    return keras.Model(maps, keras.layers.Dense(1)(keras.layers.GlobalMaxPooling2D()(normed)))


def _trained(network: Any) -> Any:
    import keras

    rng = np.random.default_rng(5)
    pictures = rng.normal(3, 2, (64, 8, 8, 3)).astype(np.float32)
    network.compile(keras.optimizers.SGD(0.01), loss="mse")
    network.fit(pictures, pictures.mean(axis=(1, 2, 3)), batch_size=16, epochs=3, shuffle=False, verbose=0)
    return network


def test_a_network_learns_the_same_with_its_normalisation_fused() -> None:
    import keras

    from model.paper.fused_norm import FusedBatchNormalization, relearn_norms

    own = _network()
    fused = relearn_norms(own, 0.9)
    if keras.backend.backend() == "tensorflow":
        assert any(isinstance(layer, FusedBatchNormalization) for layer in fused.layers)
    for layer in own.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9
    for mine, theirs in zip(_trained(fused).get_weights(), _trained(own).get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-3, atol=2e-4)


def test_a_copy_says_the_same_before_it_learns() -> None:
    from model.paper.fused_norm import relearn_norms

    own = _network()
    pictures = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype(np.float32)
    copy = relearn_norms(own, 0.99)
    np.testing.assert_allclose(copy(pictures), own(pictures), rtol=1e-6)
    assert copy.layers[2].momentum == pytest.approx(0.99)
