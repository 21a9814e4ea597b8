"""What stands beside the pixels: a browser passes over it, and so does the decoder."""

import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.pictures.jpeg_frames import MOST_SCANS, SCAN
from core.pictures.opening import take_apart
from core.vocabulary import FailureCode
from model.serving.picture import Picture, PictureError, decode_picture
from tests.model.drawing import LIMIT, gradient, saved
from tests.model.files import END, damaged, header, packed_rows, with_chunk
from tests.provenance.writing import jpeg_segment, png_chunk, xmp

IMAGE = gradient(80, 70)
PNG = saved(IMAGE, "PNG")
LONG = zlib.compress(b"a" * 1_300_000)
EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"  # orientation 6
ANCILLARY = [
    *(b"tEXt", b"zTXt", b"iTXt", b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"pHYs", b"sBIT", b"bKGD", b"hIST"),
    *(b"tIME", b"sPLT", b"eXIf", b"cICP", b"mDCV", b"cLLI", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"caBX"),
    *(b"oFFs", b"vpAg", b"comf"),
]


def decode(data: bytes) -> Picture:
    return decode_picture(data, max_pixels=LIMIT)


def is_unharmed(data: bytes) -> bool:
    """True if a file shows the picture, all of it."""
    picture = decode(data)
    return np.array_equal(picture.rgb, np.asarray(IMAGE)) and not picture.is_cut_short and picture.frames == 1


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"zTXt", b"notes\0\0" + LONG),
        png_chunk(b"iTXt", b"notes\0\1\0en\0\0" + LONG),
        png_chunk(b"iCCP", b"profile\0\0" + LONG),
        png_chunk(b"iCCP", b"profile\0\x07nonsense"),
        png_chunk(b"zTXt", b"notes\0\x07nonsense"),
        png_chunk(b"sRGB", b""),
        png_chunk(b"gAMA", b"\0"),
        png_chunk(b"cHRM", b"\0" * 5),
        png_chunk(b"pHYs", b""),
        png_chunk(b"acTL", b""),
        png_chunk(b"fcTL", b""),
        png_chunk(b"fdAT", b""),
        png_chunk(b"tRNS", b"\0"),
        png_chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"),
        png_chunk(b"xxXx", b"\0" * 3),
    ],
    ids=lambda chunk: f"{chunk[4:8].decode()}{len(chunk)}",
)
def test_a_chunk_that_no_decoder_needs_is_passed_over(chunk: bytes, *, behind: bool) -> None:
    assert is_unharmed(with_chunk(PNG, chunk, behind_pixels=behind))


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("kind", ANCILLARY)
def test_a_chunk_with_a_wrong_checksum_is_no_fault_of_the_picture(kind: bytes, *, behind: bool) -> None:
    chunk = damaged(png_chunk(kind, b"\0\0\0\2" + b"anything" * 4))
    assert is_unharmed(with_chunk(PNG, chunk, behind_pixels=behind))


def test_a_wrong_checksum_of_pixels_is_no_loss_either() -> None:
    data = header(80, 70) + damaged(png_chunk(b"IDAT", packed_rows(IMAGE))) + END
    assert is_unharmed(data)


def test_a_wrong_checksum_of_all_rows_is_no_loss_either() -> None:
    rows = packed_rows(IMAGE)
    assert is_unharmed(header(80, 70) + png_chunk(b"IDAT", rows[:-4] + b"\1\2\3\4") + END)


def test_the_colours_of_a_palette_and_its_transparency_stay() -> None:
    image = Image.new("P", (70, 70), 1)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.paste(0, (0, 0, 35, 70))
    data = with_chunk(saved(image, "PNG", transparency=0), png_chunk(b"zTXt", b"notes\0\0" + LONG))
    rgb = decode(data).rgb
    assert tuple(rgb[10, 5]) == (255, 255, 255)
    assert tuple(rgb[10, 60]) == (200, 0, 0)


def test_transparency_with_a_wrong_checksum_is_passed_over() -> None:
    image = Image.new("P", (70, 70), 0)
    image.putpalette([10, 20, 30, 200, 0, 0])
    data = with_chunk(saved(image, "PNG"), damaged(png_chunk(b"tRNS", b"\0")))
    assert tuple(decode(data).rgb[10, 5]) == (10, 20, 30)


@pytest.mark.slow
def test_many_packed_texts_cost_nothing() -> None:
    """Each is a bomb of 40 MB, and none is opened."""
    bomb = png_chunk(b"zTXt", b"notes\0\0" + zlib.compress(b"\0" * 40_000_000, 9))
    data = PNG
    for _ in range(100):
        data = with_chunk(data, bomb)
    began = time.process_time()
    assert is_unharmed(data)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("place", ["before", "behind"])
