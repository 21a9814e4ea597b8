"""A small backbone for tests that train: the first blocks of MobileNetV2, at a third of the width."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

LAST = "block_4_add"
FADING = 0.02  # about the variance that each layer leaves of a variance of 1


@contextmanager
def small_backbone() -> Iterator[None]:
    """Build MobileNetV2 so small meanwhile, wherever it is built.

    Every kind of layer occurs in the first five of its seventeen blocks, and they are converted in a third
    of the time.
    """
    import keras  # noqa: PLC0415  # only where it is installed

    from model.training.backbones import BACKBONES  # noqa: PLC0415  # loads Keras

    whole = keras.applications.MobileNetV2

    def begin(*, weights: str | None, name: str, **options: Any) -> Any:
        network = whole(weights=None, alpha=0.35, **options)
        first = keras.Model(network.input, network.get_layer(LAST).output, name=name)
        if weights is not None:
            first.load_weights(weights)
            return first
        for layer in first.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                # Maps of made-up weights fade from layer to layer, until they vary too little to be read.
                layer.moving_variance.assign(keras.ops.full_like(layer.moving_variance, FADING))
        return first

    name = "mobilenet_v2"
    small = replace(
        BACKBONES[name],
        taps=("block_1_expand_relu", "block_3_project_BN"),
        textures=("expanded_conv_project_BN", "block_1_depthwise_relu", "block_2_add"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.applications, "MobileNetV2", begin)
        patch.setitem(BACKBONES, name, small)
        yield
