"""The rows that the native look learns from besides: copies that a network enlarged, of both labels alike.

Waifu2x and Real-ESRGAN draw new detail, and people use them on drawings. What they leave behind must not
count as a sign of a generated picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.vocabulary import Label
from model.data.estimates import Say
from model.data.samples import Sample, SamplesError
from model.serving.native import COUNT, SIDE, Rgb, native_crops
from model.training.extract import read_each
from model.training.feature_reading import Read
from model.training.head import Features
from model.training.native_rows import Original, choose_pictures


@dataclass(frozen=True, slots=True)
class Enlarged:
    """An enlarged copy: the place of its sample among all, and its file."""

    sample: int
    path: Path


def find_enlarged(
    samples: Sequence[Sample], originals: Sequence[Original], folder: Path | None
) -> list[Enlarged]:
    """Find the enlarged copies `folder`/KIND/ORIGINAL.png, the same number of both labels for each kind.

    If one label had more, the head would take what enlarging leaves behind for a sign of it. Errors:
    `SamplesError` if no kind in the folder has copies of both labels.
    """
    found: list[Enlarged] = []
    if folder is None:
        return found
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        there = [one for one in originals if _copy(kind, one).is_file()]
        labels = [choose_pictures(samples, there, len(there), label) for label in Label]
        found += [
            Enlarged(one.sample, _copy(kind, one)) for pair in zip(*labels, strict=False) for one in pair
        ]
    if not found:
        raise SamplesError(f"{folder} has no kind of enlargement, as KIND/ORIGINAL.png, with both labels")
    return found


def read_enlarged(read: Read, enlarged: Sequence[Enlarged], place: Path, say: Say) -> Features:
    """Read the features (n, d) of the copies' crops, and keep them in a file; a cut run goes on."""

    def crops(number: int) -> list[Rgb]:
        with Image.open(enlarged[number].path) as image:
            found = native_crops(image.convert("RGB"))
        return list(np.zeros((COUNT, SIDE, SIDE, 3), np.uint8) if found is None else found)

    return read_each(read, crops, len(enlarged), place=place, say=say)


def _copy(kind: Path, original: Original) -> Path:
    return kind / f"{original.path.stem}.png"
