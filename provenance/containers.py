"""Choose the walker that goes with the bytes; the name and the declared type count for nothing."""

import struct

from provenance.avif import is_avif, read_avif
from provenance.errors import ContainerError
from provenance.gif import SIGNATURES as GIF
from provenance.gif import read_gif
from provenance.image_file import ImageFile
from provenance.jpeg import SIGNATURE as JPEG
from provenance.jpeg import read_jpeg
from provenance.png import SIGNATURE as PNG
from provenance.png import read_png
from provenance.webp import is_webp, read_webp


def open_image(data: bytes) -> ImageFile:
    """Take a file apart by what its first bytes say. Errors: `ContainerError`."""
    if data.startswith(PNG):
        return read_png(data)
    if data.startswith(JPEG):
        return read_jpeg(data)
    if is_webp(data):
        return read_webp(data)
    if data.startswith(GIF):
        return read_gif(data)
    if data.startswith(b"BM") and len(data) > 26:
        width, height = struct.unpack_from("<ii", data, 18)
        return ImageFile("bmp", "image/bmp", data, abs(width), abs(height), lossless=True)
    if is_avif(data):
        return read_avif(data)
    raise ContainerError("the file is no picture of a known format")
