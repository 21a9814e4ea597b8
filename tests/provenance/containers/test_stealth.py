"""Text hidden in the lowest bits is read in all four modes, and no picture can make us read too much."""

import gzip
import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sayings.fault_codes import RecordFault
from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.containers.containers import open_image
from provenance.containers.pixels import Pixels
from provenance.containers.stealth import Stealth, read_stealth
from provenance.read import read_provenance
from provenance.shared.limits import MAX_STEALTH_BYTES
from tests.provenance.asking import declares, says_unreadable
from tests.provenance.making import INFOTEXT, PROMPT, hide, hide_bits
from tests.provenance.writing import drawing, jpeg, pillow_png, png, webp

MODES = [("alpha", True), ("alpha", False), ("rgb", True), ("rgb", False)]


def look(data: bytes, max_pixels: int = 10**6) -> Stealth:
    image = open_image(data)
    return read_stealth(image, Pixels(image, max_pixels))


@pytest.mark.parametrize(("channels", "packed"), MODES)
@pytest.mark.parametrize("write", [png, pillow_png, lambda pixels: webp(pixels=pixels)])
def test_all_four_modes_are_read_from_png_and_lossless_webp(write, channels: str, packed: bool) -> None:  # type: ignore[no-untyped-def]  # noqa: FBT001
    pixels = hide(drawing(40, 300, channels=4), INFOTEXT, channels=channels, packed=packed)
    item = declares(write(pixels), EvidenceKind.A1111_PARAMETERS, "A1111")
    assert item.fields["Seed"] == "1234567890"
    assert "hidden" in render(item.detail)


def test_colour_bits_are_read_without_an_alpha_channel() -> None:
    assert look(png(hide(drawing(40, 300), INFOTEXT, channels="rgb"))).fields[0].value == INFOTEXT


@pytest.mark.parametrize(("width", "height"), [(300, 5), (1500, 1), (4, 900), (160, 152), (40, 153)])
def test_every_shape_of_picture_is_read(width: int, height: int) -> None:
    pixels = hide(drawing(width, height, channels=4), "a short text", packed=False)
    assert [field.value for field in look(pillow_png(pixels)).fields] == ["a short text"]


def test_hidden_text_of_both_channels_is_read() -> None:
    pixels = hide(hide(drawing(40, 300, channels=4), "one", channels="alpha"), "two", channels="rgb")
    assert [field.value for field in look(pillow_png(pixels)).fields] == ["one", "two"]


def test_a_hidden_graph_is_read() -> None:
    pixels = hide(drawing(60, 300, channels=4), json.dumps({"prompt": PROMPT}))
    declares(png(pixels), EvidenceKind.COMFYUI_WORKFLOW, "ComfyUI")


@pytest.mark.slow
@given(st.text(max_size=300), st.sampled_from(MODES), st.integers(1, 40), st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_what_is_hidden_is_what_is_found(text: str, mode: tuple[str, bool], width: int, height: int) -> None:
    channels, packed = mode
    body = gzip.compress(text.encode()) if packed else text.encode()
    bits = 8 * (19 + len(body))
    if not text or bits > width * height * (1 if channels == "alpha" else 3) or width * height * 4 < 152:
        return
    pixels = hide(drawing(width, height, channels=4), text, channels=channels, packed=packed)
    assert [field.value for field in look(png(pixels)).fields] == [text]


def test_ordinary_pictures_hide_nothing() -> None:
    found = look(pillow_png(drawing(64, 200, channels=4)))
    assert (found.fields, found.broken) == ((), ())


def test_lossy_pictures_are_not_decoded() -> None:
    assert "Not a lossless" in look(jpeg()).saw[0]
    assert "Not a lossless" in look(webp(lossless=False)).saw[0]


@pytest.mark.slow
def test_a_gzip_bomb_is_stopped_at_the_cap() -> None:
    """64 MB of zeros fit into 64 KB, and into the lowest bits of a small picture."""
    bomb = gzip.compress(bytes(64 * 2**20), compresslevel=9)
    message = b"stealth_pngcomp" + (8 * len(bomb)).to_bytes(4, "big") + bomb
    says_unreadable(
        png(hide_bits(drawing(600, 1000, channels=4), message, "alpha")), EvidenceKind.NOVELAI_STEALTH
    )


@pytest.mark.parametrize("length", [0, 1, 7, 8 * 10**6, 8 * (MAX_STEALTH_BYTES + 1), 2**32 - 1])
def test_a_lie_about_the_length_is_unreadable(length: int) -> None:
    message = b"stealth_pngcomp" + length.to_bytes(4, "big")
    says_unreadable(
        png(hide_bits(drawing(24, 160, channels=4), message, "alpha")), EvidenceKind.NOVELAI_STEALTH
    )


def test_a_large_picture_may_not_hide_more_than_the_cap() -> None:
    message = b"stealth_rgbinfo" + (8 * (MAX_STEALTH_BYTES + 1)).to_bytes(4, "big")
    pixels = hide_bits(np.zeros((1700, 1700, 3), np.uint8), message, "rgb")
    assert look(png(pixels), max_pixels=10**7).broken[0].why.code is RecordFault.HIDDEN_TEXT_TOO_LONG


@pytest.mark.parametrize("data", [webp(pixels=drawing(64, 64)), png(drawing(64, 64))])
def test_more_pixels_than_allowed_are_not_decoded(data: bytes) -> None:
    assert "more than 1,000 pixels" in look(data, max_pixels=1000).saw[0]


def test_a_header_that_lies_about_its_size_costs_nothing() -> None:
    data = bytearray(png(drawing(24, 160, channels=4)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    assert read_provenance(bytes(data)) == ()


def test_unknown_hidden_text_is_shown_as_a_hint() -> None:
    pixels = hide(drawing(24, 160, channels=4), "hello", packed=False)
    found = read_provenance(png(pixels))
    assert [(item.grade, item.label) for item in found] == [(Grade.HINT, Label.AI)]


def test_a_narrow_cut_of_a_png_equals_the_whole() -> None:
    """Rows are cut from filtered bytes: every filter, and every number of columns, must come out right."""
    noise = np.random.default_rng(3).integers(0, 256, (97, 61, 4), np.uint8)
    for pixels in (noise, drawing(61, 97, channels=4), drawing(61, 97)):
        image = open_image(pillow_png(pixels))
        for columns, rows in [(1, 97), (7, 50), (61, 1), (60, 97)]:
            cut = Pixels(image, 10**6).left(columns, rows)
            assert np.array_equal(cut, pixels[:rows, :columns])
