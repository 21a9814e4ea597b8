"""Views: what the network sees of a picture."""

import numpy as np
import pytest

from model.serving.views import Scale, ViewPlan, make_views, rescale, view_boxes
from tests.model.drawing import gradient

PLAN = ViewPlan(256, (Scale(256, 3), Scale(384, 4), Scale(None, 5)))


@pytest.mark.parametrize(
    "size", [(1, 1), (3, 900), (900, 3), (256, 256), (255, 700), (512, 4096), (4096, 512), (640, 512)]
)
def test_every_shape_gives_the_planned_views(size: tuple[int, int]) -> None:
    rgb = np.asarray(gradient(*size))
    views = make_views(rgb, PLAN)
    assert views.shape == (PLAN.count, 256, 256, 3)
    assert views.dtype == np.uint8


@pytest.mark.parametrize("crops", range(1, 13))
def test_crops_lie_inside_the_picture_and_differ(crops: int) -> None:
    rgb = np.asarray(gradient(700, 512))
    views = make_views(rgb, ViewPlan(128, (Scale(None, crops),)))
    assert len({view.tobytes() for view in views}) == crops


def test_the_views_of_the_whole_reach_both_ends() -> None:
    rgb = np.zeros((256, 1000, 3), dtype=np.uint8)
    rgb[:, :20] = 255
    rgb[:, -20:] = 128
    left, _, right = make_views(rgb, ViewPlan(256, (Scale(256, 3),)))
    assert left[:, 0].min() == 255
    assert set(right[:, -1].ravel()) == {128}


def test_a_picture_at_its_own_scale_is_not_touched() -> None:
    rgb = np.asarray(gradient(600, 400))
    assert rescale(rgb, None, 256) is rgb
    assert rescale(rgb, 400, 256) is rgb


def test_an_extreme_strip_does_not_grow_huge() -> None:
    rgb = np.zeros((1, 4096, 3), dtype=np.uint8)
    assert rescale(rgb, 384, 256).size < 384 * 384 * 9 * 3


@pytest.mark.parametrize("size", [(640, 512), (300, 2000), (2000, 30), (256, 256), (512, 700)])
def test_each_view_is_named_with_the_place_that_it_shows(size: tuple[int, int]) -> None:
    """Red grows to the right and green downwards, so that a view's mean colour says where its centre lies."""
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    rgb = np.stack([across, down, np.zeros_like(across)], axis=-1).astype(np.uint8)
    boxes = view_boxes(height, width, PLAN)
    for view, (left, top, right, low) in zip(make_views(rgb, PLAN), boxes, strict=True):
        assert 0 <= left < right <= 1.001
        assert 0 <= top < low <= 1.001
        red, green, _ = view.reshape(-1, 3).mean(axis=0) / 255
        assert (red, green) == pytest.approx(((left + right) / 2, (top + low) / 2), abs=0.02)
