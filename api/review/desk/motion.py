"""Tell whether a picture moves, from the head of its file: what moves stands still until asked."""

import struct

from store.bytes.blobs import BlobStore
from store.tables.case_tables import Image

HEAD = 65_536  # bytes; where a file's announcements end later, it is held still, which harms nothing
_PNG = b"\x89PNG\r\n\x1a\n"


def is_moving(blobs: BlobStore, image: Image) -> bool:
    """Tell whether an image may move; a purged one does not."""
    if image.purged_at is not None:
        return False
    if image.format.lower() in {"jpeg", "bmp"}:
        return False
    try:
        with blobs.open(image.sha256) as file:
            return moves(file.read(HEAD))
    except KeyError:
        return False


def moves(head: bytes) -> bool:
    """Tell whether the file that starts so may hold more than one frame (GIF, APNG, WebP, AVIF)."""
    if head.startswith(b"GIF8"):
        return True
    if head.startswith(_PNG):
        return _png_moves(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)
    if head[4:8] == b"ftyp":
        size = int.from_bytes(head[:4])
        return b"avis" in head[8 : min(size, 256)]
    return False


def _png_moves(head: bytes) -> bool:
    """Look for acTL, which an animated PNG has before its first IDAT."""
    place = len(_PNG)
    while place + 8 <= len(head):
        length, kind = struct.unpack(">I4s", head[place : place + 8])
        if kind == b"acTL":
            return True
        if kind == b"IDAT":
            return False
        place += 12 + length
    return len(head) == HEAD
