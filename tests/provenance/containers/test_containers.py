"""Containers are walked chunk by chunk; what lies outside of them, or breaks off, does not count."""

import struct

import pytest

from core.sayings.fault_codes import ContainerFault
from provenance.containers.containers import open_image
from provenance.containers.image_file import ImageFile
from provenance.shared.errors import ContainerError
from provenance.shared.limits import MAX_EXIF_BYTES, MAX_FIELDS, MAX_PACKETS, MAX_TEXT_BYTES
from tests.provenance.writing import (
    avif,
    box,
    drawing,
    exif,
    gif,
    gif_comment,
    jpeg,
    jpeg_segment,
    packed_chunk,
    pillow_png,
    png,
    png_chunk,
    riff_chunk,
    text_chunk,
    user_comment,
    webp,
    xmp,
)

HEAD = b"http://ns.adobe.com/xap/1.0/\0"


def texts(image: ImageFile) -> dict[str, str]:
    return {item.key: item.value for item in image.fields}


def test_the_size_is_read_from_every_header() -> None:
    sizes = {
        "png": pillow_png(drawing(24, 160)),
        "jpeg": jpeg(),
        "webp": webp(pixels=drawing(31, 17)),
        "gif": gif(),
        "avif": avif(),
    }
    found = {name: (open_image(data).width, open_image(data).height) for name, data in sizes.items()}
    assert found == {"png": (24, 160), "jpeg": (16, 16), "webp": (31, 17), "gif": (8, 8), "avif": (64, 48)}
    assert all(open_image(data).format == name for name, data in sizes.items())


def test_alpha_and_losslessness_are_told() -> None:
    assert not open_image(png(drawing(8, 8))).has_alpha
    assert open_image(png(drawing(8, 8, channels=4))).has_alpha
    assert open_image(webp(pixels=drawing(8, 8))).lossless
    assert not open_image(webp(pixels=drawing(8, 8), lossless=False)).lossless


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\4\0\0\0WEBP",
        b"<svg/>",
        b"%PDF-1.4",
        bytes(64),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ContainerError):
        open_image(data)


def test_a_png_chunk_with_a_bad_checksum_is_passed_over() -> None:
    chunk = bytearray(text_chunk("Software", "Krita"))
    chunk[-1] ^= 1
    image = open_image(png(before=[bytes(chunk), text_chunk("Title", "x")]))
    assert texts(image) == {"Title": "x"}
    assert any("bad checksum" in part for part in image.parts)


def test_a_png_text_that_inflates_without_end_is_noted_as_broken() -> None:
    image = open_image(
        png(before=[packed_chunk("parameters", "x" * (MAX_TEXT_BYTES + 1)), text_chunk("a", "b")])
    )
    assert texts(image) == {"a": "b"}
    assert [(item.key, item.why.code) for item in image.broken] == [
        ("parameters", ContainerFault.TEXT_CHUNK_TOO_LONG)
    ]


def test_texts_are_counted() -> None:
    image = open_image(png(before=[text_chunk("k", str(number)) for number in range(MAX_FIELDS + 50)]))
    assert len(image.fields) == MAX_FIELDS
    assert image.broken


def test_packets_are_counted() -> None:
    segments = [jpeg_segment(0xE1, HEAD + xmp(f"<dc:title>{number}</dc:title>")) for number in range(30)]
    assert len(open_image(jpeg(segments)).xmp) == MAX_PACKETS


def test_imagemagicks_raw_profiles_are_read() -> None:
    def profile(name: str, body: bytes) -> bytes:
        text = f"\n{name}\n{len(body):8d}\n" + "\n".join(
            body.hex()[at : at + 72] for at in range(0, 2 * len(body), 72)
        )
        return packed_chunk(f"Raw profile type {name}", text)

    record = exif({0x0131: b"Krita 5"})
    packet = HEAD + xmp("<dc:title>x</dc:title>")
    assert texts(open_image(png(before=[profile("exif", record)]))) == {"Software": "Krita 5"}
    assert texts(open_image(png(before=[profile("APP1", packet)]))) == {"dc:title": "x"}
    assert open_image(png(before=[packed_chunk("Raw profile type exif", "\nexif\n 2\nzz")])).broken


def test_jpeg_fill_bytes_and_markers_without_data_are_walked_over() -> None:
    comment = jpeg_segment(0xFE, b"hello")
    assert texts(open_image(jpeg([b"\xff\xff" + comment[1:], b"\xff\x01", comment]))) == {"Comment": "hello"}


def test_bytes_between_two_segments_are_passed_over() -> None:
    comment = jpeg_segment(0xFE, b"hello")
    data = jpeg([jpeg_segment(0xE0, b"x"), b"\0\x12junk", comment])
    assert texts(open_image(data)) == {"Comment": "hello"}
    assert texts(open_image(data[: data.index(comment) + len(comment)] + bytes(500))) == {"Comment": "hello"}


