"""Choosing the parser by the bytes; name and declared type are ignored."""

import struct

from core.pictures.gif_blocks import SIGNATURES as GIF
from core.pictures.jpeg_segments import SIGNATURE as JPEG
from core.pictures.png_chunks import SIGNATURE as PNG
from core.pictures.riff_chunks import is_webp
from provenance.containers.avif import is_avif, read_avif
from provenance.containers.gif import read_gif
from provenance.containers.image_file import ImageFile
from provenance.containers.jpeg import read_jpeg
from provenance.containers.png import read_png
from provenance.containers.webp import read_webp
from provenance.shared.errors import ContainerError


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
    raise ContainerError("the file is not in a supported picture format")
