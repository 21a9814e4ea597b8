"""Animations: the frame that is examined, how it is drawn, and what looking for it costs."""

import io
import struct
import time

import numpy as np
import pytest
from PIL import Image

from core.pictures.opening import take_apart
from core.pictures.stored_frames import StoredFrame, StoredPicture
from model.serving.animation import LOOKED_AT, choose_frames, spread_over
from model.serving.picture import Picture, PictureError, decode_picture
from tests.model.drawing import LIMIT, gradient, saved
from tests.model.files import END, animated, apng, frame_control, header, packed_rows
from tests.provenance.writing import png_chunk

SIZE = (90, 70)
DRAWN = gradient(*SIZE)
BLANK = Image.new("RGB", SIZE, "white")
KINDS = ["GIF", "PNG", "WEBP", "AVIF"]


def decode(data: bytes) -> Picture:
    return decode_picture(data, max_pixels=LIMIT)


def shows(picture: Picture, image: Image.Image) -> bool:
    """True if a picture is an image, but for what a codec of 256 colours loses."""
    pixels = np.asarray(image)
    return picture.rgb.shape == pixels.shape and float(np.abs(picture.rgb.astype(int) - pixels).mean()) < 12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", range(4))
def test_the_frame_with_the_most_detail_is_examined(kind: str, place: int) -> None:
    frames = [BLANK.copy() for _ in range(4)]
    for number, frame in enumerate(frames):
        frame.paste((number, 0, 0), (number, 0, number + 1, 1))  # encoders join frames that are the same
    frames[place] = DRAWN
    picture = decode(animated(kind, frames))
    assert shows(picture, DRAWN)
    assert picture.frames == 4
    assert not picture.is_cut_short


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_first_frame_that_is_blank_for_a_moment_is_not_the_picture(kind: str) -> None:
    assert shows(decode(animated(kind, [BLANK, DRAWN], [20, 2000])), DRAWN)


def test_a_default_image_that_nobody_is_shown_is_not_judged() -> None:
    picture = decode(apng([DRAWN], hidden=Image.new("RGB", SIZE, "red")))
    assert shows(picture, DRAWN)
    assert picture.frames == 1
    assert shows(decode(apng([BLANK, BLANK], hidden=DRAWN)), BLANK)


def test_without_an_animation_the_default_image_is_the_picture() -> None:
    """Frame controls count for nothing where the chunk that announces them is damaged."""
    data = apng([BLANK, BLANK], hidden=DRAWN)
    place = data.index(b"acTL") + 5
    picture = decode(data[:place] + b"\xff" + data[place + 1 :])
    assert shows(picture, DRAWN)
    assert picture.frames == 1