def test_a_gif_is_animated_by_its_frames_not_by_an_extension_that_loops_them() -> None:
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    assert not open_image(gif([loop])).animated
    data = gif()
    frame = data[13 + (3 << ((data[10] & 7) + 1)) : -1]
    assert open_image(data[:-1] + frame + b";").animated


def test_nothing_counts_once_the_scan_has_begun() -> None:
    comment = jpeg_segment(0xFE, b"hello")
    assert texts(open_image(jpeg([jpeg_segment(0xE0, b"x"), jpeg_segment(0xDA, bytes(10)), comment]))) == {}


def test_extended_xmp_is_joined() -> None:
    packet = xmp("<dc:title>long</dc:title>")
    pieces = [packet[:200], packet[200:]]
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32
    segments = [
        jpeg_segment(0xE1, head + struct.pack(">II", len(packet), 200 * i) + piece)
        for i, piece in enumerate(pieces)
    ]
    assert texts(open_image(jpeg(segments))) == {"dc:title": "long"}


@pytest.mark.parametrize("order", "<>")
def test_exif_over_several_segments_is_one_record(order: str) -> None:
    text = "1girl, サクラ, " * 9000 + "the end"
    whole = exif({0x0131: b"Krita"}, user_comment(text), order=order, marked=False)
    pieces = [whole[at : at + 65_000] for at in range(0, len(whole), 65_000)]
    assert len(pieces) >= 3
    segments = [jpeg_segment(0xE1, b"Exif\0\0" + piece) for piece in pieces]
    between = [segments[0], jpeg_segment(0xFE, b"hello"), *segments[1:]]
    assert texts(open_image(jpeg(between))) == {"Comment": "hello", "Software": "Krita", "UserComment": text}


def test_a_second_exif_record_is_read_by_itself() -> None:
    records = [exif({0x0131: b"Krita"}), exif({0x010F: b"NIKON"}, order="<")]
    assert texts(open_image(jpeg([jpeg_segment(0xE1, record) for record in records]))) == {
        "Software": "Krita",
        "Make": "NIKON",
    }


def test_an_exif_record_takes_no_more_than_its_share_of_a_file() -> None:
    first = exif({0x0131: b"Krita"}) + bytes(60_000)
    more = jpeg_segment(0xE1, b"Exif\0\0" + bytes(65_000))
    count = 2 * MAX_EXIF_BYTES // 65_000
    assert texts(open_image(jpeg([jpeg_segment(0xE1, first)] + count * [more]))) == {"Software": "Krita"}


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le"])
def test_xmp_in_utf_16_is_read_in_every_container(codec: str) -> None:
    packet = xmp("<dc:title>桜</dc:title>").decode().encode(codec)
    international = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)
    for data in (
        jpeg([jpeg_segment(0xE1, HEAD + packet)]),
        png(before=[international]),
        webp([riff_chunk(b"XMP ", packet)]),
        avif([(b"mime", b"application/rdf+xml", packet)]),
    ):
        assert texts(open_image(data)) == {"dc:title": "桜"}


def test_a_webp_ends_where_its_header_says() -> None:
    record = riff_chunk(b"EXIF", exif({0x0131: b"Krita"}))
    assert texts(open_image(webp([record]))) == {"Software": "Krita"}
    assert texts(open_image(webp(tail=record))) == {}


def test_gif_comments_and_xmp_are_read() -> None:
    packet = xmp("<dc:title>x</dc:title>")
    trailer = bytes([1, *range(255, -1, -1), 0])
    block = b"\x21\xff\x0bXMP DataXMP" + packet + trailer + b"\0"
    assert texts(open_image(gif([gif_comment(b"hi" * 300), block]))) == {
        "Comment": "hi" * 300,
        "dc:title": "x",
    }


def test_avif_items_and_boxes_are_read() -> None:
    record = b"\0\0\0\6" + exif({0x0131: b"Krita"})
    packet = xmp("<dc:title>x</dc:title>")
    image = open_image(avif([(b"Exif", b"", record), (b"mime", b"application/rdf+xml", packet)]))
    assert texts(image) == {"Software": "Krita", "dc:title": "x"}
    manifest = box(b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + bytes(40))
    assert open_image(avif(extra=[manifest])).c2pa_bytes == 56


def test_c2pa_is_seen_only_in_its_own_place() -> None:
    store = bytes(8) + b"jumb" + bytes(40)
    assert open_image(png(before=[png_chunk(b"caBX", store)])).c2pa_bytes
    assert open_image(jpeg([jpeg_segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x34jumb" + bytes(44))])).c2pa_bytes
    assert open_image(webp([riff_chunk(b"C2PA", store)])).c2pa_bytes
    for data in (
        png(tail=png_chunk(b"caBX", store)),
        jpeg(tail=b"c2pa jumb"),
        webp([riff_chunk(b"X2PA", store)]),
    ):
        assert not open_image(data).c2pa_bytes
