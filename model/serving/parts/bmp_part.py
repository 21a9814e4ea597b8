"""The rows that are there of a BMP, which stores its lowest row first unless it says otherwise."""

import struct

import numpy as np
from PIL import Image, ImageFile

from model.serving.parts.found_rows import FewRowsError, FoundRows, Load

_RAW, _UPWARDS = "raw", -1  # in the tiles of Pillow's images
_OLD_HEADER = 12  # bytes; the bits of a pixel stand elsewhere in it


def bmp_part(data: bytes, image: Image.Image, load: Load) -> FoundRows | None:
    """Decode the rows that are there of a BMP that was opened but not loaded; None where it is whole.

    One whose rows are packed is left to Pillow. Errors: `FewRowsError`.
    """
    if not isinstance(image, ImageFile.ImageFile) or not image.tile:
        return None
    codec, _, start, args = image.tile[0]
    if codec != _RAW or not isinstance(args, tuple):
        return None
    _, stride, direction = args
    old = struct.unpack_from("<I", data, 14)[0] == _OLD_HEADER
    bits = struct.unpack_from("<H", data, 24 if old else 28)[0]
    padding = stride - -(-image.width * bits // 8)
    height = image.height
    there = (len(data) - start + padding) // stride
    if there >= height and len(data) >= start + height * stride:
        return None
    if 2 * there < height:  # before what is missing is made up: the header may promise anything
        raise FewRowsError(max(there, 0), height)
    # Only whole rows count, so that what they are completed with is never seen.
    whole = load(data.ljust(start + height * stride, b"\0"))
    numbers = np.arange(height)
    rows = numbers >= height - there if direction == _UPWARDS else numbers < there
    return FoundRows(whole, rows, is_whole=there >= height)
