"""IPTC's older records (IIM 4.2), as Photoshop keeps them in a JPEG's APP13 and ImageMagick in a PNG."""

import struct
from collections.abc import Iterator

from core.sayings.codes import Place
from provenance.shared.fields import Field
from provenance.shared.limits import MAX_FIELDS
from provenance.shared.text import decode_text

MARK = b"Photoshop 3.0\0"
_RESOURCE = b"8BIM"
_IPTC = 0x0404
# Those of record 2 that name a program, or that generators write into.
_NAMES = {65: "OriginatingProgram", 80: "Byline", 110: "Credit", 115: "Source", 120: "Caption"}


def parse_iim(data: bytes) -> tuple[Field, ...]:
    """Read the known texts of a block of Photoshop's resources, or of bare IIM; what breaks off ends it."""
    data = data.removeprefix(MARK)
    found: list[Field] = []
    for block in _resources(data) if data.startswith(_RESOURCE) else [data]:
        for number, value in _datasets(block):
            if number in _NAMES and len(found) < MAX_FIELDS:
                found.append(Field(Place.IPTC_FIELD, _NAMES[number], decode_text(value.rstrip(b"\0"))))
    return tuple(found)


def _resources(data: bytes) -> Iterator[bytes]:
    """Walk the resources: a mark, a number, a padded name, a padded body."""
    at = 0
    while data[at : at + 4] == _RESOURCE and at + 8 <= len(data):
        (number,) = struct.unpack_from(">H", data, at + 4)
        named = data[at + 6] + 1
        at += 6 + named + (named & 1)
        if at + 4 > len(data):
            return
        (size,) = struct.unpack_from(">I", data, at)
        at += 4
        if number == _IPTC:
            yield data[at : at + size]
        at += size + (size & 1)


def _datasets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the datasets of record 2: a mark, record, number, length (long ones are not read), value."""
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        record, number, size = struct.unpack_from(">BBH", data, at + 1)
        if size & 0x8000 or at + 5 + size > len(data):
            return
        if record == 2:
            yield number, data[at + 5 : at + 5 + size]
        at += 5 + size
