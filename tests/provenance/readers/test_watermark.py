"""The invisible watermark is found where the test's own encoder put it, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.vocabulary import EvidenceKind, Grade, Label
from provenance.read import read_provenance
from provenance.readers.watermark import MESSAGES, Message, find_watermark
from tests.provenance.asking import of_kind, the
from tests.provenance.writing import Pixels, jpeg, pillow_png, webp

KIND = EvidenceKind.WATERMARK
Floats = NDArray[np.float64]


def scene(width: int = 320, height: int = 256, seed: int = 0, noise: float = 4.0) -> Pixels:
    """Draw flat areas and slopes in colours, as in a cel, with a little noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    colours = random.integers(30, 226, (6, 3)).astype(float)
    area = (np.sin(x / 31 + seed) + np.cos(y / 23) + 2).astype(int) + (x > width // 2)
    slope = 20 * np.sin((x + y) / 90)[:, :, None]
    drawn = colours[area] + slope + random.normal(0, noise, (height, width, 3))
    return np.asarray(np.clip(drawn, 0, 255), dtype=np.uint8)


def mark(rgb: Pixels, bits: NDArray[np.uint8], *, centre: float = 128.0, swapped: bool = False) -> Pixels:
    """Embed a message: a quarter or three quarters of a step of 36 in each block's strongest value."""
    colours = rgb.astype(float)[:, :, ::-1] if swapped else rgb.astype(float)
    luma = colours @ [0.299, 0.587, 0.114]
    u, v = (colours[:, :, 2] - luma) * 0.492 + centre, (colours[:, :, 0] - luma) * 0.877 + centre
    corners = [u[i::2, j::2] for i in (0, 1) for j in (0, 1)]
    average = np.add.reduce(corners) / 2
    change = marked_average(average, bits) - average
    u = u + np.repeat(np.repeat(change, 2, axis=0), 2, axis=1) / 2
    blue, red = luma + (u - centre) / 0.492, luma + (v - centre) / 0.877
    green = (luma - 0.299 * red - 0.114 * blue) / 0.587
    out: Pixels = np.clip(np.rint(np.stack([red, green, blue], axis=-1)), 0, 255).astype(np.uint8)
    return out[:, :, ::-1] if swapped else out


def marked_average(average: Floats, bits: NDArray[np.uint8]) -> Floats:
    out = average.copy()
    number = 0
    for row in range(0, average.shape[0] - 3, 4):
        for column in range(0, average.shape[1] - 3, 4):
            block = out[row : row + 4, column : column + 4]
            at = int(np.argmax(np.abs(block.ravel()[1:]))) + 1
            value = block[at // 4, at % 4]
            level = (abs(value) // 36 + 0.25 + 0.5 * bits[number % bits.size]) * 36
            block[at // 4, at % 4] = level if value >= 0 else -level
            number += 1
    return out


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
@pytest.mark.parametrize(("centre", "swapped"), [(128.0, False), (0.5, False), (0.5, True)])
def test_every_message_of_every_encoder_is_found(message: Message, centre: float, swapped: bool) -> None:  # noqa: FBT001
    item = the(pillow_png(mark(scene(), message.bits, centre=centre, swapped=swapped)), KIND)
    assert (item.grade, item.label, item.generator) == (Grade.DECLARED, Label.AI, message.name)


def test_lossless_webp_is_looked_at_too() -> None:
    assert the(webp(pixels=mark(scene(), MESSAGES[2].bits)), KIND).generator == "Stable Diffusion XL"


@pytest.mark.parametrize("seed", range(12))
def test_unmarked_pictures_carry_none(seed: int) -> None:
    assert read_provenance(pillow_png(scene(seed=seed, noise=seed))) == ()


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_plain_pictures_carry_none(fill: int) -> None:
    assert find_watermark(np.full((256, 256, 3), fill, np.uint8)) is None


def test_other_messages_are_not_taken_for_known_ones() -> None:
    random = np.random.default_rng(5)
    for size in (32, 48, 136):
        assert find_watermark(mark(scene(), random.integers(0, 2, size).astype(np.uint8))) is None


def test_sizes_that_no_generator_draws_are_passed_over() -> None:
    assert of_kind(pillow_png(mark(scene(), MESSAGES[2].bits)[:, :316]), KIND) == []
    assert of_kind(jpeg(), KIND) == []
