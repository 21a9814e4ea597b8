"""Files that end early: what a browser still shows of them is examined, and the picture says so."""

import contextlib
import zlib

import numpy as np
import pytest
from PIL import Image

from core.vocabulary import FailureCode
from model.serving.picture import Picture, PictureError, decode_picture
from tests.model.drawing import LIMIT, gradient, saved
from tests.model.files import END, header, interlaced_png
from tests.provenance.writing import png_chunk

WIDTH, HEIGHT = 200, 160
FILES = {
    "PNG": saved(gradient(WIDTH, HEIGHT), "PNG"),
    "PNG with a palette": saved(gradient(WIDTH, HEIGHT).quantize(64), "PNG"),
    "PNG with alpha": saved(gradient(WIDTH, HEIGHT).convert("RGBA"), "PNG"),
    "PNG of 16 bits": saved(
        Image.fromarray(np.arange(WIDTH * HEIGHT, dtype=np.uint16).reshape(HEIGHT, WIDTH)), "PNG"
    ),
    "interlaced PNG": interlaced_png(gradient(WIDTH, HEIGHT)),
    "GIF": saved(gradient(WIDTH, HEIGHT), "GIF", interlace=0),
    "interlaced GIF": saved(gradient(WIDTH, HEIGHT), "GIF", interlace=1),
    "JPEG": saved(gradient(WIDTH, HEIGHT), "JPEG"),
    "JPEG without subsampling": saved(gradient(WIDTH, HEIGHT), "JPEG", subsampling=0, quality=95),
    "grey JPEG": saved(gradient(WIDTH, HEIGHT).convert("L"), "JPEG"),
    "CMYK JPEG": saved(gradient(WIDTH, HEIGHT).convert("CMYK"), "JPEG"),
    "JPEG with restarts": saved(gradient(WIDTH, HEIGHT), "JPEG", restart_marker_rows=1),
    "WebP": saved(gradient(WIDTH, HEIGHT), "WEBP"),
    "WebP with alpha": saved(gradient(WIDTH, HEIGHT).convert("RGBA").rotate(5), "WEBP"),
    "lossless WebP": saved(gradient(WIDTH, HEIGHT), "WEBP", lossless=True),
    "BMP": saved(gradient(WIDTH, HEIGHT), "BMP"),
    "BMP with a palette": saved(gradient(WIDTH, HEIGHT).quantize(64), "BMP"),
}
JPEGS = [name for name in FILES if "JPEG" in name]
PROGRESSIVE = saved(gradient(WIDTH, HEIGHT), "JPEG", progressive=True, quality=90)


def decode(data: bytes) -> Picture:
    return decode_picture(data, max_pixels=LIMIT)


