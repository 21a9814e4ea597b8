"""The invisible watermark of Stable Diffusion's and FLUX's own scripts (invisible-watermark, method dwtDct).

The method (ShieldMnt/invisible-watermark, `imwatermark/maxDct.py`; no transform beyond one Haar step,
for all its name): in the half-size average of the colour difference U, cut into blocks of 4 x 4, the
strongest value of each block is set to a quarter or three quarters of a step of 36, for a bit of the
message, block by block, row by row, the message over and over.

Who reads it back by majority, bit by bit, misses pictures whose flat areas vote alike. Here the mean
votes of all bits are correlated with each known message: unmarked pictures scatter about zero by one
over the root of the bits. Any scaling, and any lossy saving, destroys the watermark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.containers.pixels import Array
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.errors import RecordError

_STEP = 36.0
_BLOCK = 4
_LOOK_AT = 1 << 17  # pixels, from the top: thousands of votes, at a fraction of the cost of them all
_SMALLEST = 256  # the encoder refuses smaller sides
_GRID = 8  # generators draw sizes that are multiples of eight, and scaling destroys the watermark
# The encoders' colour difference is centred on 128 in bytes (CompVis' scripts) and on 0.5 in floats
# (diffusers), and one of them once took red for blue.
_CENTRES = (128.0, 0.5)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a generator embeds; a correlation of `least` makes it found."""

    name: str
    bits: NDArray[np.uint8]
    least: float


def _text_bits(text: bytes) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(text, np.uint8))


_SDXL = 0b101100111110110010010000011110111011000110011110
# black-forest-labs/flux, `util.py`, and flux2, `watermark.py`: 48 bits, embedded as `bin()` prints them, so
# without the two zeros that they begin with.
_FLUX = 0b001010101111111010000111100111001111010100101110
MESSAGES = (
    Message("Stable Diffusion 1", _text_bits(b"StableDiffusionV1"), 0.6),
    Message("Stable Diffusion 2", _text_bits(b"SDV2"), 0.85),
    Message("Stable Diffusion XL", _text_bits(_SDXL.to_bytes(6, "big")), 0.75),
    Message("FLUX", _text_bits(_FLUX.to_bytes(6, "big"))[2:], 0.75),
)


def find_watermark(rgb: Array) -> tuple[Message, float] | None:
    """Find a known message in the upper rows of a picture, uint8 (h, w, 3), full width.

    Gives the message and its correlation, 0..1; None where there is none.
    """
    found = [(message, value) for message, value in correlations(rgb) if value >= message.least]
    return max(found, key=lambda pair: pair[1], default=None)


def correlations(rgb: Array) -> list[tuple[Message, float]]:
    """How well the votes of a picture's upper rows fit each message, at best of all encoders."""
    votes = [_votes(difference) for difference in _differences(_averages(rgb))]
    return [(message, max(_correlation(one, message.bits) for one in votes)) for message in MESSAGES]


def rows_looked_at(width: int, height: int) -> int:
    """The number of upper rows of a picture that are looked at."""
    return min(height, max(_LOOK_AT // width // _GRID, 4) * _GRID)


def _averages(rgb: Array) -> NDArray[np.float32]:
    """The Haar averages of all channels (h/2, w/2, 3): sums of 2 x 2 over two."""
    height, width = (side // 4 * 4 for side in rgb.shape[:2])
    area = rgb[:height, :width, :3].astype(np.uint16)
    rows = area[0::2] + area[1::2]
    return (rows[:, 0::2] + rows[:, 1::2]).astype(np.float32) / np.float32(2)


def _differences(averages: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The averages of U as each encoder sees them; a centre counts twice in a sum over two."""
    found = []
    for weights, blue in (((0.299, 0.587, 0.114), 2), ((0.114, 0.587, 0.299), 0)):
        luma = averages @ np.array(weights, np.float32)
        difference = (averages[:, :, blue] - luma) * np.float32(0.492)
        found += [difference + np.float32(2 * centre) for centre in _CENTRES]
    return found


def _votes(difference: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let each block vote: 1 where its strongest value lies in the upper half of a step."""
    rows, columns = (side // _BLOCK for side in difference.shape)
    area = difference[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    strength = np.abs(area.transpose(0, 2, 1, 3).reshape(rows * columns, _BLOCK * _BLOCK)[:, 1:])
    strongest = strength.max(axis=1)
    return np.asarray(strongest % _STEP > _STEP / 2, dtype=np.float32)


def _correlation(votes: NDArray[np.float32], bits: NDArray[np.uint8]) -> float:
    turns = votes.size // bits.size
    if turns < 4:
        return 0.0
    means = votes[: turns * bits.size].reshape(turns, bits.size).mean(axis=0) - votes.mean()
    signs = bits - bits.mean()
    spread = float(np.sqrt((means**2).sum() * (signs**2).sum()))
    return float((means * signs).sum()) / spread if spread > 1e-6 else 0.0


def _read(sources: Sources) -> Looked:
    looked = Looked()
    image = sources.image
    if not image.lossless or image.format not in {"png", "webp"}:
        looked.note("Not a lossless PNG or WebP, so the watermark could not have survived.")
        return looked
    sides = (image.width, image.height)
    if min(sides) < _SMALLEST or any(side % _GRID for side in sides):
        looked.note("The size does not match what these generators produce.")
        return looked
    try:
        found = find_watermark(sources.pixels.left(image.width, rows_looked_at(*sides)))
    except RecordError as error:
        looked.note(f"The pixels could not be read: {error}.")
        return looked
    if found is None:
        looked.note("No known watermark.")
        return looked
    message, correlation = found
    looked.add(
        EvidenceKind.WATERMARK,
        Grade.DECLARED,
        Label.AI,
        say(EvidenceDetail.WATERMARK_FOUND, maker=message.name, correlation=round(correlation, 2)),
        generator=message.name,
    )
    return looked


READER = Reader(
    "watermark",
    "the invisible watermark of Stable Diffusion's and FLUX's own scripts, in the upper rows of the pixels",
    EvidenceKind.WATERMARK,
    _read,
    only_records=False,
)
