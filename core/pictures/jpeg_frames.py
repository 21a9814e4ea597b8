"""The picture of a JPEG (ITU-T T.81), without what does not change a pixel."""

import re
import struct
from functools import partial

from core.pictures.jpeg_segments import APP0, APP1, APP14, COMMENT, EXIF, SIGNATURE, Segment, segments
from core.pictures.stored_frames import StoredFrame, StoredPicture, end_of_content

END_OF_IMAGE = b"\xff\xd9"
MOST_SCANS = 128  # writers make about ten; each costs a pass over all coefficients
SCAN = b"\xff\xda"
_MARKER = re.compile(
    rb"\xff[\xc0-\xcf\xda-\xfe]"
)  # behind the first scan; neither a restart nor a stuffed byte
_SIZED = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # frame headers
_PASSED_OVER = frozenset({*range(APP0, 0xF0), COMMENT})
# But for these, which say how colours are stored: how they begin, and how long they are at least.
_COLOURS = {APP0: (b"JFIF\0", 14), APP14: (b"Adobe", 12)}


def jpeg_frames(data: bytes) -> StoredPicture | None:
    """Take a JPEG apart; None where it has no frame or no scan. Further pictures in the file are left out."""
    head: list[Segment] = []
    exif, size, at = b"", (0, 0), 2
    for segment in segments(data):
        at = segment.end
        if segment.marker in _SIZED and at - segment.start >= 5:
            height, width = struct.unpack_from(">HH", data, segment.start + 1)
            size = (width, height)
        elif segment.marker == APP1 and data.startswith(EXIF, segment.start):
            exif = exif or data[segment.start : at]
        if segment.marker not in _PASSED_OVER or _says_colours(data, segment, head):
            head.append(segment)
    scan = data.find(SCAN, at)
    if scan < 0 or not all(size):
        return None
    end = data.find(END_OF_IMAGE, scan)
    is_whole = end >= 0
    if not is_whole:
        data = data[: end_of_content(data)]
    last = _after_most_scans(data, scan, end if is_whole else _cut_behind(data, scan))
    frame = StoredFrame(partial(_write, data, head, scan, last), 0, 0, *size, is_whole=is_whole, covers=True)
    return StoredPicture("JPEG", *size, (frame,), exif)


def _says_colours(data: bytes, segment: Segment, head: list[Segment]) -> bool:
    begins, least = _COLOURS.get(segment.marker, (b"", 1 << 16))
    is_sound = data.startswith(begins, segment.start) and segment.end - segment.start >= least
    return is_sound and all(one.marker != segment.marker for one in head)


def _cut_behind(data: bytes, scan: int) -> int:
    """Where the data of a JPEG without an end stop: before a segment that breaks off, if there is one."""
    last = scan
    for found in _MARKER.finditer(data, scan):
        last = found.start()
    length = int.from_bytes(data[last + 2 : last + 4], "big") if last + 4 <= len(data) else len(data)
    if last + 2 + length > len(data):
        return last
    return len(data) - data.endswith(b"\xff")


def _after_most_scans(data: bytes, scan: int, end: int) -> int:
    for _ in range(MOST_SCANS):
        scan = data.find(SCAN, scan + 2, end)
        if scan < 0:
            return end
    return scan


def _write(data: bytes, head: list[Segment], scan: int, end: int) -> bytes:
    view = memoryview(data)
    kept = (view[segment.start - 4 : segment.end] for segment in head)
    return b"".join([SIGNATURE[:2], *kept, view[scan:end], END_OF_IMAGE])
