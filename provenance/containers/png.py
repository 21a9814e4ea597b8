"""PNG (W3C PNG, third edition): chunks, their checksums, and the texts inside them."""

import binascii
import re
import struct

from core.pictures.png_chunks import Chunk, chunks, is_sound
from core.sayings.codes import Place
from core.sayings.fault_codes import ContainerFault, RecordFault
from provenance.containers.image_file import Builder, ImageFile
from provenance.shared.errors import ContainerError, RecordError, TooMuchError
from provenance.shared.inflate import inflate_head
from provenance.shared.limits import MAX_INFLATED_BYTES, MAX_RAW_TEXT_BYTES
from provenance.shared.text import decode_text

_SILENT = frozenset({b"IDAT", b"fdAT"})  # pixels: walked over, not summed
_SRGB_GAMMA = range(45_000, 46_001)  # in 1/100,000: what every screen assumes without being told
_DEFLATE_RATIO = 1032  # the most that deflate can pack (zlib's technical details)
_RAW_PROFILE = re.compile(r"\s*+\w[\w ]{0,30}\s++(\d{1,9})\s++([0-9a-fA-F\s]++)")


def read_png(data: bytes) -> ImageFile:
    """Take a PNG apart. Errors: `ContainerError` where there is no header."""
    found = Builder("png", "image/png", data, lossless=True)
    walk = chunks(data)
    header = next(walk, None)
    if (
        header is None
        or header.kind != b"IHDR"
        or header.end - header.start != 13
        or not is_sound(data, header)
    ):
        raise ContainerError("the PNG header is damaged")
    found.width, found.height, _, colour = struct.unpack_from(">IIBB", data, header.start)
    found.has_alpha = colour in {4, 6}
    for chunk in walk:
        if chunk.kind in _SILENT:
            continue
        if not is_sound(data, chunk):
            found.part(f"{_name(chunk)} (bad checksum, ignored)")
            continue
        if chunk.kind == b"caBX":
            found.part(_name(chunk))
            found.add_c2pa(chunk.end - chunk.start, chunk.start - 8, chunk.end + 4)
            continue
        _read_chunk(found, chunk.kind, data[chunk.start : chunk.end], _name(chunk))
    return found.build()


def _name(chunk: Chunk) -> str:
    return chunk.kind.decode("latin-1") if chunk.kind.isalpha() else "????"


def _read_chunk(found: Builder, kind: bytes, body: bytes, name: str) -> None:
    if kind in {b"tEXt", b"zTXt", b"iTXt"}:
        key = decode_text(body.partition(b"\0")[0][:79])
        found.part(f"{name} {key}")
        try:
            _add_text(found, key, _text_of(found, kind, body))
        except RecordError as error:
            found.break_(Place.PNG_TEXT, key, error.fault)
    elif kind == b"comf":
        _add_comf(found, body)
    elif kind == b"eXIf":
        found.add_exif(body)
    elif kind == b"tRNS":
        found.has_alpha = True
    elif kind == b"acTL":
        found.animated = True
    elif kind == b"gAMA":
        found.recoloured = found.recoloured or int.from_bytes(body, "big") not in _SRGB_GAMMA
    elif kind in {b"iCCP", b"cICP", b"mDCV"}:
        found.recoloured = True


def _add_comf(found: Builder, body: bytes) -> None:
    """Read ComfyUI's own chunk, in the animations of its SaveAnimatedPNG: key, zero, JSON."""
    name, _, text = body.partition(b"\0")
    key = decode_text(name[:79])
    found.part(f"comf {key}")
    found.add_text(Place.PNG_COMF, key, decode_text(text[:MAX_RAW_TEXT_BYTES]))


def _text_of(found: Builder, kind: bytes, body: bytes) -> bytes:
    """The text of a chunk as bytes, unpacked."""
    _, _, rest = body.partition(b"\0")
    if kind == b"tEXt":
        return rest[:MAX_RAW_TEXT_BYTES]
    if kind == b"zTXt":
        if rest[:1] != b"\0":
            raise RecordError(ContainerFault.TEXT_COMPRESSION_UNKNOWN)
        return _inflated(found, rest[1:])
    packed, method, rest = rest[:1], rest[1:2], rest[2:]
    _, _, rest = rest.partition(b"\0")  # language
    _, _, rest = rest.partition(b"\0")  # translated keyword
    if packed == b"\1":
        if method != b"\0":
            raise RecordError(ContainerFault.TEXT_COMPRESSION_UNKNOWN)
        return _inflated(found, rest)
    return rest[:MAX_RAW_TEXT_BYTES]


def _inflated(found: Builder, packed: bytes) -> bytes:
    left = MAX_INFLATED_BYTES - found.inflated
    if left <= 0:
        raise TooMuchError(RecordFault.TOO_MUCH_TEXT)
    limit = min(MAX_RAW_TEXT_BYTES, left)
    try:
        text = inflate_head(packed, limit)
    except RecordError:
        found.inflated += min(limit, _DEFLATE_RATIO * len(packed))  # what it may have cost
        raise
    found.inflated += len(text)
    return text


def _add_text(found: Builder, key: str, text: bytes) -> None:
    lowered = key.lower()
    if lowered == "xml:com.adobe.xmp":
        found.add_xmp(text)
    elif lowered.startswith("raw profile type "):
        _add_raw_profile(found, lowered.removeprefix("raw profile type "), decode_text(text))
    else:
        # One web service fills its records up with zeros.
        found.add_text(Place.PNG_TEXT, key, decode_text(text).rstrip("\0"))


def _add_raw_profile(found: Builder, kind: str, text: str) -> None:
    """Read the hexadecimal profiles that ImageMagick keeps when it writes a PNG."""
    if kind not in {"exif", "app1", "xmp", "iptc", "8bim"}:
        return
    match = _RAW_PROFILE.fullmatch(text)
    if match is None:
        raise RecordError(ContainerFault.PROFILE_NOT_HEXADECIMAL)
    try:
        body = binascii.unhexlify("".join(match[2].split()))
    except binascii.Error:
        raise RecordError(ContainerFault.PROFILE_NOT_HEXADECIMAL) from None
    if body.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
        found.add_xmp(body.partition(b"\0")[2])
    elif kind == "xmp":
        found.add_xmp(body)
    elif kind in {"iptc", "8bim"}:
        found.add_iptc(body)
    else:
        found.add_exif(body)
