"""A backbone of a third of the width, for tests that train: the same layers, at a tenth of the work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest


@contextmanager
def narrow_backbone() -> Iterator[None]:
    """Build MobileNetV2 so narrow meanwhile, wherever it is built."""
    from model.training.backbones import BACKBONES  # noqa: PLC0415  # loads Keras

    name = "mobilenet_v2"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKBONES, name, replace(BACKBONES[name], options=(("alpha", 0.35),)))
        yield
