"""AVIF: boxes of ISO base media files (ISO/IEC 14496-12) and the items in them (23008-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from core.sayings.codes import Place
from core.sayings.fault_codes import ContainerFault
from core.sayings.saying import say
from provenance.containers.image_file import Builder, ImageFile
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.limits import MAX_EXIF_BYTES, MAX_XMP_BYTES

_BRANDS = frozenset({b"avif", b"avis", b"mif1", b"heic", b"heix", b"msf1"})
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MAX_BOXES = 4096
_MAX_ITEMS = 512
_HEADED = 4  # a full box starts with a version and three bytes of flags


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type (for `uuid` the identifier follows in the body), and where its body lies."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Item:
    kind: bytes
    content: bytes = b""


def is_avif(data: bytes) -> bool:
    """True if bytes start like an AVIF (or HEIF) file: a file type box with a known brand."""
    if data[4:8] != b"ftyp":
        return False
    size = min(struct.unpack_from(">I", data)[0], 256, len(data))
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, size - 3, 4))}
    return bool(brands & _BRANDS)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes between two places; one that breaks off ends the walk."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and start + 16 <= end:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            return
        yield Box(kind, start + head, start + size)
        start += size


def read_avif(data: bytes) -> ImageFile:
    """Take an AVIF apart; a damaged directory of items hides its items, not the rest."""
    mime = "image/avif" if data[8:12] in {b"avif", b"avis", b"mif1"} else "image/heic"
    found = Builder("avif", mime, data)
    found.animated = data[8:12] in {b"avis", b"msf1"}
    for box in boxes(data, 0, len(data)):
        if box.kind == b"meta":
            try:
                _read_meta(found, data, box)
            except (struct.error, RecordError) as error:
                cut = say(ContainerFault.ITEM_LIST_CUT)
                found.break_(Place.AVIF_ITEMS, "", error.fault if isinstance(error, RecordError) else cut)
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == _C2PA:
            found.part("uuid C2PA")
            found.add_c2pa(box.end - box.start, box.start - 8, box.end)
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == _XMP:
            found.add_xmp(data[box.start + 16 : box.end])
    return found.build()


def _read_meta(found: Builder, data: bytes, meta: Box) -> None:
    inside = {box.kind: box for box in boxes(data, meta.start + _HEADED, meta.end)}
    _read_size(found, data, inside)
    if b"iinf" not in inside or b"iloc" not in inside:
        return
    items = _items(data, inside[b"iinf"])
    places = _places(data, inside[b"iloc"], inside.get(b"idat"))
    for number, item in items.items():
        if item.kind == b"Exif":
            body = _joined(data, places.get(number, []), MAX_EXIF_BYTES)
            if len(body) > 4:
                # The first four bytes say how far the TIFF header is from here (23008-12, A.2.1).
                skip = 4 + struct.unpack_from(">I", body)[0]
                found.add_exif(body[skip:] if skip < len(body) else body[4:])
        elif item.kind == b"mime" and item.content == b"application/rdf+xml":
            found.add_xmp(_joined(data, places.get(number, []), MAX_XMP_BYTES))


def _read_size(found: Builder, data: bytes, inside: dict[bytes, Box]) -> None:
    if b"iprp" not in inside:
        return
    for holder in boxes(data, inside[b"iprp"].start, inside[b"iprp"].end):
        if holder.kind != b"ipco":
            continue
        for box in boxes(data, holder.start, holder.end):
            if box.kind == b"ispe" and box.end - box.start >= 12:
                width, height = struct.unpack_from(">II", data, box.start + 4)
                if width * height > found.width * found.height:
                    found.width, found.height = width, height
            elif box.kind == b"auxC":
                found.has_alpha = found.has_alpha or b"alpha" in data[box.start : box.end]


def _items(data: bytes, iinf: Box) -> dict[int, _Item]:
    head = 2 if data[iinf.start] == 0 else 4
    items: dict[int, _Item] = {}
    for box in boxes(data, iinf.start + _HEADED + head, iinf.end):
        version = data[box.start]
        if box.kind != b"infe" or version < 2 or len(items) >= _MAX_ITEMS:
            continue
        wide = version > 2
        number = struct.unpack_from(">I" if wide else ">H", data, box.start + _HEADED)[0]
        at = box.start + _HEADED + (4 if wide else 2) + 2
        kind = data[at : at + 4]
        names = data[at + 4 : box.end].split(b"\0")
        items[number] = _Item(kind, names[1] if kind == b"mime" and len(names) > 1 else b"")
    return items


def _places(data: bytes, iloc: Box, idat: Box | None) -> dict[int, list[tuple[int, int]]]:
    """Read where the items lie: item number to (start, end) in the file (14496-12, 8.11.3)."""
    version = data[iloc.start]
    if version > 2:
        raise RecordError(ContainerFault.ITEM_LOCATIONS_UNKNOWN)
    sizes = struct.unpack_from(">BB", data, iloc.start + _HEADED)
    offset_size, length_size = sizes[0] >> 4, sizes[0] & 15
    base_size, index_size = sizes[1] >> 4, (sizes[1] & 15 if version else 0)
    at = iloc.start + _HEADED + 2
    number_size = 4 if version == 2 else 2

    def take(size: int) -> int:
        nonlocal at
        if at + size > iloc.end:
            raise RecordError(ContainerFault.ITEM_LOCATIONS_CUT)
        value = int.from_bytes(data[at : at + size], "big")
        at += size
        return value

    places: dict[int, list[tuple[int, int]]] = {}
    for _ in range(min(take(number_size), _MAX_ITEMS)):
        number = take(number_size)
        method = take(2) & 15 if version else 0
        take(2)  # data reference: this file
        base = take(base_size)
        if method == 1 and idat is not None:
            base += idat.start
        extents = []
        for _ in range(min(take(2), 64)):
            take(index_size)
            start = base + take(offset_size)
            length = take(length_size)
            extents.append((start, start + length if length else len(data)))
        if method in {0, 1}:
            places[number] = extents
    return places


def _joined(data: bytes, extents: list[tuple[int, int]], limit: int) -> bytes:
    out = bytearray()
    for start, end in extents:
        if end - start + len(out) > limit:
            raise TooMuchError(ContainerFault.ITEM_TOO_LARGE, limit=limit)
        out += data[start:end]
    return bytes(out)