def cut(data: bytes, percent: int) -> bytes:
    return data[: len(data) * percent // 100]


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_few_rows_is_refused_and_the_rows_are_counted(name: str) -> None:
    with pytest.raises(
        PictureError, match=r"cut short or damaged: only \d+ of the picture's 160 rows are there"
    ) as caught:
        decode(cut(FILES[name], 40))
    assert caught.value.code is FailureCode.NOT_AN_IMAGE


@pytest.mark.parametrize("percent", [70, 90])
@pytest.mark.parametrize("name", FILES)
def test_most_of_a_picture_is_examined_as_far_as_it_goes(name: str, percent: int) -> None:
    whole, part = decode(FILES[name]), decode(cut(FILES[name], percent))
    assert not whole.is_cut_short
    assert part.is_cut_short
    assert (part.width, part.height) == (WIDTH, HEIGHT)
    rows = len(part.rgb)
    assert rows >= HEIGHT / 2
    if "interlaced" not in name:
        assert rows <= HEIGHT * (percent + 5) / 100
    # The rows are those of the whole file; interlaced files repeat the one above where one is missing.
    there = whole.rgb[HEIGHT - rows :] if "BMP" in name else whole.rgb[:rows]
    difference = np.abs(part.rgb.astype(int) - there)
    assert np.median(difference) == 0
    assert difference.mean() < (8 if "interlaced" in name else 1)


@pytest.mark.parametrize("name", FILES)
def test_the_shortest_file_that_is_examined_has_half_of_the_rows(name: str) -> None:
    data = FILES[name]
    for end in range(len(data) // 4, len(data), max(1, len(data) // 60)):
        try:
            part = decode(data[:end])
        except PictureError:
            continue
        assert len(part.rgb) >= HEIGHT / 2
        return
    pytest.fail("the file is never decoded")


@pytest.mark.parametrize("percent", [30, 60, 90])
def test_a_progressive_jpeg_shows_all_rows_from_its_first_scan_on(percent: int) -> None:
    part = decode(cut(PROGRESSIVE, percent))
    assert part.is_cut_short
    assert len(part.rgb) == HEIGHT


def test_a_progressive_jpeg_that_ends_in_its_first_scan_is_refused() -> None:
    first = PROGRESSIVE.index(b"\xff\xda")
    second = PROGRESSIVE.index(b"\xff\xda", first + 2)
    with pytest.raises(PictureError, match="cut short"):
        decode(PROGRESSIVE[: first + (second - first) // 3])


@pytest.mark.parametrize(
    ("name", "end"),
    [("PNG", 12), ("interlaced PNG", 12), ("GIF", 1), ("JPEG", 2), ("grey JPEG", 2), ("CMYK JPEG", 2)],
)
def test_a_missing_end_marker_is_no_loss(name: str, end: int) -> None:
    part = decode(FILES[name][:-end])
    assert not part.is_cut_short
    assert np.array_equal(part.rgb, decode(FILES[name]).rgb)


def test_a_progressive_jpeg_without_its_end_marker_is_whole() -> None:
    assert not decode(PROGRESSIVE[:-2]).is_cut_short
    assert decode(PROGRESSIVE[:-40]).is_cut_short


def test_a_scan_that_is_cut_before_its_data_is_passed_over() -> None:
    """Between two scans a file may end in the middle of a table."""
    second = PROGRESSIVE.index(b"\xff\xda", PROGRESSIVE.index(b"\xff\xda") + 2)
    for end in range(second - 30, second + 14):
        assert decode(PROGRESSIVE[:end]).is_cut_short


def test_a_png_whose_pixels_end_early_in_good_order_is_cut_short_too() -> None:
    image = gradient(WIDTH, HEIGHT)
    rows = b"".join(b"\0" + row.tobytes() for row in np.asarray(image))
    stride = len(rows) // HEIGHT

    def png(count: int) -> bytes:
        pixels = png_chunk(b"IDAT", zlib.compress(rows[: stride * count]))
        return header(WIDTH, HEIGHT) + pixels + END

    assert len(decode(png(100)).rgb) == 100
    assert decode(png(100)).is_cut_short
    with pytest.raises(PictureError, match="only 79 of the picture's 160 rows"):
        decode(png(79))


@pytest.mark.parametrize("colour", ["black", (0, 0, 0, 0)])
def test_a_picture_that_is_blank_below_is_whole(colour: str | tuple[int, ...]) -> None:
    image = gradient(WIDTH, HEIGHT).convert("RGBA")
    image.paste(colour, (0, 60, WIDTH, HEIGHT))
    picture = decode(saved(image, "PNG"))
    assert not picture.is_cut_short
    assert len(picture.rgb) == HEIGHT


def test_a_grey_picture_is_whole() -> None:
    """Grey is what a JPEG's missing rows look like."""
    assert not decode(saved(Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128)), "JPEG")).is_cut_short


def test_pixels_that_are_damaged_are_shown_up_to_there() -> None:
    data = bytearray(FILES["PNG"])
    for place in range(len(data) * 8 // 10, len(data) * 8 // 10 + 40):
        data[place] ^= 0x5A
    picture = decode(bytes(data))
    assert HEIGHT / 2 <= len(picture.rgb) <= HEIGHT
    start = picture.rgb[: HEIGHT * 7 // 10]
    assert np.array_equal(start, decode(FILES["PNG"]).rgb[: len(start)])


@pytest.mark.parametrize("name", JPEGS)
def test_an_end_marker_makes_no_picture_of_a_few_rows(name: str) -> None:
    """A server that mends broken uploads puts one behind whatever there is."""
    with pytest.raises(PictureError, match=r"only \d+ of the picture's 160 rows are there"):
        decode(cut(FILES[name], 40) + b"\xff\xd9")
    part = decode(cut(FILES[name], 80) + b"\xff\xd9")
    assert part.is_cut_short
    assert HEIGHT / 2 <= len(part.rgb) < HEIGHT
    assert decode(cut(PROGRESSIVE, 40) + b"\xff\xd9").is_cut_short
    assert not decode(PROGRESSIVE).is_cut_short


@pytest.mark.parametrize(
    "name", ["PNG", "interlaced PNG", "JPEG", "JPEG with restarts", "WebP", "lossless WebP"]
)
def test_zeros_up_to_the_size_of_the_file_are_no_pixels(name: str) -> None:
    """A download that broke off may leave them."""
    data = FILES[name]
    few, most = (cut(data, percent).ljust(len(data), b"\0") for percent in (40, 70))
    with pytest.raises(PictureError, match=r"only \d+ of the picture's 160 rows are there"):
        decode(few)
    part, expected = decode(most), decode(cut(data, 70))
    assert part.is_cut_short
    assert np.array_equal(part.rgb, expected.rgb)


def test_zeros_behind_a_picture_are_no_loss() -> None:
    for data in FILES.values():
        assert not decode(data + bytes(5000)).is_cut_short


@pytest.mark.parametrize("marker", [b"\xff\xc4\0\x10", b"\xff\xda\0\x08", b"\xff\xd8", b"\xff\xc0\0\x11"])
@pytest.mark.parametrize("name", [*JPEGS, "progressive JPEG"])
def test_a_jpeg_is_shown_up_to_a_marker_that_makes_no_sense(name: str, marker: bytes) -> None:
    data = bytearray(FILES.get(name, PROGRESSIVE))
    place = len(data) * 8 // 10
    data[place : place + len(marker)] = marker
    part = decode(bytes(data))
    assert part.is_cut_short
    assert HEIGHT / 2 <= len(part.rgb) <= HEIGHT


def test_a_jpeg_with_a_stray_marker_behind_its_pixels_is_whole() -> None:
    whole = decode(FILES["JPEG"])
    stray = decode(FILES["JPEG"][:-2] + b"\xff\xc4\0\x10" + FILES["JPEG"][-2:])
    assert not stray.is_cut_short
    assert np.array_equal(stray.rgb, whole.rgb)


def test_a_lossless_webp_is_shown_up_to_where_it_is_damaged() -> None:
    whole = saved(gradient(600, 500), "WEBP", lossless=True)
    data = bytearray(whole)
    data[len(data) * 8 // 10 :] = b"\xff" * (len(data) - len(data) * 8 // 10)
    part = decode(bytes(data))
    assert part.is_cut_short
    assert HEIGHT / 2 <= len(part.rgb) < 500


def test_a_bmp_without_the_padding_of_its_last_row_is_whole() -> None:
    data = saved(gradient(WIDTH + 1, HEIGHT), "BMP")
    assert not decode(data[:-1]).is_cut_short
    assert decode(data[:-2]).is_cut_short


def test_a_bmp_whose_pixels_are_said_to_lie_gigabytes_away_is_refused_at_once() -> None:
    data = FILES["BMP"]
    with pytest.raises(PictureError, match="only 0 of the picture's 160 rows are there"):
        decode(data[:10] + b"\xf0\xff\xff\xff" + data[14:])


def test_a_part_is_turned_as_the_whole_picture_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(gradient(WIDTH, HEIGHT), "JPEG", exif=exif)
    part = decode(cut(data, 80))
    assert (part.width, part.height) == (HEIGHT, WIDTH)
    assert part.rgb.shape[0] == WIDTH
    assert part.rgb.shape[1] < HEIGHT


@pytest.mark.slow
def test_a_large_jpeg_is_cut_short_alike_whether_decoded_whole_or_reduced() -> None:
    data = cut(saved(gradient(2400, 2000), "JPEG", quality=70), 75)
    reduced, whole = (decode_picture(data, max_pixels=LIMIT, looks_native=native) for native in (False, True))
    assert reduced.is_cut_short
    assert whole.is_cut_short
    assert abs(len(reduced.rgb) / 512 - len(whole.rgb) / 512) < 0.3
    assert whole.native is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FILES, "progressive JPEG"])
def test_a_file_that_ends_anywhere_is_a_picture_or_a_refusal(name: str) -> None:
    data = FILES.get(name, PROGRESSIVE)
    for end in range(0, len(data), max(1, len(data) // 150)):
        with contextlib.suppress(PictureError):
            assert decode(data[:end]).height == HEIGHT
