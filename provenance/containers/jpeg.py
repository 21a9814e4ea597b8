"""JPEG (ITU-T T.81; JFIF; EXIF 2.32; XMP part 3): segments up to the start of the scan, Samsung's trailer."""

import struct

from core.pictures.jpeg_segments import (
    APP0,
    APP1,
    APP2,
    APP11,
    APP13,
    APP15,
    COMMENT,
    EXIF,
    Segment,
    segments,
)
from core.sayings.codes import Place
from provenance.containers.exif import HEADERS
from provenance.containers.iim import MARK as PHOTOSHOP
from provenance.containers.image_file import Builder, ImageFile
from provenance.containers.sef import read_sef
from provenance.shared.errors import ContainerError
from provenance.shared.limits import MAX_EXIF_BYTES, MAX_XMP_BYTES
from provenance.shared.text import decode_text

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_MORE = b"http://ns.adobe.com/xmp/extension/\0"
_XMP_MORE_HEAD = len(_XMP_MORE) + 32 + 8  # a digest in hexadecimal, the whole length, the offset
_SEGMENT_HEAD = 4  # the marker and the length
_BARE_LABEL = b"AIGC{"  # China's label in a segment of its own, or right behind another one's head
_BARE_LABEL_WITHIN = 64
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def read_jpeg(data: bytes) -> ImageFile:
    """Take a JPEG apart. Errors: `ContainerError` where it has no first segment."""
    found = Builder("jpeg", "image/jpeg", data)
    exif: list[bytearray] = []
    more_xmp: dict[bytes, bytearray] = {}
    walked = 0
    for segment in segments(data):
        walked += 1
        body = data[segment.start : segment.end]
        if segment.marker in _FRAMES and len(body) >= 5:
            found.height, found.width = struct.unpack_from(">HH", body, 1)
        elif segment.marker == COMMENT:
            found.part("COM")
            found.add_text(Place.JPEG_COMMENT, "Comment", decode_text(body.rstrip(b"\0")))
        elif segment.marker == APP1:
            _read_app1(found, body, exif, more_xmp)
        elif APP0 <= segment.marker <= APP15:
            _read_other_app(found, segment, body)
    if found.c2pa_bytes:
        found.part("APP11 JUMBF")
    for record in exif:
        found.add_exif(bytes(record))
    for packet in more_xmp.values():
        found.add_xmp(bytes(packet))
    for name, text in read_sef(data):
        found.part("Samsung trailer")
        found.add_text(Place.SAMSUNG_TRAILER, name, text)
    if not walked:
        raise ContainerError("the JPEG file has no segments")
    return found.build()


def _read_app1(found: Builder, body: bytes, exif: list[bytearray], more_xmp: dict[bytes, bytearray]) -> None:
    if body.startswith(EXIF):
        _join_exif(exif, body[len(EXIF) :])
    elif body.startswith(_XMP):
        found.add_xmp(body[len(_XMP) :])
    elif body.startswith(_XMP_MORE) and len(body) > _XMP_MORE_HEAD and len(more_xmp) < 4:
        # Pieces are joined in the order in which they come, which is how every writer writes them.
        digest = body[len(_XMP_MORE) : len(_XMP_MORE) + 32]
        packet = more_xmp.setdefault(digest, bytearray())
        if len(packet) + len(body) <= MAX_XMP_BYTES:
            packet += body[_XMP_MORE_HEAD:]


def _read_other_app(found: Builder, segment: Segment, body: bytes) -> None:
    marker = segment.marker
    if marker == APP2 and body.startswith(b"ICC_PROFILE\0"):
        found.recoloured = True
    elif marker == APP13 and body.startswith(PHOTOSHOP):
        found.add_iptc(body)
    elif marker == APP11 and _is_jumbf(body):
        found.add_c2pa(len(body), segment.start - _SEGMENT_HEAD, segment.end)
    elif _BARE_LABEL in body[:_BARE_LABEL_WITHIN]:
        found.part("AIGC label")
        label = body[body.index(_BARE_LABEL) + len(_BARE_LABEL) - 1 :]
        found.add_text(Place.JPEG_SEGMENT, "AIGC", decode_text(label[: label.rfind(b"}") + 1] or label))


def _join_exif(records: list[bytearray], body: bytes) -> None:
    """Add a segment to the EXIF records; without a TIFF header of its own it continues the last one.

    A segment holds 64 KB, and writers split what is longer.
    """
    if not records or body[:4] in HEADERS:
        records.append(bytearray(body))
    elif len(records[-1]) + len(body) <= MAX_EXIF_BYTES:
        records[-1] += body


def _is_jumbf(body: bytes) -> bool:
    """True if an APP11 segment contains a JUMBF box (ISO 19566-5): `JP`, instance, number, box."""
    return body[:2] == b"JP" and body[12:16] == b"jumb"
