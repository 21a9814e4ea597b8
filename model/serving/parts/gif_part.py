"""The rows that are there of a GIF's image."""

import contextlib

import numpy as np
from PIL import Image, ImageFile

from core.pictures.gif_frames import drawn_over, transparent_of
from model.serving.parts.found_rows import FoundRows, Load

_GROUNDS = (0, 255)


def gif_part(data: bytes, load: Load) -> FoundRows:  # noqa: ARG001 - as for every format
    """Decode the rows that are there of a GIF of one image.

    It is drawn on two grounds: what differs was never drawn.
    """
    image, other = (_drawn(drawn_over(data, ground)) for ground in _GROUNDS)
    rows = (np.asarray(image) == np.asarray(other)).all(axis=1)
    transparent = transparent_of(data)
    image.info = {} if transparent is None else {"transparency": transparent}
    return FoundRows(image, rows, is_whole=bool(rows.all()))


def _drawn(data: bytes) -> Image.Image:
    """Decode as far as the data go. Errors: `OSError` where they do not even begin."""
    parser = ImageFile.Parser()
    parser.feed(data)
    image = parser.image
    if image is None:
        raise OSError
    with contextlib.suppress(OSError):  # what was drawn before a fault stays
        parser.feed(b"")
    return image
