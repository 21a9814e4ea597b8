"""What a file seems to be by its first bytes: a hint for moderators, never a reason to open it."""

import re

from core.vocabulary import FileKind

HEAD = 4096  # bytes that are looked at

# What shows how a picture was made. Archives may hold anything, and no one here unpacks them.
WELCOME = frozenset(FileKind) - {FileKind.ARCHIVE, FileKind.PROGRAM, FileKind.UNKNOWN}

_STILL = {b"avif", b"avis", b"heic", b"heix", b"mif1"}  # brands of ISO media that are one picture
_STARTS = (
    (b"8BPS", FileKind.PHOTOSHOP),
    (b"CSFCHUNK", FileKind.CLIP_STUDIO),
    (b"SAI-CANVAS", FileKind.SAI),
    (b"mdipack", FileKind.MEDIBANG),
    (b"gimp xcf ", FileKind.GIMP),
    (b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"BM", FileKind.PICTURE),
    (b"II*\x00", FileKind.PICTURE),
    (b"MM\x00*", FileKind.PICTURE),
    (b"\x1aE\xdf\xa3", FileKind.VIDEO),
    (b"PK\x03\x04", FileKind.ARCHIVE),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"#!", FileKind.PROGRAM),
    (b"\xca\xfe\xba\xbe", FileKind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", FileKind.PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", FileKind.PROGRAM),  # a Windows shortcut
)
# The members of a Procreate file, a ZIP without a type of its own: its document, its preview, the time
# lapse, and tiles in folders that are named by layer.
_PROCREATE = re.compile(rb"(Document\.archive|QuickLook/|video/|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-)")


def file_kind(head: bytes, name: str = "") -> FileKind:
    """What a file seems to be; the name counts only for a format that no first bytes show.

    Krita and OpenRaster are ZIP files whose first member, stored plain, names the type (OpenRaster
    specification, "file layout"); ISO media and RIFF have theirs a little further in.
    """
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(head)
    if head[4:8] == b"ftyp":
        return FileKind.PICTURE if head[8:12] in _STILL else FileKind.VIDEO
    if head[:4] == b"RIFF":
        return {b"WEBP": FileKind.PICTURE, b"AVI ": FileKind.VIDEO}.get(head[8:12], FileKind.UNKNOWN)
    known = next((kind for start, kind in _STARTS if head.startswith(start)), FileKind.UNKNOWN)
    if known is FileKind.UNKNOWN and name.lower().endswith(".sai") and _is_encrypted(head):
        return FileKind.SAI
    return known


def _zip_kind(head: bytes) -> FileKind:
    if head[30:38] == b"mimetype":
        if b"application/x-krita" in head[38:80]:
            return FileKind.KRITA
        if b"image/openraster" in head[38:80]:
            return FileKind.OPENRASTER
    return FileKind.PROCREATE if _PROCREATE.match(head[30:120]) else FileKind.ARCHIVE


def _is_encrypted(head: bytes) -> bool:
    """True of a first page without any pattern, as version 1 of SAI writes it; never of text or markup."""
    return len(head) >= HEAD and len(set(head)) > 240
