"""Rows inflated in part, by ISA-L, are what Pillow makes of the whole picture by zlib."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from provenance.containers.containers import open_image
from provenance.containers.pixels import Pixels, rgb_bytes
from provenance.containers.png_rows import PngRows
from provenance.shared.errors import RecordError
from tests.provenance.writing import PNG_SIGNATURE, drawing, pillow_png, png_chunk
from tests.provenance.writing import Pixels as Array


def in_pieces(data: bytes, random_: random.Random) -> bytes:
    """Cut the pixels of a PNG into IDAT chunks of odd sizes, empty ones among them."""
    image = zlib_stream(data)
    out, at = data[: data.index(b"IDAT") - 4], 0
    while at < len(image):
        size = random_.choice((0, 1, 7, 300, 5000, 70_000))
        out += png_chunk(b"IDAT", image[at : at + size])
        at += size
    return out + png_chunk(b"IEND", b"")


def zlib_stream(data: bytes) -> bytes:
    at, out = len(PNG_SIGNATURE), b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        out += data[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return out


def by_pillow(data: bytes) -> Array | None:
    try:
        return np.asarray(Image.open(io.BytesIO(data), formats=("PNG",)))
    except (OSError, SyntaxError, ValueError):
        return None


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("strategy", [0, 1, 2, 3, 4])
def test_streams_of_every_making_are_read(level: int, strategy: int) -> None:
    """Stored, fixed and dynamic blocks, Huffman codes alone, runs; flushed, and in small windows."""
    random_ = random.Random(10 * level + strategy)
    for pixels in (drawing(60, 90, channels=4), np.zeros((300, 40, 4), np.uint8)):
        filtered = np.concatenate([np.zeros((len(pixels), 1), np.uint8), pixels.reshape(len(pixels), -1)], 1)
        machine = zlib.compressobj(
            level, zlib.DEFLATED, random_.randrange(9, 16), random_.randrange(1, 10), strategy
        )
        body = filtered.tobytes()
        at = random_.randrange(len(body))
        stream = machine.compress(body[:at]) + machine.flush(random_.choice((0, 2, 3)))
        stream += machine.compress(body[at:]) + machine.flush()
        size = struct.pack(">II5B", pixels.shape[1], len(pixels), 8, 6, 0, 0, 0)
        data = PNG_SIGNATURE + png_chunk(b"IHDR", size) + png_chunk(b"IDAT", stream) + png_chunk(b"IEND", b"")
        looked = Pixels(open_image(data), 10**6)
        assert np.array_equal(looked.left(2), pixels[:, :2])
        assert np.array_equal(looked.whole(), pixels)


@pytest.mark.parametrize("kept", [0, 20_000, 16 * 2**20])
def test_rows_asked_for_in_any_order_are_pillows(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where rows went by that were not kept, and the stream must be read once more."""
    monkeypatch.setattr("provenance.containers.png_rows.KEPT", kept)
    random_ = random.Random(kept)
    noise = np.random.default_rng(3).integers(0, 256, (97, 211, 4), np.uint8)
    for pixels in (noise, drawing(211, 97, channels=4), drawing(211, 97), drawing(1, 700), drawing(900, 1)):
        data = in_pieces(pillow_png(pixels), random_)
        looked = Pixels(open_image(data), 10**6)
        for _ in range(12):
            columns = random_.choice((1, 2, 50, pixels.shape[1]))
            rows = random_.choice((1, 3, 64, pixels.shape[0]))
            assert np.array_equal(looked.left(columns, rows), pixels[:rows, :columns])
        assert np.array_equal(looked.whole(), pixels)
        assert rgb_bytes(looked.whole()) == pixels[:, :, :3].tobytes()


@pytest.mark.slow
def test_damaged_pixels_are_refused_or_are_pillows() -> None:
    """Pillow also minds the checksum behind the last row, which no reader needs."""
    random_ = random.Random(5)
    good = bad = 0
    for number in range(300):
        data = bytearray(pillow_png(drawing(40, 60, channels=4, seed=number % 7)))
        start, end = data.index(b"IDAT") + 4, len(data) - 16
        at = random_.randrange(start, end)
        data[at] ^= 1 << random_.randrange(8)
        data[end : end + 4] = zlib.crc32(data[start - 4 : end]).to_bytes(4, "big")
        wanted = by_pillow(bytes(data))
        try:
            found = Pixels(open_image(bytes(data)), 10**6).whole()
        except RecordError:
            found = None
        if wanted is not None:
            assert found is not None, number
            assert np.array_equal(found, wanted), number
        good += wanted is not None
        bad += found is None
    assert bad > 25


def test_a_bomb_of_rows_is_inflated_no_further_than_asked() -> None:
    """A header of 10 megapixels whose rows are 40 MB of zeros in 40 KB: the corner costs a block."""
    width, height = 4000, 2500
    header = struct.pack(">II5B", width, height, 8, 6, 0, 0, 0)
    machine = zlib.compressobj(9)
    stream = b"".join(machine.compress(bytes(1 + 4 * width)) for _ in range(height)) + machine.flush()
    data = PNG_SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", stream) + png_chunk(b"IEND", b"")
    rows = PngRows.of(open_image(data))
    assert rows is not None
    rows.cut(8, 8)
    assert rows.inflated == 8 * (1 + 4 * width)
