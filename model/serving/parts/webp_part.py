"""The rows that are there of a WebP's image.

libwebp decodes piece by piece; Pillow has no door to that, and wants a whole file.
"""

import ctypes
from functools import cache

import numpy as np
from PIL import Image, _webp

from model.serving.parts.found_rows import FoundRows, Load, upper

_RGBA = 1  # MODE_RGBA of libwebp's decode.h
_GOES_ON = (0, 5)  # VP8_STATUS_OK and VP8_STATUS_SUSPENDED
_PIECES, _LEAST_PIECE = 256, 1024  # and bytes
_PLACE = ctypes.POINTER(ctypes.c_int)


def webp_part(data: bytes, load: Load) -> FoundRows:  # noqa: ARG001 - as for every format
    """Decode the rows that are there of a WebP of one image, up to its end or to a fault.

    Errors: `OSError` where there are none.
    """
    library = _library()
    decoder = library.WebPINewRGB(_RGBA, None, 0, 0)
    rows, width, height, stride = (ctypes.c_int() for _ in range(4))
    whole, there = None, 0
    try:
        # In pieces, as browsers do: at a fault libwebp forgets which rows of a lossless picture it had.
        piece = max(_LEAST_PIECE, len(data) // _PIECES)
        for at in range(0, len(data), piece):
            status = library.WebPIAppend(decoder, data[at : at + piece], len(data[at : at + piece]))
            pixels = library.WebPIDecGetRGB(decoder, rows, width, height, stride)
            if not pixels:
                continue
            if whole is None:
                whole = np.zeros((height.value, width.value, 4), np.uint8)
            area = np.ctypeslib.as_array(pixels, (height.value, stride.value))[there : rows.value]
            whole[there : rows.value] = area[:, : 4 * width.value].reshape(-1, width.value, 4)
            there = max(there, rows.value)
            if status not in _GOES_ON:
                break
    finally:
        library.WebPIDelete(decoder)
    if whole is None or not there:
        raise OSError
    found = upper(there, height.value)
    return FoundRows(Image.fromarray(whole), found, is_whole=bool(found.all()))


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
