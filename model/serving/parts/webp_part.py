"""The rows that are there of a WebP's image.

libwebp decodes piece by piece; Pillow has no door to that, and wants a whole file.
"""

import ctypes
from functools import cache

import numpy as np
from PIL import Image, _webp

from model.serving.parts.found_rows import FoundRows, Load, upper

_RGBA = 1  # MODE_RGBA of libwebp's decode.h
_PLACE = ctypes.POINTER(ctypes.c_int)


def webp_part(data: bytes, load: Load) -> FoundRows:  # noqa: ARG001 - as for every format
    """Decode the rows that are there of a WebP of one image. Errors: `OSError` where there are none."""
    library = _library()
    decoder = library.WebPINewRGB(_RGBA, None, 0, 0)
    try:
        library.WebPIAppend(decoder, data, len(data))
        rows, width, height, stride = (ctypes.c_int() for _ in range(4))
        pixels = library.WebPIDecGetRGB(decoder, rows, width, height, stride)
        if not pixels or not rows.value:
            raise OSError
        area = np.ctypeslib.as_array(pixels, (rows.value, stride.value))[:, : 4 * width.value]
        whole = np.zeros((height.value, width.value, 4), np.uint8)
        whole[: rows.value] = area.reshape(rows.value, width.value, 4)
    finally:
        library.WebPIDelete(decoder)
    there = upper(rows.value, height.value)
    return FoundRows(Image.fromarray(whole), there, is_whole=bool(there.all()))


@cache
def _library() -> ctypes.CDLL:
    """The libwebp that Pillow brings; its module finds the functions that it is linked with."""
    library = ctypes.CDLL(_webp.__file__)
    library.WebPINewRGB.restype = ctypes.c_void_p
    library.WebPINewRGB.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    library.WebPIAppend.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.WebPIDecGetRGB.restype = ctypes.POINTER(ctypes.c_uint8)
    library.WebPIDecGetRGB.argtypes = [ctypes.c_void_p, *[_PLACE] * 4]
    library.WebPIDelete.argtypes = [ctypes.c_void_p]
    library.WebPIDelete.restype = None
    return library
