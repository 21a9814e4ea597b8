"""GIF (GIF89a): comments and application extensions."""

import struct

from core.sayings.codes import Place
from provenance.containers.image_file import Builder, ImageFile
from provenance.shared.limits import MAX_CHUNKS, MAX_TEXT_BYTES, MAX_XMP_BYTES
from provenance.shared.text import decode_text

SIGNATURES = (b"GIF87a", b"GIF89a")
_COMMENT, _APPLICATION = 0xFE, 0xFF
_MAX_SUB_BLOCKS = 200_000  # of one row; 50 MB in full ones
_XMP_TRAILER = b"\x01\xff\xfe\xfd\xfc"  # and so on: lets plain readers skip a packet (XMP part 3, 1.1.2)


def read_gif(data: bytes) -> ImageFile:
    """Take a GIF apart; a block that breaks off ends the walk."""
    found = Builder("gif", "image/gif", data)
    try:
        found.width, found.height, flags = struct.unpack_from("<HHB", data, 6)
    except struct.error:
        return found.build()
    at = 13 + _table_bytes(flags)
    for _ in range(MAX_CHUNKS):
        kind = data[at : at + 1]
        if kind == b"\x2c" and at + 10 < len(data):
            at = _skip(data, at + 11 + _table_bytes(data[at + 9]))
        elif kind == b"\x21" and at + 2 < len(data):
            _read_extension(found, data, at)
            at = _skip(data, at + 2)
        else:
            break
    return found.build()


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip(data: bytes, at: int) -> int:
    """The place after a row of sub-blocks; too long a row ends the file."""
    for _ in range(_MAX_SUB_BLOCKS):
        if at >= len(data):
            break
        if not data[at]:
            return at + 1
        at += 1 + data[at]
    return len(data)


def _joined(data: bytes, at: int, limit: int) -> bytes:
    out = bytearray()
    for _ in range(_MAX_SUB_BLOCKS):
        if at >= len(data) or not data[at] or len(out) >= limit:
            break
        out += data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return bytes(out)


def _read_extension(found: Builder, data: bytes, at: int) -> None:
    label = data[at + 1]
    if label == _COMMENT:
        found.part("comment")
        text = decode_text(_joined(data, at + 2, MAX_TEXT_BYTES).rstrip(b"\0"))
        found.add_text(Place.GIF_COMMENT, "Comment", text)
    elif label == _APPLICATION:
        name = data[at + 3 : at + 14]
        if name == b"XMP DataXMP":
            # The packet lies in the open, not in sub-blocks; its trailer makes it skippable.
            end = _skip(data, at + 2)
            packet = data[at + 14 : min(end, at + 14 + MAX_XMP_BYTES)]
            found.add_xmp(packet.partition(_XMP_TRAILER)[0])
        elif name[:8] == b"C2PA_GIF":
            found.part("C2PA application block")
            found.c2pa_bytes += len(_joined(data, at + 14, len(data)))
        elif name == b"NETSCAPE2.0":
            found.animated = True
