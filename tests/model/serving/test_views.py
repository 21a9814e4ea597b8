"""Views: what the network sees of a picture."""

import numpy as np
import pytest

from model.serving.regions import box_of, regions
from model.serving.views import CELL, make_views
from tests.model.drawing import gradient

SHAPES = [(1, 1), (3, 900), (900, 3), (256, 256), (255, 700), (512, 4096), (4096, 512), (640, 512)]


@pytest.mark.parametrize("size", SHAPES)
def test_every_picture_gives_views_of_whole_cells_and_bounded_size(size: tuple[int, int]) -> None:
    views = make_views(np.asarray(gradient(*size)), 256)
    assert len(views) in (1, 3)
    for view in views:
        assert view.rgb.dtype == np.uint8
        height, width, _ = view.rgb.shape
        assert height % CELL == width % CELL == 0
        assert min(height, width) == 256
        assert max(height, width) <= 3 * 256


def test_a_picture_is_seen_whole_but_for_less_than_a_cell_at_its_ends() -> None:
    [view] = make_views(np.asarray(gradient(700, 512)), 256)
    assert view.rgb.shape == (256, 320, 3)
    left, top, right, low = view.box
    assert (top, low) == (0, 1)
    assert left == pytest.approx(1 - right, abs=0.005)
    assert left * 350 < CELL / 2


def test_a_long_strip_is_seen_at_both_ends_and_in_the_middle() -> None:
    rgb = np.zeros((256, 1000, 3), dtype=np.uint8)
    rgb[:, :20] = 255
    rgb[:, -20:] = 128
    first, middle, last = make_views(rgb, 256)
    assert first.rgb[:, 0].min() == 255
    assert set(last.rgb[:, -1].ravel()) == {128}
    assert middle.box[0] == pytest.approx(1 - middle.box[2], abs=0.002)


def test_a_picture_of_the_right_size_is_not_scaled() -> None:
    rgb = np.asarray(gradient(320, 256))
    [view] = make_views(rgb, 256)
    assert np.array_equal(view.rgb, rgb)


@pytest.mark.parametrize("size", [(640, 512), (300, 2000), (2000, 30), (256, 256), (512, 700)])
def test_each_view_and_region_is_named_with_the_place_that_it_shows(size: tuple[int, int]) -> None:
    """Red grows to the right and green downwards, so that a mean colour says where the centre lies."""
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    rgb = np.stack([across, down, np.zeros_like(across)], axis=-1).astype(np.uint8)
    for view in make_views(rgb, 256):
        shown = [(view.rgb, view.box)]
        cells = (view.rgb.shape[0] // CELL, view.rgb.shape[1] // CELL)
        for region in regions(*cells):
            rows, columns = (slice(CELL * part.start, CELL * part.stop) for part in region)
            shown.append((view.rgb[rows, columns], box_of(region, cells, view.box)))
        for part, (left, top, right, low) in shown:
            assert 0 <= left < right <= 1.001
            assert 0 <= top < low <= 1.001
            red, green, _ = part.reshape(-1, 3).mean(axis=0) / 255
            assert (red, green) == pytest.approx(((left + right) / 2, (top + low) / 2), abs=0.02)


@pytest.mark.parametrize(
    ("cells", "count"), [((8, 8), 5), ((11, 16), 7), ((16, 11), 7), ((1, 1), 1), ((1, 3), 3)]
)
def test_regions_lie_in_the_map_and_come_once(cells: tuple[int, int], count: int) -> None:
    found = regions(*cells)
    assert len(found) == count
    assert all(
        0 <= part.start < part.stop <= side for one in found for part, side in zip(one, cells, strict=True)
    )
    assert len({str(one) for one in found}) == count
