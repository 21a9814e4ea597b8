"""Write containers by hand, so that what readers read was not written by their own authors' libraries."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
Pixels = NDArray[np.uint8]


def drawing(width: int = 24, height: int = 160, channels: int = 3, seed: int = 1) -> Pixels:
    """Draw smooth shapes with a little noise; alpha, if any, opaque."""
    noise = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(x / (3 + i) + y / (5 + i)) + noise.normal(0, 6, x.shape) for i in range(3)]
    rgb = np.clip(np.stack(waves, axis=-1), 0, 255).astype(np.uint8)
    return rgb if channels == 3 else np.dstack([rgb, np.full((height, width), 255, np.uint8)])


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def text_chunk(key: str, value: str) -> bytes:
    """Write tEXt where Latin-1 can hold the value, else iTXt, as Pillow and the web UIs do."""
    try:
        return png_chunk(b"tEXt", key.encode("latin-1") + b"\0" + value.encode("latin-1"))
    except UnicodeEncodeError:
        return international_chunk(key, value)


def packed_chunk(key: str, value: str) -> bytes:
    return png_chunk(b"zTXt", key.encode() + b"\0\0" + zlib.compress(value.encode()))


def international_chunk(key: str, value: str, *, packed: bool = False) -> bytes:
    body = zlib.compress(value.encode()) if packed else value.encode()
    return png_chunk(b"iTXt", key.encode() + b"\0" + bytes([packed, 0]) + b"en\0\0" + body)


def png(
    pixels: Pixels | None = None, before: Sequence[bytes] = (), after: Sequence[bytes] = (), tail: bytes = b""
) -> bytes:
    """Write a PNG with chunks before and after its pixels, and bytes after its end."""
    pixels = drawing(8, 8) if pixels is None else pixels
    height, width, channels = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">II5B", width, height, 8, 6 if channels == 4 else 2, 0, 0, 0)
    parts = [png_chunk(b"IHDR", header), *before, png_chunk(b"IDAT", zlib.compress(rows.tobytes())), *after]
    return PNG_SIGNATURE + b"".join(parts) + png_chunk(b"IEND", b"") + tail


def pillow_png(pixels: Pixels, **options: object) -> bytes:
    """Write a PNG with the filters that an encoder chooses."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", **options)
    return out.getvalue()


