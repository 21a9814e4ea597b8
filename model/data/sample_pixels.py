"""Decoded pictures in one file, so that training decodes each of them once."""

import json
import mmap
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data.estimates import ProgressReport
from model.data.samples import Sample, SamplesError, digest
from model.serving.picture import PictureError, decode_picture

MAX_PIXELS = 200_000_000  # our own data; no one attacks it


class SamplePixels:
    """A read-only row of pictures, uint8 (h, w, 3) each."""

    def __init__(self, path: Path, places: list[tuple[int, int, int]]) -> None:
        self._places = places
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> NDArray[np.uint8]:
        start, height, width = self._places[index]
        flat = np.frombuffer(self._bytes, dtype=np.uint8, count=height * width * 3, offset=start)
        return flat.reshape(height, width, 3)


def open_pixels(samples: Sequence[Sample], folder: Path, say: Callable[[str], None]) -> SamplePixels:
    """Decode all samples into a file in `folder`, or open the one that an earlier run left there.

    Errors: `SamplesError` naming the file of a sample that cannot be decoded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"pixels-{digest(samples)[:16]}"
    data, index = folder / f"{stem}.bin", folder / f"{stem}.json"
    order = [sample.name for sample in samples]
    if index.exists():
        known = dict(zip(*json.loads(index.read_text()), strict=True))
        return SamplePixels(data, [tuple(known[name]) for name in order])
    draft = data.with_suffix(".draft")
    places, start = [], 0
    progress = ProgressReport("decoded", len(samples), say)
    with draft.open("wb") as file:
        for number, sample in enumerate(samples):
            try:
                rgb = decode_picture(sample.path.read_bytes(), max_pixels=MAX_PIXELS).rgb
            except PictureError as error:
                raise SamplesError(f"{sample.path}: {error}") from error
            file.write(np.ascontiguousarray(rgb).tobytes())
            places.append((start, rgb.shape[0], rgb.shape[1]))
            start += rgb.size
            progress.reach(number + 1)
    draft.rename(data)
    index.write_text(json.dumps([order, places]))
    return SamplePixels(data, places)