def test_exif_turns_a_png_wherever_it_stands(place: str) -> None:
    chunk = png_chunk(b"eXIf", EXIF.removeprefix(b"Exif\0\0"))
    picture = decode(with_chunk(PNG, chunk, behind_pixels=place == "behind"))
    assert (picture.width, picture.height) == (70, 80)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_only_exif_turns_a_picture_never_xmp(kind: str) -> None:
    says = xmp("<tiff:Orientation xmlns:tiff='http://ns.adobe.com/tiff/1.0/'>6</tiff:Orientation>")
    if kind == "PNG":
        data = with_chunk(PNG, png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + says))
    else:
        data = saved(IMAGE, kind, xmp=says)
    assert b"Orientation" in data
    assert (decode(data).width, decode(data).height) == (80, 70)
    turned = saved(IMAGE, kind, exif=EXIF, xmp=says)
    assert (decode(turned).width, decode(turned).height) == (70, 80)


@pytest.mark.parametrize(
    "segment",
    [
        jpeg_segment(0xE2, b"ICC_PROFILE\0\x02\x09nonsense"),
        jpeg_segment(0xE2, b"MPF\0MM\0*\xff\xff\xff\xff"),
        jpeg_segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff"),
        jpeg_segment(0xE1, b"Exif\0\0"),
        jpeg_segment(0xED, b"Photoshop 3.0\x008BIM\x04"),
        jpeg_segment(0xEE, b"Adobe"),
        jpeg_segment(0xE0, b"JFIF"),
        jpeg_segment(0xE0, b""),
        jpeg_segment(0xFE, b"\xff\xda\xff\xd9"),
    ],
    ids=lambda segment: f"{segment[1]:X}-{len(segment)}",
)
def test_a_segment_of_an_application_that_is_damaged_is_passed_over(segment: bytes) -> None:
    data = saved(IMAGE, "JPEG")
    picture = decode(data[:2] + segment + data[2:])
    assert np.array_equal(picture.rgb, decode(data).rgb)
    assert not picture.is_cut_short


def test_how_a_jpeg_stores_its_colours_is_still_read() -> None:
    """Without Adobe's segment, inverted CMYK would be shown as a negative, and RGB as YCbCr."""
    for options in ({"keep_rgb": True}, {}):
        image = IMAGE.convert("RGB" if options else "CMYK")
        rgb = decode(saved(image, "JPEG", quality=98, subsampling=0, **options)).rgb.astype(int)
        assert np.abs(rgb - np.asarray(IMAGE)).mean() < 4


def test_a_colour_profile_of_megabytes_does_not_refuse_a_picture() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + b"\0" * 1_500_000
    for kind in ("PNG", "JPEG", "WEBP"):
        picture = decode(saved(IMAGE, kind, icc_profile=profile))
        assert (picture.width, picture.frames) == (80, 1)


def test_scans_without_end_are_left_out() -> None:
    """Each costs a pass over the whole picture, and a thousand of them fit into a small file."""
    data = saved(IMAGE, "JPEG", progressive=True)
    last = data[data.rindex(SCAN) : -2]
    endless = data[:-2] + last * 1000 + data[-2:]
    stored = take_apart(endless)
    assert stored is not None
    assert stored.frames[0].write().count(SCAN) == MOST_SCANS
    assert decode(endless).rgb.shape == (70, 80, 3)
    first, second = (data.index(SCAN), data.index(SCAN, data.index(SCAN) + 2))
    fine_last = data[:first] + data[first:second] * 200 + data[second:]
    assert not decode(fine_last).is_cut_short  # it has all of its pixels, of which we looked at some


def test_a_damaged_exif_record_does_not_refuse_an_avif_and_its_own_turn_stays() -> None:
    turned = saved(IMAGE, "AVIF", exif=EXIF)
    assert (decode(turned).width, decode(turned).height) == (70, 80)
    described = EXIF.replace(b"\x01\x12\0\x03\0\0\0\x01\0\x06", b"\x01\x0f\0\x02\0\0\0\x01a\0")
    data = saved(IMAGE, "AVIF", exif=described)
    assert data.count(b"MM\0*") == 1
    picture = decode(data.replace(b"MM\0*", b"XX\0*"))
    assert (picture.width, picture.height) == (80, 70)


def test_what_follows_the_end_is_no_part_of_the_picture() -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        data = saved(IMAGE, kind)
        assert np.array_equal(decode(data + data + b"\0" * 100).rgb, decode(data).rgb)


def test_a_webp_is_read_without_the_chunks_beside_its_pixels() -> None:
    data = saved(IMAGE, "WEBP", lossless=True, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff", icc_profile=b"nonsense")
    odd = struct.pack("<4sI", b"XXXX", 3) + b"abc\0"
    data = data[:12] + data[12:30] + odd + data[30:]
    data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    assert is_unharmed(data)


def test_a_damaged_header_is_a_refusal() -> None:
    data = bytearray(PNG)
    data[29] ^= 0xFF
    with pytest.raises(PictureError, match="damaged or cut short") as caught:
        decode(bytes(data))
    assert caught.value.code is FailureCode.NOT_AN_IMAGE
