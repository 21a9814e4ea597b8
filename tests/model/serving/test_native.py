"""Crops at a picture's own scale."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from model.serving import picture
from model.serving.native import cell_of, is_lossless, native_crops
from model.serving.picture import decode_picture
from model.serving.second_look import decides_narrowly, settle
from tests.model.drawing import LIMIT, gradient, saved


def _noise(width: int, height: int) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_crops_are_cut_from_the_pixels_as_they_are_and_the_same_each_time() -> None:
    image = _noise(900, 700)
    crops = native_crops(image)
    assert crops is not None
    assert crops.shape == (4, 256, 256, 3)
    assert crops.std() > 50  # scaling would have smoothed the noise
    again = native_crops(image)
    assert again is not None
    assert np.array_equal(crops, again)


def test_crops_go_from_flat_to_busy_and_leave_blank_places_out() -> None:
    image = Image.new("RGB", (1600, 1600), "white")
    image.paste(gradient(800, 1600), (0, 0))
    image.paste(_noise(400, 1600), (800, 0))  # the rest, a quarter, is blank
    crops = native_crops(image)
    assert crops is not None
    busy = [np.abs(np.diff(crop.astype(int), axis=1)).mean() for crop in crops]
    assert busy[-1] > 10 * busy[0]
    assert all(crop.std() > 1 for crop in crops)


def test_a_blank_picture_still_has_crops() -> None:
    crops = native_crops(Image.new("RGB", (600, 600), "white"))
    assert crops is not None
    assert (crops == 255).all()


def test_transparency_shows_white() -> None:
    image = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    crops = native_crops(image)
    assert crops is not None
    assert (crops == 255).all()


def test_a_picture_as_small_as_a_crop_has_four_equal_ones_and_a_smaller_one_none() -> None:
    crops = native_crops(_noise(256, 256))
    assert crops is not None
    assert all(np.array_equal(crops[0], crop) for crop in crops[1:])
    assert native_crops(_noise(255, 600)) is None


@pytest.mark.parametrize(
    ("size", "lossless", "cell"),
    [
        ((512, 900), True, -1),
        ((513, 900), False, 0),
        ((1024, 1024), False, 1),
        ((900, 700), True, 2),
        ((4000, 1024), True, 3),
    ],
)
def test_size_and_compression_tell_the_cell(size: tuple[int, int], cell: int, *, lossless: bool) -> None:
    assert cell_of(*size, lossless=lossless) == cell


def _webp(**options: bool) -> bytes:
    out = io.BytesIO()
    _noise(40, 40).convert("RGBA").save(out, "WEBP", **options)
    return out.getvalue()


def test_a_lossless_webp_is_told_from_a_lossy_one() -> None:
    assert is_lossless(_webp(lossless=True), "WEBP")
    assert not is_lossless(_webp(lossless=False), "WEBP")
    assert not is_lossless(b"RIFF\x00\x00\x00\x00WEBPVP8X", "WEBP")
    assert is_lossless(b"", "PNG")
    assert not is_lossless(b"", "JPEG")


@pytest.mark.slow
def test_crops_come_with_the_decode_where_they_are_asked_for() -> None:
    data = saved(gradient(700, 900), "PNG")
    assert decode_picture(data, max_pixels=LIMIT).native is None
    look = decode_picture(data, max_pixels=LIMIT, looks_native=True).native
    assert look is not None
    assert look.cell == 2
    small = decode_picture(saved(gradient(500, 900), "PNG"), max_pixels=LIMIT, looks_native=True)
    assert small.native is None


def test_a_picture_too_large_to_be_held_whole_has_no_native_look(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(gradient(700, 900), "PNG")
    for most, has_look in ((700 * 900, True), (700 * 900 - 1, False)):
        monkeypatch.setattr(picture, "MOST", most)
        look = decode_picture(data, max_pixels=LIMIT, looks_native=True).native
        assert (look is not None) == has_look


@pytest.mark.slow
def test_a_jpeg_is_decoded_whole_for_its_crops_and_looks_the_same_scaled() -> None:
    data = saved(gradient(2000, 3000), "JPEG")
    plain, whole = (decode_picture(data, max_pixels=LIMIT, looks_native=yes) for yes in (False, True))
    assert whole.native is not None
    assert np.abs(plain.rgb.astype(int) - whole.rgb).max() <= 8
    assert replace(whole, rgb=plain.rgb, native=None) == plain


@pytest.mark.parametrize("orientation", range(1, 9))
def test_crops_and_their_boxes_are_turned_as_the_picture_is(orientation: int) -> None:
    image = _noise(90, 60).resize((900, 600), Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "PNG", exif=exif)
    look = decode_picture(out.getvalue(), max_pixels=LIMIT, looks_native=True).native
    assert look is not None
    with Image.open(out) as saved:
        shown = ImageOps.exif_transpose(saved)
    for crop, (left, top, right, low) in zip(look.crops, look.boxes, strict=True):
        x, y = round(left * shown.width), round(top * shown.height)
        assert (round(right * shown.width), round(low * shown.height)) == (x + 256, y + 256)
        there = np.asarray(shown.crop((x, y, x + 256, y + 256)))
        assert np.corrcoef(there.ravel(), crop.ravel())[0, 1] > 0.9


def test_the_median_of_all_looks_decides_and_both_ends_are_known() -> None:
    settled = settle(2.0, [-1.0, 0.5, 0.0, 1.0, 3.0])
    assert (settled.low, settled.logit, settled.high) == (-1.0, 0.75, 3.0)


@pytest.mark.parametrize(
    ("logit", "is_near"),
    [(-2.1, False), (-1.9, True), (-1.0, False), (0.9, False), (1.0, True), (2.1, False)],
)
def test_only_what_decides_near_a_threshold_is_looked_at_again(logit: float, *, is_near: bool) -> None:
    assert decides_narrowly(logit, (-1.0, 1.0), 1.0) is is_near
