"""Decoding: what strangers send, and what is made of it."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.vocabulary import FailureCode
from model.serving.picture import (
    Picture,
    PictureError,
    decode_at_scale,
    decode_picture,
    read_size,
    thumbnail,
)
from tests.model.drawing import LIMIT, gradient, saved

KINDS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP"]


def decode(data: bytes) -> Picture:
    return decode_picture(data, max_pixels=LIMIT)


def refused(data: bytes, max_pixels: int = LIMIT) -> FailureCode:
    with pytest.raises(PictureError) as caught:
        decode_picture(data, max_pixels=max_pixels)
    assert caught.value.detail
    return caught.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_each_format_is_decoded_and_named(kind: str) -> None:
    picture = decode(saved(gradient(90, 60), kind))
    assert picture.format == kind.lower()
    assert (picture.width, picture.height) == (90, 60)
    assert picture.rgb.shape == (60, 90, 3)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb[30, 80, 0] > picture.rgb[30, 10, 0] + 100


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "TGA", "PDF", "EPS"])
def test_other_formats_are_not_opened(kind: str) -> None:
    assert refused(saved(gradient(40, 40), kind)) is FailureCode.NOT_AN_IMAGE


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF89a"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data) is FailureCode.NOT_AN_IMAGE


@pytest.mark.parametrize("kind", KINDS)
def test_size_and_scale_are_read_by_the_same_door(kind: str) -> None:
    data = saved(gradient(900, 700), kind)
    assert read_size(data) == (kind, 900, 700)
    assert decode_at_scale(data, max_pixels=LIMIT).size == (900, 700)
    with pytest.raises(PictureError):
        decode_at_scale(data, max_pixels=900)
    with pytest.raises(PictureError):
        read_size(b"GIF89a")


@pytest.mark.parametrize("kind", KINDS)
def test_the_start_of_a_file_is_refused(kind: str) -> None:
    data = saved(gradient(200, 150), kind)
    assert refused(data[: len(data) // 4]) is FailureCode.NOT_AN_IMAGE


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_bytes_give_a_picture_or_a_refusal_and_nothing_else(kind: str) -> None:
    rng = np.random.default_rng(1)
    whole = saved(gradient(64, 48), kind)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(int(rng.integers(1, 12))):
            data[int(rng.integers(len(data)))] = int(rng.integers(256))
        with contextlib.suppress(PictureError):
            decode(bytes(data))


def test_a_large_picture_is_shrunk_to_512_and_keeps_its_size_in_words() -> None:
    picture = decode(saved(gradient(3000, 2000), "JPEG"))
    assert picture.rgb.shape == (512, 768, 3)
    assert (picture.width, picture.height) == (3000, 2000)


def test_a_small_picture_is_never_enlarged() -> None:
    assert decode(saved(gradient(1, 1), "PNG")).rgb.shape == (1, 1, 3)


@pytest.mark.slow
def test_reduced_decoding_shows_the_same_picture() -> None:
    image = gradient(4096, 4096)
    reduced = decode(saved(image, "JPEG", quality=95)).rgb.astype(int)
    whole = decode(saved(image, "PNG", compress_level=1)).rgb.astype(int)
    assert np.abs(reduced - whole).mean() < 2


def test_too_many_pixels_are_refused_by_the_header_alone() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    assert refused(data) is FailureCode.TOO_MANY_PIXELS
    assert refused(saved(gradient(101, 100), "PNG"), max_pixels=10_000) is FailureCode.TOO_MANY_PIXELS
    assert refused(saved(gradient(101, 100), "JPEG"), max_pixels=10_000) is FailureCode.TOO_MANY_PIXELS
    assert decode_picture(saved(gradient(100, 100), "PNG"), max_pixels=10_000)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "shape"), [((1, 200_000), (4096, 1, 3)), ((60_000, 600), (512, 4096, 3))])
def test_an_extreme_strip_is_cut_to_its_middle(size: tuple[int, int], shape: tuple[int, int, int]) -> None:
    image = Image.new("RGB", size, (255, 0, 0))
    middle = (size[0] // 2, size[1] // 2)
    image.paste((0, 0, 255), (middle[0] - 40, middle[1] - 40, middle[0] + 40, middle[1] + 40))
    picture = decode(saved(image, "PNG"))
    assert picture.rgb.shape == shape
    assert (picture.width, picture.height) == size
    assert picture.rgb[shape[0] // 2, shape[1] // 2, 2] > 200


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.new("RGB", (60, 40), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 30, 20))
    picture = decode(saved(image, "PNG", exif=exif))
    corners = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    assert (picture.width, picture.height) == ((60, 40) if orientation < 5 else (40, 60))
    assert picture.rgb[corners[orientation]].min() > 200
    assert (picture.rgb > 200).mean() == pytest.approx(0.25, abs=0.03)


def test_a_broken_exif_record_does_not_refuse_the_picture() -> None:
    data = saved(gradient(50, 50), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff\x01\x02")
    assert decode(data).rgb.shape == (50, 50, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_transparency_lies_over_white(kind: str) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert decode(saved(image, kind)).rgb.min() > 250


def test_a_large_transparent_picture_keeps_clean_edges() -> None:
    image = Image.new("RGBA", (1200, 1200), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 600, 1200))
    assert decode(saved(image, "PNG")).rgb.min() > 250


def test_a_transparent_palette_colour_lies_over_white() -> None:
    image = Image.new("P", (40, 40), 1)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.paste(0, (0, 0, 20, 40))
    rgb = decode(saved(image, "PNG", transparency=0)).rgb
    assert tuple(rgb[10, 5]) == (255, 255, 255)
    assert tuple(rgb[10, 35]) == (200, 0, 0)


def test_grey_with_alpha_and_bare_grey_and_bilevel_are_right() -> None:
    assert decode(saved(Image.new("LA", (9, 9), (0, 0)), "PNG")).rgb.min() == 255
    assert tuple(decode(saved(Image.new("L", (9, 9), 77), "PNG")).rgb[4, 4]) == (77, 77, 77)
    assert decode(saved(Image.new("1", (9, 9), 1), "PNG")).rgb.min() == 255


def test_sixteen_bit_grey_keeps_its_tones() -> None:
    values = np.linspace(0, 65535, 256, dtype=np.uint16)[None, :].repeat(10, axis=0)
    rgb = decode(saved(Image.fromarray(values), "PNG")).rgb
    assert np.abs(rgb[5, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_cmyk_is_turned_to_rgb() -> None:
    image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    red, green, blue = decode(saved(image, "JPEG", quality=95)).rgb[16, 16]
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_frames_without_detail_the_first_one_counts(kind: str) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "lime", "blue")]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    red, green, blue = decode(data).rgb[15, 15]
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_picture_is_animated_where_it_has_more_frames(kind: str, count: int) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "lime", "blue")][:count]
    assert decode(saved(frames[0], kind, save_all=True, append_images=frames[1:])).is_animated is (count > 1)


def test_a_jpeg_of_several_pictures_is_not_animated() -> None:
    data = saved(gradient(30, 30), "MPO", save_all=True, append_images=[gradient(30, 30)])
    assert (decode(data).format, decode(data).is_animated) == ("jpeg", False)


def test_an_animation_that_breaks_off_after_its_first_frame_is_still_a_picture() -> None:
    frames = [gradient(64, 64), gradient(64, 64).rotate(90)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    alone = len(saved(frames[0], "GIF"))
    for end in range(alone + 8, len(data), 40):
        picture = decode(data[:end])
        assert (picture.width, picture.height) == (64, 64)


@pytest.mark.slow
def test_a_thumbnail_is_a_small_jpeg() -> None:
    data = thumbnail(decode(saved(gradient(1600, 800), "PNG")), side=200)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        assert image.size == (200, 100)
