"""The rows that the native look learns from: crops of originals, as they are and processed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from model.data.estimates import Say
from model.data.sample_pixels import MAX_PIXELS
from model.data.samples import Sample
from model.serving.native import COUNT, MOST, SIDE, Rgb, cell_of, is_lossless, native_crops
from model.serving.picture import PictureError, decode_at_scale, decode_picture, read_size
from model.training.extract import read_each
from model.training.feature_reading import Read
from model.training.head import Features
from model.training.processing import KINDS, process, window

_TILE = "#tile="  # in a manifest's path: a part of a grid, which has no file of its own


@dataclass(frozen=True, slots=True)
class Original:
    """A sample's file at its own scale: the sample's place among all, and the picture's place in `CELLS`."""

    sample: int
    path: Path
    cell: int


def find_originals(samples: Sequence[Sample], folder: Path | None) -> list[Original]:
    """Find the files at their own scale that are large enough for the native look, and not too large.

    In a folder each is called by the first 16 digits of its SHA-256 and its format; the manifest has the
    columns `sha256`, `format` and `path`. Without a folder the samples' own files are the originals.
    """
    found = []
    for number, sample in enumerate(samples):
        path = sample.path if folder is None else _named(sample, folder)
        if path is not None and path.is_file() and (cell := _cell(path)) >= 0:
            found.append(Original(number, path, cell))
    return found


def _named(sample: Sample, folder: Path) -> Path | None:
    sha256, kind = (sample.facets.get(name, "") for name in ("sha256", "format"))
    if not sha256 or not kind or _TILE in sample.facets.get("path", ""):
        return None
    return folder / f"{sha256[:16]}.{kind.lower()}"


def _cell(path: Path) -> int:
    data = path.read_bytes()
    try:
        kind, width, height = read_size(data)
    except PictureError:
        return -1
    return -1 if width * height > MOST else cell_of(width, height, lossless=is_lossless(data, kind))


def read_native(read: Read, originals: Sequence[Original], place: Path, say: Say) -> Features:
    """Read the features (n, d) of the originals' crops, and keep them in a file; a cut run goes on."""
    return _read(read, originals, _clean, place, say)


def read_processed(
    read: Read, samples: Sequence[Sample], originals: Sequence[Original], *, seed: int, place: Path, say: Say
) -> Features:
    """Read the features (n, d) of one processed copy of each; its kind is drawn whatever the label."""

    def crops(original: Original) -> Rgb:
        rng = np.random.default_rng([seed, samples[original.sample].number])
        rgb = np.asarray(window(decode_at_scale(original.path.read_bytes(), max_pixels=MOST), rng))
        kind = list(KINDS)[int(rng.integers(len(KINDS)))]
        found = native_crops(Image.fromarray(process(rgb, kind, rng)))
        return np.zeros((COUNT, SIDE, SIDE, 3), np.uint8) if found is None else found

    return _read(read, originals, crops, place, say)


def _clean(original: Original) -> Rgb:
    look = decode_picture(original.path.read_bytes(), max_pixels=MAX_PIXELS, looks_native=True).native
    return np.zeros((COUNT, SIDE, SIDE, 3), np.uint8) if look is None else look.crops


def _read(
    read: Read, originals: Sequence[Original], crops: Callable[[Original], Rgb], place: Path, say: Say
) -> Features:
    return read_each(
        read, lambda number: list(crops(originals[number])), len(originals), place=place, say=say
    )
