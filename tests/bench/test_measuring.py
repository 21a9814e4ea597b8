"""The measuring itself: what a table says, and pictures that nobody has seen."""

import hashlib
import importlib
import io

import pytest
import urllib3
from PIL import Image

from bench.__main__ import MODULES, NAMES
from bench.pictures import KINDS, SIZES, make_pictures, served
from bench.table import Row, machine, markdown, percentile, spread


def test_a_row_gives_the_median_and_how_far_the_rounds_lay_apart() -> None:
    assert spread([3.0, 1.0, 2.0, 10.0, 2.5], 1, " s") == ("2.5 s", "1.0 to 10.0 in 5")
    text = markdown([Row("start", "<= 2 s", *spread([1.0, 1.2, 1.1], 1, " s"))])
    assert text.splitlines()[-1] == "| start | <= 2 s | 1.1 s | 1.0 to 1.2 in 3 |"


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [float(value) for value in range(1, 201)]
    assert percentile(values, 0.5) == 101
    assert percentile(values, 0.99) == 199
    assert percentile([7.0], 0.99) == 7


def test_the_machine_is_named() -> None:
    assert "cores" in machine()


def test_served_pictures_are_new_bytes_with_the_same_pixels() -> None:
    pictures = make_pictures(None, 2)
    with served(pictures) as address, urllib3.PoolManager() as pool:
        first, again = (pool.request("GET", f"{address}{n}.bin").data for n in (0, len(pictures)))
    assert hashlib.sha256(first).digest() != hashlib.sha256(again).digest()
    opened = [Image.open(io.BytesIO(data)) for data in (first, again, pictures[0])]
    assert len({image.tobytes() for image in opened}) == 1


def test_drawn_pictures_take_turns_in_size_and_kind() -> None:
    assert len(SIZES) == len(KINDS)
    pictures = [Image.open(io.BytesIO(data)) for data in make_pictures(None, 3)]
    assert [image.size for image in pictures] == list(SIZES[:3])
    assert {str(image.format) for image in pictures} <= set(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_every_measurement_that_the_door_names_is_there(name: str) -> None:
    assert callable(importlib.import_module(MODULES[name]).rows)
