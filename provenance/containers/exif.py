"""EXIF: a TIFF structure (TIFF 6.0; EXIF 2.32, JEITA CP-3451), walked by our own bounded parser."""

import struct
from dataclasses import dataclass

from core.sayings.fault_codes import ContainerFault
from provenance.shared.errors import RecordError
from provenance.shared.limits import MAX_EXIF_BYTES, MAX_EXIF_ENTRIES, MAX_RAW_TEXT_BYTES
from provenance.shared.text import decode_text
from provenance.shared.utf16 import BYTE_ORDER_MARKS, decode_utf16, looks_like_utf16

# The tags that generators, editors and cameras write; all others are passed over.
NAMES = {
    0x010D: "DocumentName",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x013C: "HostComputer",
    0x02BC: "XMLPacket",
    0x8298: "Copyright",
    0x829A: "ExposureTime",
    0x829D: "FNumber",
    0x8827: "ISOSpeedRatings",
    0x920A: "FocalLength",
    0x927C: "MakerNote",
    0x9286: "UserComment",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
    0xA433: "LensMake",
    0xA434: "LensModel",
}
HEADERS = {b"II*\0": "<", b"MM\0*": ">"}  # how a record starts, and its byte order
_SUB_IFDS = frozenset({0x8769})  # the Exif IFD; GPS and thumbnails say nothing of generation
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MAX_IFDS = 4
_CHARSET_BYTES = 8
_BEYOND_CHANCE = 4  # letters outside ASCII


@dataclass(frozen=True, slots=True)
class ExifTag:
    """One tag: its name, its value as text, and the bytes behind it."""

    name: str
    text: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Tiff:
    data: bytes
    order: str  # "<" or ">"

    def unpack(self, form: str, at: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self.order + form, self.data, at)
        except struct.error:
            raise RecordError(ContainerFault.EXIF_CUT) from None


def parse_exif(data: bytes) -> tuple[ExifTag, ...]:
    """Read the known tags of the first IFD and its Exif IFD.

    `data` may start with the `Exif` marker that JPEG wants and some WebP writers keep.
    Errors: `RecordError` where the header or a directory cannot be read; an entry that points
    outside is passed over, for one bad tag should not hide the others.
    """
    data = data[:MAX_EXIF_BYTES].removeprefix(b"Exif\0\0")
    order = HEADERS.get(data[:4])
    if order is None:
        raise RecordError(ContainerFault.EXIF_WITHOUT_HEADER)
    tiff = _Tiff(data, order)
    tags: list[ExifTag] = []
    left = [len(data)]  # what values may fill: those of honest records do not lie over each other
    queue, seen = [tiff.unpack("I", 4)[0]], set[int]()
    while queue and len(seen) < _MAX_IFDS:
        at = queue.pop(0)
        if at in seen:
            continue  # a directory that points at itself
        seen.add(at)
        queue.extend(_read_ifd(tiff, at, tags, left))
    return tuple(tags)


def _read_ifd(tiff: _Tiff, at: int, tags: list[ExifTag], left: list[int]) -> list[int]:
    count = tiff.unpack("H", at)[0]
    deeper = []
    for index in range(min(count, MAX_EXIF_ENTRIES)):
        try:
            tag, kind, length, offset = tiff.unpack("HHII", at + 2 + 12 * index)
        except RecordError:
            break  # the directory is cut short; what came before it stands
        if tag in _SUB_IFDS and kind in {4, 13}:
            deeper.append(offset)
        elif tag in NAMES and kind in _SIZES:
            size = length * _SIZES[kind]
            start = at + 10 + 12 * index if size <= 4 else offset
            if 0 < size <= min(MAX_RAW_TEXT_BYTES, left[0]) and start + size <= len(tiff.data):
                left[0] -= size
                raw = tiff.data[start : start + size]
                tags.append(ExifTag(NAMES[tag], _as_text(tiff, tag, kind, raw), raw))
    return deeper


def _as_text(tiff: _Tiff, tag: int, kind: int, raw: bytes) -> str:
    if tag == 0x9286:
        return decode_user_comment(raw, tiff.order)
    if 0x9C9B <= tag <= 0x9C9F:
        return decode_utf16(raw, "<")
    if kind in {5, 10}:
        numbers = struct.unpack_from(tiff.order + ("II" if kind == 5 else "ii"), raw)
        return f"{numbers[0]}/{numbers[1]}"
    if kind == 3:
        return str(struct.unpack_from(tiff.order + "H", raw)[0])
    if kind in {4, 9, 13}:
        return str(struct.unpack_from(tiff.order + "I", raw)[0])
    return decode_text(raw.rstrip(b"\0"))


def decode_user_comment(raw: bytes, order: str = ">") -> str:
    """The text of a UserComment: eight bytes that name a character set, then the text.

    `UNICODE` does not say its byte order; writers use the file's, or always big-endian (piexif, and
    so most generators), or put UTF-8 there. Others put UTF-16 where they say ASCII, or nothing. The
    text itself decides, `order` where it does not.
    """
    charset, body = raw[:_CHARSET_BYTES].rstrip(b"\0").upper(), raw[_CHARSET_BYTES:]
    if charset == b"UNICODE":
        text = _as_utf8(body)
        return decode_utf16(body, order) if text is None else text
    if charset == b"JIS":
        return body.decode("iso2022_jp", "replace").rstrip("\0")
    if charset not in {b"ASCII", b""}:
        body = raw  # no character set at all, against the standard
    if looks_like_utf16(body):
        return decode_utf16(body, order)
    return decode_text(body.rstrip(b"\0")).strip("\0")


def _as_utf8(body: bytes) -> str | None:
    """The text of bytes that are UTF-8 beyond doubt, although UTF-16 was promised."""
    body = body.rstrip(b"\0")
    if b"\0" in body or body[:2] in BYTE_ORDER_MARKS:
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    start = text[:1000]
    latin = sum(" " <= char <= "~" for char in start)
    others = sum(char > "\x7f" for char in start)
    # Two bytes of UTF-16 may pass for two letters, but hardly ever for several letters of more bytes.
    return text if 2 * latin > len(start) or others >= _BEYOND_CHANCE else None
