"""Gemini's star is seen at its place and in its size, and no other star is taken for it."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.vocabulary import EvidenceKind, Grade, Label
from model.serving.picture import decode_picture
from provenance.readers.sparkle import LEAST, find_sparkle, sparkle_evidence
from tests.provenance.writing import Pixels, drawing

SIZES = [(1024, 1024), (900, 1400), (512, 512), (1536, 2048), (2048, 1152)]


def starred(
    width: int,
    height: int,
    *,
    star: int | None = None,
    margin: int | None = None,
    colour: int = 255,
    opacity: float = 0.5,
    points: int = 4,
) -> Pixels:
    """Draw a scene and over its corner a star: curves between the points, as a person would construct it."""
    is_large = min(width, height) > 1024
    star, margin = star or (96 if is_large else 48), margin or (64 if is_large else 32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    picture = np.repeat((60 + 30 * np.sin(x / 90) + 20 * np.cos(y / 70))[:, :, None], 3, axis=2)
    mask = Image.new("L", (8 * star, 8 * star))
    turns = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    reach = 4 * star * (1 - 0.56 * np.abs(np.sin(turns * points / 2)) ** 0.75)
    edge = [(4 * star + r * np.cos(t), 4 * star + r * np.sin(t)) for r, t in zip(reach, turns, strict=True)]
    ImageDraw.Draw(mask).polygon(edge, fill=255)
    alpha = opacity * np.asarray(mask.resize((star, star), Image.Resampling.BOX), float)[:, :, None] / 255
    top, left = height - margin - star, width - margin - star
    area = picture[top : top + star, left : left + star]
    area[:] = area * (1 - alpha) + colour * alpha
    out: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    return out


def written(pixels: Pixels, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def seen(data: bytes) -> float:
    """What is seen in a file as the classifier's picture of it shows it."""
    picture = decode_picture(data, max_pixels=10_000_000)
    return find_sparkle(picture.rgb, picture.width, picture.height)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_is_seen_at_its_place_in_either_size(width: int, height: int) -> None:
    assert seen(written(starred(width, height))) >= LEAST


def test_it_survives_saving_with_losses() -> None:
    assert seen(written(starred(1024, 1024), "JPEG", quality=70)) >= LEAST
    assert seen(written(starred(1024, 1024), "WEBP", quality=60)) >= LEAST


def test_it_is_a_hint_and_no_more() -> None:
    rgb = decode_picture(written(starred(1024, 1024)), max_pixels=10_000_000).rgb
    (item,) = sparkle_evidence(rgb, 1024, 1024)
    assert (item.kind, item.grade, item.label) == (EvidenceKind.WATERMARK, Grade.HINT, Label.AI)
    assert item.generator == "Google"


@pytest.mark.parametrize(
    "pixels",
    [
        starred(512, 512, margin=50),
        starred(512, 512, star=96),
        starred(512, 512, star=24),
        starred(512, 512, colour=0),
        starred(512, 512, points=5),
        starred(512, 512, points=8),
        starred(512, 512, opacity=0.0),
        starred(512, 512)[::-1],
        starred(512, 512)[:, ::-1],
        starred(512, 512)[:500],
        np.full((512, 512, 3), 255, np.uint8),
        np.zeros((512, 512, 3), np.uint8),
        *(drawing(512, 512, seed=seed) for seed in range(3)),
    ],
)
def test_other_stars_and_other_corners_are_none(pixels: Pixels) -> None:
    assert seen(written(np.ascontiguousarray(pixels))) < LEAST


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (79, 79), (80, 80), (512, 20), (20, 512)])
@pytest.mark.parametrize("said", [(0, 0), (1, 1), (512, 512), (4096, 4096), (100_000, 3)])
def test_no_size_is_too_odd_to_be_looked_at(shape: tuple[int, int], said: tuple[int, int]) -> None:
    assert 0 <= abs(find_sparkle(np.full((*shape, 3), 7, np.uint8), *said)) < LEAST
