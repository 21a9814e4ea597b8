"""What a file seems to be by its first bytes: a hint for moderators, never a reason to open it."""

from core.vocabulary import FileKind

HEAD = 128  # bytes that are looked at

_STILL = {b"avif", b"avis", b"heic", b"heix", b"mif1"}
_STILL = {b"avif", b"avis", b"heic", b"heix", b"mif1"}  # brands of ISO media that are one picture
_STARTS = (
    (b"8BPS", FileKind.PHOTOSHOP),
    (b"CSFCHUNK", FileKind.CLIP_STUDIO),
    (b"SAI-CANVAS", FileKind.SAI),
    (b"mdipack", FileKind.MEDIBANG),
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


def file_kind(head: bytes) -> FileKind:
    """What a file seems to be.

    Krita and OpenRaster are ZIP files whose first member, stored plain, names the type (OpenRaster
    specification, "file layout"); ISO media and RIFF have theirs a little further in.
    """
    if head.startswith(b"PK\x03\x04") and head[30:38] == b"mimetype":
        if b"application/x-krita" in head[38:80]:
            return FileKind.KRITA
        if b"image/openraster" in head[38:80]:
            return FileKind.OPENRASTER
    if head[4:8] == b"ftyp":
        return FileKind.PICTURE if head[8:12] in _STILL else FileKind.VIDEO
    if head[:4] == b"RIFF":
        return {b"WEBP": FileKind.PICTURE, b"AVI ": FileKind.VIDEO}.get(head[8:12], FileKind.UNKNOWN)
    return next((kind for start, kind in _STARTS if head.startswith(start)), FileKind.UNKNOWN)
