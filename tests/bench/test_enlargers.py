"""Enlarging pictures with networks: what the networks are given, and what is kept."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.classifier import enlargers
from bench.classifier.enlargers import (
    AS_IS,
    NETWORKS,
    PART,
    SMALL,
    BrokenNetworkError,
    Job,
    Network,
    before_enlarging,
    enlarge,
    make_missing,
)


class Twice:
    """Stands in for a network."""

    def process_pil(self, image: Image.Image) -> Image.Image:
        return image.resize((2 * image.width, 2 * image.height))


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(enlargers.NETWORKS, "twice", Network(2, Twice))
    return "twice"


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    place = tmp_path / "drawn.png"
    Image.new("RGBA", (700, 800), (200, 30, 30, 0)).save(place)
    return place


def _given(size: tuple[int, int], factor: int, *, is_part: bool) -> tuple[int, int]:
    image = Image.effect_noise(size, 60).convert("RGB")
    return before_enlarging(image, factor, np.random.default_rng(0), is_part=is_part).size


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("size", [(2000, 900), (600, 700)])
def test_every_network_is_given_a_part_that_becomes_600_by_600(size: tuple[int, int], factor: int) -> None:
    assert _given(size, factor, is_part=True) == (PART // factor, PART // factor)


@pytest.mark.parametrize(
    ("size", "factor", "given"),
    [((2000, 900), 2, (800, 360)), ((2000, 900), 4, (667, 300)), ((400, 320), 2, (400, 320))],
)
def test_a_whole_picture_is_scaled_down_and_never_up(
    size: tuple[int, int], factor: int, given: tuple[int, int]
) -> None:
    """Else a blurred picture would be blamed on whatever network enlarged it again."""
    assert _given(size, factor, is_part=False) == given


@pytest.mark.parametrize("name", ["lanczos", "lanczos-4x"])
def test_lanczos_enlarges_as_much_as_the_networks_do(name: str) -> None:
    """Otherwise a comparison with it would be one of sizes."""
    network = NETWORKS[name]
    part = Image.new("RGB", (PART // network.factor,) * 2)
    assert network.load().process_pil(part).size == (PART, PART)


def test_a_part_is_enlarged_under_its_original_s_name(tmp_path: Path, drawn: Path, twice: str) -> None:
    place = tmp_path / "out" / twice / "drawn.png"
    enlarge(Job(twice, drawn, 0, place, is_part=True))
    with Image.open(place) as image:
        assert image.size == (PART, PART)
        assert np.asarray(image.convert("RGB")).min() > 240  # see-through becomes white
    assert [path.name for path in place.parent.iterdir()] == ["drawn.png"]


def test_what_is_compared_is_the_very_picture_that_is_enlarged(
    tmp_path: Path, drawn: Path, twice: str
) -> None:
    """Another JPEG of it would be another picture, and a difference would not be the network's."""
    Image.effect_noise((700, 800), 60).save(drawn)
    made = {kind: tmp_path / f"{kind}.png" for kind in (AS_IS, SMALL, twice)}
    for kind, place in made.items():
        enlarge(Job(kind, drawn, 0, place))
    assert made[AS_IS].read_bytes() == drawn.read_bytes()
    with Image.open(made[SMALL]) as small, Image.open(made[twice]) as enlarged:
        assert small.size == (360, 411)
        assert Twice().process_pil(small).tobytes() == enlarged.tobytes()


def test_what_is_there_is_not_made_again(tmp_path: Path, drawn: Path) -> None:
    """Enlarging takes hours, and is cut now and then."""
    kept, missing = tmp_path / "kept.png", tmp_path / "missing.png"
    kept.write_bytes(b"made before")
    make_missing([Job(SMALL, drawn, 0, place) for place in (kept, missing)], processes=1)
    assert kept.read_bytes() == b"made before"
    with Image.open(missing) as image:
        assert image.size == (360, 411)


class Noise:
    """Stands in for a network that its package runs wrongly on some processors."""

    def process_pil(self, image: Image.Image) -> Image.Image:
        return Image.effect_noise((2 * image.width, 2 * image.height), 60)


def test_what_no_longer_shows_the_picture_is_refused_and_not_kept(
    tmp_path: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(enlargers.NETWORKS, "noise", Network(2, Noise))
    place = tmp_path / "out" / "drawn.png"
    with pytest.raises(BrokenNetworkError, match=r"noise does not work on this processor.*drawn\.png"):
        enlarge(Job("noise", drawn, 1, place))
    assert list(place.parent.iterdir()) == []
