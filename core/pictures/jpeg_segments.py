"""The segments of a JPEG (ITU-T T.81, B.1) before its first scan."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xff\xd8\xff"
EXIF = b"Exif\0\0"
SCAN, END, COMMENT, APP0, APP1, APP2, APP11, APP13, APP14, APP15 = (
    *(0xDA, 0xD9, 0xFE),
    *(0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE, 0xEF),
)
MAX_SEGMENTS = 65_536  # walked in one file


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its marker's second byte, and where its data lie in the file."""

    marker: int
    start: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """Walk the segments up to the first scan, or the first that breaks off.

    What stands after the scan's start is pixels, or no part of the picture. Bytes between two segments
    are passed over, as decoders do.
    """
    at = 2
    for _ in range(MAX_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0:
            return
        while data[at + 1 : at + 2] == b"\xff":
            at += 1  # fill bytes (B.1.1.2)
        if at + 4 > len(data):
            return
        marker = data[at + 1]
        if marker in {SCAN, END}:
            return
        if marker <= 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2  # a marker without data
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if length < 2 or at + 2 + length > len(data):
            return
        yield Segment(marker, at + 4, at + 2 + length)
        at += 2 + length
