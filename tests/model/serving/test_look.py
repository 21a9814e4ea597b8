"""A look stays near its own under what happens to pictures on the web, and far from other pictures'."""

import io

import numpy as np
from PIL import Image, ImageDraw

from model.serving.info import LookInfo, read_model_info
from model.serving.look import look_facts, look_of
from model.serving.picture import decode_picture
from model.serving.runtime import Classifier
from store.base.hash_column import count_differing


def drawing(seed: int, quality: int = 95, side: int = 480) -> bytes:
    """A drawing of strokes and areas in a palette of its own."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (480, 480), tuple(rng.integers(0, 255, 3).tolist()))
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        points = rng.integers(0, 480, 4).tolist()
        colour = tuple(rng.integers(0, 255, 3).tolist())
        if seed % 2:
            pen.line(points, fill=colour, width=int(rng.integers(1, 9)))
        else:
            left, top = int(points[0]), int(points[1])
            pen.ellipse((left, top, left + 90, top + 60), fill=colour)
    out = io.BytesIO()
    image.resize((side, side)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_a_resaved_copy_looks_alike_and_another_drawing_does_not() -> None:
    classifier = Classifier.load()

    def look(data: bytes) -> str:
        found = classifier.classify(decode_picture(data, max_pixels=10**6)).look
        assert found is not None
        return found.hex

    own = look(drawing(1))
    assert count_differing(own, look(drawing(1, quality=60, side=420))) < 60
    assert count_differing(own, look(drawing(2))) > 80


def test_the_published_classifier_names_its_kind_of_look() -> None:
    info = read_model_info().look
    assert info is not None
    facts = look_facts(info.kind.rpartition("-")[0], np.array(info.mean), np.array(info.deviation))
    assert facts["kind"] == info.kind


def test_nearer_features_differ_by_fewer_bits() -> None:
    rng = np.random.default_rng(0)
    info = LookInfo("made-up", (0.0,) * 64, (1.0,) * 64)
    one, other = rng.standard_normal((2, 64)).astype(np.float32)

    def apart(share: float) -> int:
        mixed = (1 - share) * one + share * other
        return count_differing(look_of(one[None], info).hex, look_of(mixed[None], info).hex)

    assert apart(0) == 0
    assert 0 < apart(0.2) < apart(0.5) < apart(1.0)
    assert 100 < apart(1.0) < 156