def test_frames_are_counted_not_promised() -> None:
    data = apng([DRAWN, BLANK])
    place = data.index(b"acTL")
    lying = data[: place - 4] + png_chunk(b"acTL", struct.pack(">II", 2**31, 0)) + data[place + 16 :]
    assert decode(lying).frames == 2


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_every_frame_is_drawn_as_pillow_draws_it(kind: str) -> None:
    """Parts of frames, transparent places, and what is taken away again."""
    frames = []
    for number in range(5):
        frame = Image.new("RGBA", SIZE, (0, 0, 0, 0))
        frame.paste(DRAWN.convert("RGBA").crop((0, 0, 40, 30)), (number * 9, number * 7))
        frames.append(frame)
    for disposal in (1, 2, 3) if kind == "GIF" else (0, 1, 2) if kind == "PNG" else (None,):
        options = {} if disposal is None else {"disposal": disposal}
        data = saved(
            frames[0], kind, save_all=True, append_images=frames[1:], duration=100, lossless=True, **options
        )
        stored = take_apart(data)
        assert stored is not None
        with Image.open(io.BytesIO(data)) as image:
            drawn = []
            for number in range(image.n_frames):  # type: ignore[attr-defined]
                image.seek(number)
                ground = Image.new("RGBA", SIZE, "white")
                drawn.append(Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB"))
        picture = decode(data)
        assert picture.frames == len(drawn) == 5
        assert any(np.array_equal(picture.rgb, np.asarray(one)) for one in drawn)


def test_a_frame_is_laid_over_what_is_there_or_put_in_its_place() -> None:
    red, part = Image.new("RGB", SIZE, "red"), Image.new("RGB", (45, 70), "blue")
    parts = [header(*SIZE), png_chunk(b"acTL", struct.pack(">II", 2, 0)), frame_control(0, SIZE)]
    parts += [png_chunk(b"IDAT", packed_rows(red)), frame_control(1, part.size, place=(45, 0), shown=9000)]
    parts += [png_chunk(b"fdAT", struct.pack(">I", 2) + packed_rows(part)), END]
    picture = decode(b"".join(parts))
    assert tuple(picture.rgb[5, 5]) == (255, 0, 0)
    assert tuple(picture.rgb[5, 80]) == (0, 0, 255)


def test_a_first_frame_that_is_smaller_than_the_canvas_lies_on_white() -> None:
    data = bytearray(saved(Image.new("P", (40, 30), 0), "GIF"))
    data[6:10] = struct.pack("<HH", 80, 70)
    picture = decode(bytes(data))
    assert (picture.width, picture.height) == (80, 70)
    assert tuple(picture.rgb[60, 60]) == (255, 255, 255)
    assert tuple(picture.rgb[5, 5]) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_that_ends_early_is_judged_by_its_whole_frames(kind: str) -> None:
    data = animated(kind, [BLANK, DRAWN, DRAWN.rotate(180), DRAWN.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
    picture = decode(data[: len(data) * 6 // 10])
    assert 1 < picture.frames < 4
    assert picture.is_cut_short
    assert shows(picture, DRAWN)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_that_ends_in_its_first_frame_the_part_is_judged(kind: str) -> None:
    data = animated(kind, [DRAWN, DRAWN.rotate(180)])
    stored = take_apart(data)
    assert stored is not None
    start = data.index(stored.frames[0].write()[-80:-60])
    picture = decode(data[:start])
    assert (picture.frames, picture.is_cut_short) == (1, True)
    assert SIZE[1] / 2 <= len(picture.rgb) <= SIZE[1]
    with pytest.raises(PictureError, match="of the picture's 70 rows"):
        decode(data[: start // 3])


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_damaged_frame_changes_nothing_in_the_others(kind: str) -> None:
    third = DRAWN.rotate(180)
    third.paste("white", (0, 30, *SIZE))
    stored = take_apart(data := animated(kind, [BLANK, DRAWN, third]))
    assert stored is not None
    pixels = stored.frames[2].write()[-60:-20]
    picture = decode(data.replace(pixels, b"\xff" * len(pixels)))
    assert shows(picture, DRAWN)
    assert (picture.frames, picture.is_cut_short) == (3, False)


def test_five_frames_are_spread_over_the_time() -> None:
    assert spread_over([100]) == [0]
    assert spread_over([100] * 3) == [0, 1, 2]
    assert spread_over([100] * 5) == [0, 1, 2, 3, 4]
    assert spread_over([100] * 100) == [0, 25, 50, 75, 99]
    assert spread_over([10, 10, 10, 970]) == [0, 3]
    assert len(spread_over([100] * 100)) == LOOKED_AT


def test_frames_of_no_time_are_shown_for_a_tenth_of_a_second() -> None:
    stored = take_apart(animated("GIF", [DRAWN, BLANK], 0))
    assert stored is not None
    assert [frame.shown_for for frame in stored.frames] == [100, 100]


def many(count: int, side: int, *, covers: bool) -> StoredPicture:
    frame = StoredFrame(bytes, 0, 0, side, side, covers=covers)
    return StoredPicture("GIF", side, side, (frame,) * count)


def test_only_what_a_chosen_frame_is_built_on_is_drawn() -> None:
    assert choose_frames(many(10_000, 1000, covers=True))[-1] == 9999
    last = choose_frames(many(10_000, 1000, covers=False))[-1]
    assert 50 < last < 300


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_an_animation_of_thousands_of_frames_takes_seconds_at_most(kind: str) -> None:
    side = 1500
    frames = [Image.new("P" if kind == "GIF" else "RGB", (side, side), 0), Image.new("RGB", (1, 1))]
    if kind == "GIF":
        data = saved(frames[0], "GIF")
        small = saved(Image.new("P", (1, 1), 0), "GIF")
        start = small.index(b"\x2c")
        data = data[:-1] + small[start:-1] * 50_000 + b"\x3b"
    else:
        parts = [
            header(side, side),
            png_chunk(b"acTL", struct.pack(">II", 50_001, 0)),
            frame_control(0, (side, side)),
        ]
        parts.append(png_chunk(b"IDAT", packed_rows(frames[0])))
        pixels = packed_rows(frames[1])
        for number in range(1, 50_001):
            parts.append(frame_control(2 * number - 1, (1, 1), disposal=2, blend=1))
            parts.append(png_chunk(b"fdAT", struct.pack(">I", 2 * number) + pixels))
        data = b"".join([*parts, END])
    began = time.process_time()
    assert decode(data).frames == 50_001
    assert time.process_time() - began < 15


def test_a_frame_larger_than_the_limit_is_refused_before_it_is_decoded() -> None:
    data = bytearray(animated("GIF", [DRAWN, DRAWN.rotate(180)]))
    stored = take_apart(bytes(data))
    assert stored is not None
    place = data.rindex(b"\x2c\0\0\0\0")
    data[place + 5 : place + 9] = struct.pack("<HH", 60_000, 60_000)
    assert decode(bytes(data)).frames == 2
    data[6:10] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(PictureError, match="pixels"):
        decode(bytes(data))
