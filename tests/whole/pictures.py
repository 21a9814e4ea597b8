"""Pictures drawn by the tests: each one different, none of anybody's."""

import io
import random

from PIL import Image, ImageDraw


def draw(number: int, *, size: tuple[int, int] = (320, 240), kind: str = "PNG") -> bytes:
    """Draw flat shapes with lines, different for each number."""
    chance = random.Random(number)
    image = Image.new("RGB", size, _colour(chance))
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        box = (x, y, x + chance.randrange(10, 120), y + chance.randrange(10, 120))
        pen.ellipse(box, fill=_colour(chance), outline="black", width=2)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)
