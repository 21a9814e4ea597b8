"""WebP (RFC 9649): RIFF chunks."""

import struct

from core.pictures.riff_chunks import riff_chunks
from provenance.containers.image_file import Builder, ImageFile
from provenance.shared.errors import ContainerError


def read_webp(data: bytes) -> ImageFile:
    """Take a WebP apart. Errors: `ContainerError` where it has no chunk."""
    found = Builder("webp", "image/webp", data)
    walked = 0
    for chunk in riff_chunks(data):
        if not chunk.is_whole:
            break
        walked += 1
        body = data[chunk.start : chunk.end]
        if chunk.kind == b"VP8X" and len(body) >= 10:
            found.has_alpha = bool(body[0] & 0x10)
            found.width, found.height = (1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
        elif chunk.kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
            bits = int.from_bytes(body[1:5], "little")
            found.width, found.height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
            found.has_alpha = found.has_alpha or bool(bits >> 28 & 1)
            found.lossless = True
        elif chunk.kind == b"VP8 " and len(body) >= 10 and not found.width:
            found.width, found.height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
        elif chunk.kind in {b"ANIM", b"ANMF"}:
            found.animated = True
        elif chunk.kind == b"EXIF":
            found.add_exif(body)
        elif chunk.kind == b"XMP ":
            found.add_xmp(body)
        elif chunk.kind == b"C2PA":
            found.part("RIFF C2PA")
            found.add_c2pa(len(body), chunk.start - 8, chunk.end + (chunk.length & 1))
        elif chunk.kind == b"ICCP":
            found.recoloured = True
    if not walked:
        raise ContainerError("the WebP file has no chunks")
    return found.build()
