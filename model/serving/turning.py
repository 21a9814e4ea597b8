"""Turning a picture as its EXIF record asks for."""

import numpy as np
from PIL import Image

from model.serving.native import NativeLook
from model.serving.views import Box

_ORIENTATION = 0x0112  # EXIF 2.3, table 4
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_orientation(record: bytes) -> int:
    """The orientation, 1 to 8, that an EXIF record asks for. A broken record counts as none."""
    exif = Image.Exif()
    try:
        exif.load(record)
        value = exif.get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  # a broken record raises struct.error, SyntaxError, ValueError, ...
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """Turn an image."""
    return image.transpose(_TRANSPOSE[orientation]) if orientation in _TRANSPOSE else image


def turn_look(look: NativeLook, orientation: int) -> NativeLook:
    """Turn crops as the picture is turned, and their boxes with them."""
    if orientation not in _TRANSPOSE:
        return look
    crops = [np.asarray(turn(Image.fromarray(one), orientation)) for one in look.crops]
    return NativeLook(np.stack(crops), look.cell, tuple(_turn_box(box, orientation) for box in look.boxes))


def _turn_box(box: Box, orientation: int) -> Box:
    left, top, right, low = box
    if orientation >= 5:  # mirrored along the diagonal, and then as 1 to 4 in another order
        left, top, right, low = top, left, low, right
        orientation = {5: 1, 6: 2, 7: 3, 8: 4}[orientation]
    if orientation in (2, 3):
        left, right = 1 - right, 1 - left
    if orientation in (3, 4):
        top, low = 1 - low, 1 - top
    return left, top, right, low