def jpeg_segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(segments: Sequence[bytes] = (), tail: bytes = b"") -> bytes:
    """Write a JPEG with segments right after its start."""
    out = io.BytesIO()
    Image.fromarray(drawing(16, 16)).save(out, "JPEG")
    data = out.getvalue()
    return data[:2] + b"".join(segments) + data[2:] + tail


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def webp(
    chunks: Sequence[bytes] = (), pixels: Pixels | None = None, tail: bytes = b"", **options: object
) -> bytes:
    """Write a WebP, extended where chunks are added; lossless unless told otherwise."""
    pixels = drawing(16, 16) if pixels is None else pixels
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", **({"lossless": True, "exact": True} | options))
    plain = out.getvalue()[12:]
    height, width, channels = pixels.shape
    if plain.startswith(b"VP8X"):
        plain = plain[18:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    head = riff_chunk(b"VP8X", bytes([0x0C | (0x10 if channels == 4 else 0), 0, 0, 0]) + size)
    body = b"WEBP" + head + plain + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body + tail


def exif(
    main: dict[int, bytes] | None = None,
    inner: dict[int, bytes] | None = None,
    *,
    order: str = ">",
    marked: bool = True,
) -> bytes:
    """Write EXIF with values as ASCII (undefined in the inner directory, as UserComment wants)."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    entries = [(tag, 2, value) for tag, value in (main or {}).items()]
    count = len(entries) + bool(inner)
    at = 8 + 2 + 12 * count + 4
    directory, values = b"", b""
    for tag, kind, value in sorted(entries):
        directory += _entry(order, tag, kind, value, at + len(values))
        values += value if len(value) > 4 else b""
    if inner:
        directory += struct.pack(order + "HHII", 0x8769, 4, 1, at + len(values))
    out = head + struct.pack(order + "H", count) + directory + b"\0\0\0\0" + values
    if inner:
        at = len(out) + 2 + 12 * len(inner) + 4
        directory, values = b"", b""
        for tag, value in sorted(inner.items()):
            directory += _entry(order, tag, 7, value, at + len(values))
            values += value if len(value) > 4 else b""
        out += struct.pack(order + "H", len(inner)) + directory + b"\0\0\0\0" + values
    return (b"Exif\0\0" if marked else b"") + out


def _entry(order: str, tag: int, kind: int, value: bytes, at: int) -> bytes:
    place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", at)
    return struct.pack(order + "HHI", tag, kind, len(value)) + place


USER_COMMENT = 0x9286


def user_comment(text: str, codec: str = "utf-16-be", charset: bytes = b"UNICODE\0") -> dict[int, bytes]:
    return {USER_COMMENT: charset + text.encode(codec)}


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def avif(items: Sequence[tuple[bytes, bytes, bytes]] = (), extra: Sequence[bytes] = ()) -> bytes:
    """Write an AVIF's skeleton: a file type, an item list, and items in `mdat` (kind, content, body)."""
    kind = box(b"ftyp", b"avif\0\0\0\0avifmif1")
    infos, body = b"", b""
    for number, (name, content, _) in enumerate(items, 1):
        infos += box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + name + b"\0" + content + b"\0")
    iinf = box(b"iinf", b"\0\0\0\0" + struct.pack(">H", len(items)) + infos)
    size = box(b"iprp", box(b"ipco", box(b"ispe", b"\0\0\0\0" + struct.pack(">II", 64, 48))))
    for _ in range(2):  # once to learn where `mdat` starts, once to write it down
        start = len(kind) + len(body) + 8
        places = b""
        for number, (_, _, content_bytes) in enumerate(items, 1):
            places += struct.pack(">HHHII", number, 0, 1, start, len(content_bytes))
            start += len(content_bytes)
        iloc = box(b"iloc", b"\0\0\0\0" + bytes([0x44, 0x00]) + struct.pack(">H", len(items)) + places)
        body = box(b"meta", b"\0\0\0\0" + iinf + iloc + size)
    return kind + body + box(b"mdat", b"".join(item[2] for item in items)) + b"".join(extra)


def gif(blocks: Sequence[bytes] = ()) -> bytes:
    """Write a GIF with extension blocks before its frame."""
    out = io.BytesIO()
    Image.fromarray(drawing(8, 8)).quantize(16).save(out, "GIF")
    data = out.getvalue()
    start = 13 + (3 << ((data[10] & 7) + 1))
    return data[:start] + b"".join(blocks) + data[start:]


def gif_comment(text: bytes) -> bytes:
    pieces = [text[at : at + 255] for at in range(0, len(text), 255)]
    return b"\x21\xfe" + b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def xmp(properties: str = "", attributes: str = "") -> bytes:
    """Write an XMP packet around properties, with the usual prefixes declared."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        f' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {attributes}>'
        f'{properties}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def sef(blocks: dict[str, str], *, signature: bytes = b"SEFT") -> bytes:
    """Write Samsung's trailer: the blocks, and a directory of how far before it each starts."""
    written = [
        struct.pack("<HHI", 0, 0x0BA1, len(name)) + name.encode() + content.encode()
        for name, content in blocks.items()
    ]
    places = b"".join(
        struct.pack("<HHII", 0, 0x0BA1, sum(map(len, written[number:])), len(block))
        for number, block in enumerate(written)
    )
    directory = b"SEFH" + struct.pack("<II", 107, len(blocks)) + places
    return b"".join(written) + directory + struct.pack("<I", len(directory)) + signature


def iim(**values: str) -> bytes:
    """Write a JPEG with IPTC's older records, as Photoshop keeps them."""
    numbers = {"OriginatingProgram": 65, "Byline": 80, "Credit": 110, "Source": 115, "Caption": 120}
    body = b"".join(
        struct.pack(">BBBH", 0x1C, 2, numbers[key], len(value.encode())) + value.encode()
        for key, value in values.items()
    )
    body += b"\0" * (len(body) & 1)
    resource = b"8BIM" + struct.pack(">HBBI", 0x0404, 0, 0, len(body)) + body
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\x03abc" + struct.pack(">I", 3) + b"xyz\0"
    return jpeg([jpeg_segment(0xED, b"Photoshop 3.0\0" + other + resource)])
