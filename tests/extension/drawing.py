"""Pictures that the tests draw themselves."""

import io
from functools import cache
from hashlib import sha256

from PIL import Image, ImageDraw


@cache
def png(name: str, size: tuple[int, int] = (320, 240)) -> bytes:
    """Draw a picture of its own colours for each name."""
    digest = sha256(name.encode()).digest()
    canvas = Image.new("RGB", size, tuple(digest[:3]))
    pen = ImageDraw.Draw(canvas)
    for at in range(3, 27, 6):
        x, y = digest[at] * size[0] // 255, digest[at + 1] * size[1] // 255
        reach = min(size) // 4
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=tuple(digest[at + 2 : at + 5]))
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()
