"""Pixels for readers come through the same door as for the classifier: what a browser shows."""

import json
import struct
import zlib

import numpy as np
import pytest

from core.vocabulary import EvidenceKind, Grade
from provenance.containers.containers import open_image
from provenance.containers.pixels import Pixels
from provenance.containers.png_rows import KEPT
from provenance.read import read_provenance
from tests.provenance.making import COMMENT, VERIFY_KEY, envelope, hide, signed
from tests.provenance.writing import Pixels as Area
from tests.provenance.writing import drawing, pillow_png, png, png_chunk, text_chunk

PACKED = png_chunk(b"zTXt", b"notes\0\0" + zlib.compress(b"a" * 1_300_000))


def kinds(data: bytes) -> set[tuple[EvidenceKind, Grade]]:
    return {(item.kind, item.grade) for item in read_provenance(data, verify_key=VERIFY_KEY)}


@pytest.mark.slow
@pytest.mark.parametrize("damage", [PACKED, png_chunk(b"sRGB", b""), PACKED[:-1] + b"\0"])
def test_a_signature_is_verified_although_a_decoder_would_refuse_the_file(damage: bytes) -> None:
    """Larger than the rows that are kept, so that a decoder is given the file's own pixels."""
    pixels = np.repeat(np.repeat(drawing(130, 130, channels=4), 17, axis=0), 17, axis=1)
    assert pixels.size > KEPT
    texts = [text_chunk(key, value) for key, value in envelope(signed(pixels)).items()]
    data = pillow_png(pixels)
    place = data.index(b"IDAT") - 4
    data = data[:place] + b"".join([*texts, damage]) + data[place:]
    assert (EvidenceKind.NOVELAI_SIGNATURE, Grade.PROOF) in kinds(data)


def with_frame(hidden: Area, shown: Area) -> bytes:
    """An APNG whose default image nobody sees."""
    rows = np.concatenate([np.zeros((len(shown), 1), np.uint8), shown.reshape(len(shown), -1)], axis=1)
    height, width = shown.shape[:2]
    control = struct.pack(">5I2H2B", 0, width, height, 0, 0, 1, 10, 0, 0)
    frame = [
        png_chunk(b"fcTL", control),
        png_chunk(b"fdAT", struct.pack(">I", 1) + zlib.compress(rows.tobytes())),
    ]
    return png(hidden, [png_chunk(b"acTL", struct.pack(">II", 1, 0))], frame)


def test_text_is_looked_for_in_the_frame_that_is_shown() -> None:
    plain = drawing(64, 200, channels=4)
    marked = hide(plain, json.dumps(envelope(COMMENT)))
    hidden_text = (EvidenceKind.NOVELAI_STEALTH, Grade.DECLARED)
    assert hidden_text not in kinds(with_frame(marked, plain))
    assert hidden_text in kinds(with_frame(plain, marked))
    assert hidden_text in kinds(png(marked))


def test_rows_are_those_of_the_picture() -> None:
    pixels = drawing(30, 40, channels=4)
    for data in (png(pixels), png(pixels, [PACKED]), with_frame(drawing(30, 40, 4, seed=2), pixels)):
        read = Pixels(open_image(data), 10_000)
        assert np.array_equal(read.left(5), pixels[:, :5])
        assert np.array_equal(read.whole(), pixels)
