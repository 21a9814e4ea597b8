"""Enlarging pictures with networks: what the networks are given, and what is kept."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.classifier import enlargers
from bench.classifier.enlargers import NETWORKS, PART, Job, Network, before_enlarging, enlarge


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("size", [(2000, 900), (600, 700)])
def test_every_network_is_given_a_part_that_becomes_600_by_600(size: tuple[int, int], factor: int) -> None:
    image = Image.effect_noise(size, 60).convert("RGB")
    part = before_enlarging(image, factor, np.random.default_rng(0))
    assert part.size == (PART // factor, PART // factor)


def test_lanczos_enlarges_as_much_as_the_networks_do() -> None:
    """Otherwise a comparison with it would be one of sizes."""
    network = NETWORKS["lanczos"]
    part = Image.new("RGB", (PART // network.factor,) * 2)
    assert network.load().process_pil(part).size == (PART, PART)


def test_a_picture_is_enlarged_under_its_original_s_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Twice:
        """Stands in for a network."""

        def process_pil(self, image: Image.Image) -> Image.Image:
            return image.resize((2 * image.width, 2 * image.height))

    monkeypatch.setitem(enlargers.NETWORKS, "twice", Network(2, Twice))
    drawn = tmp_path / "drawn.png"
    Image.new("RGBA", (700, 800), (200, 30, 30, 0)).save(drawn)
    place = tmp_path / "out" / "twice" / "drawn.png"
    enlarge(Job("twice", drawn, 0, place))
    with Image.open(place) as image:
        assert image.size == (PART, PART)
        assert np.asarray(image.convert("RGB")).min() > 240  # see-through becomes white
    assert [path.name for path in place.parent.iterdir()] == ["drawn.png"]
