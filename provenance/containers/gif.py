"""GIF (GIF89a): comments and application extensions."""

import struct

from core.pictures.gif_blocks import EXTENSION, IMAGE, GifBlock, gif_blocks, joined
from core.sayings.codes import Place
from provenance.containers.image_file import Builder, ImageFile
from provenance.shared.limits import MAX_TEXT_BYTES, MAX_XMP_BYTES
from provenance.shared.text import decode_text

_COMMENT, _APPLICATION = 0xFE, 0xFF
_XMP_TRAILER = b"\x01\xff\xfe\xfd\xfc"  # and so on: lets plain readers skip a packet (XMP part 3, 1.1.2)


def read_gif(data: bytes) -> ImageFile:
    """Take a GIF apart; a block that breaks off ends the walk."""
    found = Builder("gif", "image/gif", data)
    try:
        found.width, found.height = struct.unpack_from("<HH", data, 6)
    except struct.error:
        return found.build()
    images = 0
    for block in gif_blocks(data):
        images += block.kind == IMAGE
        if block.kind == EXTENSION:
            _read_extension(found, data, block)
    found.animated = images > 1
    return found.build()


def _read_extension(found: Builder, data: bytes, block: GifBlock) -> None:
    at = block.start
    label = data[at + 1]
    if label == _COMMENT:
        found.part("comment")
        text = decode_text(joined(data, at + 2, MAX_TEXT_BYTES).rstrip(b"\0"))
        found.add_text(Place.GIF_COMMENT, "Comment", text)
    elif label == _APPLICATION:
        name = data[at + 3 : at + 14]
        if name == b"XMP DataXMP":
            # The packet lies in the open, not in sub-blocks; its trailer makes it skippable.
            packet = data[at + 14 : min(block.end, at + 14 + MAX_XMP_BYTES)]
            found.add_xmp(packet.partition(_XMP_TRAILER)[0])
        elif name[:8] == b"C2PA_GIF":
            found.part("C2PA application block")
            found.add_c2pa(len(joined(data, at + 14, len(data))), block.start, block.end)
