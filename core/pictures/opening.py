"""Taking a picture file apart, whatever its format: the one door to its pixels."""

from core.pictures.gif_blocks import SIGNATURES as GIF
from core.pictures.gif_frames import gif_frames
from core.pictures.jpeg_frames import jpeg_frames
from core.pictures.jpeg_segments import SIGNATURE as JPEG
from core.pictures.png_chunks import SIGNATURE as PNG
from core.pictures.png_frames import png_frames
from core.pictures.riff_chunks import is_webp
from core.pictures.stored_frames import StoredPicture
from core.pictures.webp_frames import webp_frames


def is_taken_apart(data: bytes) -> bool:
    """True if bytes start as a PNG, JPEG, WebP or GIF does."""
    return data.startswith((PNG, JPEG, *GIF)) or is_webp(data)


def take_apart(data: bytes) -> StoredPicture | None:
    """The frames that a browser shows of a PNG, JPEG, WebP or GIF; None where it is none, or has none."""
    if data.startswith(PNG):
        return png_frames(data)
    if data.startswith(JPEG):
        return jpeg_frames(data)
    if is_webp(data):
        return webp_frames(data)
    return gif_frames(data) if data.startswith(GIF) else None
