"""What people do to a picture: both labels go through the same, and it stays a picture."""

import numpy as np
import pytest
from PIL import Image

from model.training.processing import KINDS, process, window

pytestmark = pytest.mark.training  # the module takes Keras in, which takes four seconds

RGB = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_changes_the_pixels_and_the_same_dice_do_the_same(kind: str) -> None:
    first, again = (process(RGB, kind, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.dtype == np.uint8
    assert min(first.shape[:2]) >= 256
    assert first.shape != RGB.shape or not np.array_equal(first, RGB)


def test_a_window_keeps_the_scale_and_bounds_the_work() -> None:
    image = Image.new("RGBA", (3000, 500), (0, 0, 0, 0))
    part = window(image, np.random.default_rng(1))
    assert part.size == (1300, 500)
    assert part.getpixel((0, 0)) == (255, 255, 255)
