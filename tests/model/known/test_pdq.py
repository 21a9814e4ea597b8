"""The perceptual hash is the field's own, and holds where a picture is only saved anew."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.known.known_image import PictureHash
from model.known.pdq import pdq_hash


def wavy(height: int, width: int, turn: int) -> NDArray[np.uint8]:
    """Draw waves that bend, in three colours."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [
        127.5 + 127.5 * np.sin((x * (turn + c) / width * 5 + y * (turn + 2 * c) / height * 3) ** 1.5 + c)
        for c in range(3)
    ]
    return np.stack(waves, axis=-1).astype(np.uint8)


def apart(one: PictureHash, other: PictureHash) -> int:
    return (int(one.hex, 16) ^ int(other.hex, 16)).bit_count()


# What the reference (ThreatExchange, by its Python binding pdqhash 0.2.8) says of the same pixels.
@pytest.mark.parametrize(
    ("height", "width", "turn", "digits", "quality"),
    [
        (512, 512, 1, "5555f715820a37bbe2000ffffe087c00e81f087fc8ff08fac95a2ab1e8e3089f", 100),
        (512, 768, 2, "0000fffff3bfc00080000001415597ff33ff87ff3f00ac002c3f8c7f2cffacff", 100),
        (300, 64, 3, "000000000000000002ff38fffffff83fe000800b81ff83ff8fff8fffcfff8fff", 100),
        (64, 64, 4, "000000000000ffff807f00000000000001ff07ff1fff1fff3fff3fff7fff7fff", 100),
        (37, 512, 5, "aaaa252050504115105409aabefa55555755aaaa5755efaaffff5555aaaa5555", 100),
        (20, 20, 6, "25e89525c14c1587456350f7503d5f0397f46182dbbb15ed8165f097fda5965a", 100),
        (1024, 512, 1, "5555f715820a37bfe2000fffee087c00e81f087fc8ff08fac95a2ab1e8e3089f", 100),
        (4, 9, 1, "0" * 64, 0),
    ],
)
def test_the_hash_is_that_of_the_reference(
    height: int, width: int, turn: int, digits: str, quality: int
) -> None:
    found = pdq_hash(wavy(height, width, turn))
    # A sine may differ in its last bit from one machine to the next, and a pixel by one level with it.
    assert apart(found, PictureHash(digits, quality)) <= 2
    assert found.quality == quality


def test_a_flat_picture_has_no_quality() -> None:
    assert pdq_hash(np.full((512, 512, 3), 200, np.uint8)).quality == 0


def test_a_copy_saved_anew_and_scaled_is_near_and_another_picture_is_far() -> None:
    picture = wavy(600, 500, 2)
    out = io.BytesIO()
    Image.fromarray(picture).resize((400, 480)).save(out, "JPEG", quality=50)
    copy = np.asarray(Image.open(out).convert("RGB"))
    assert apart(pdq_hash(picture), pdq_hash(copy)) <= 31
    assert apart(pdq_hash(picture), pdq_hash(wavy(600, 500, 5))) > 60
