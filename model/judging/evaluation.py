"""Evaluating labelled pictures with the production runtime, in every encoding of the report."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.estimates import ProgressReport
from model.data.judged import Judged
from model.data.sample_pixels import MAX_PIXELS
from model.data.samples import Sample
from model.serving.encodings import ORDINARY, Encoding, encode_again
from model.serving.info import WEIGHTS
from model.serving.picture import PictureError, decode_picture
from model.serving.runtime import Classifier
from model.serving.second_look import decides_narrowly, settle

Rgb = NDArray[np.uint8]
UNIFORM = 384  # px; the side of the one size that the proof of confounds uses
_AS_JPEG = Encoding("jpeg 75", "JPEG", 75)
_AS_WEBP = Encoding("webp 90", "WEBP", 90)
_classifier: list[Classifier] = []  # one in each child


@dataclass(frozen=True, slots=True)
class Dresses:
    """Beside the picture as it is: which other forms of it are judged."""

    encodings: bool = True
    confounds: bool = True


def judge_samples(
    samples: Sequence[Sample],
    dresses: Dresses,
    processes: int,
    say: Callable[[str], None],
    weights: Path = WEIGHTS,
) -> list[Judged]:
    """Judge all samples, in order, each process with a classifier of its own, out of the folder `weights`.

    A picture that cannot be decoded is said and left out.
    """
    judged: list[Judged] = []
    progress = ProgressReport("judged", len(samples), say)
    with ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(weights,)
    ) as pool:
        work = pool.map(_judge, samples, [dresses] * len(samples), chunksize=4)
        for number, outcome in enumerate(work, 1):
            if isinstance(outcome, Judged):
                judged.append(outcome)
            else:
                say(outcome)
            progress.reach(number)
    return judged


def _start(weights: Path) -> None:
    _classifier.append(Classifier.load(weights))


def _judge(sample: Sample, dresses: Dresses) -> Judged | str:
    return judge_with(_classifier[-1], sample, dresses)


def judge_with(classifier: Classifier, sample: Sample, dresses: Dresses) -> Judged | str:
    """Judge one sample; give a sentence where it cannot be decoded."""
    try:
        picture = decode_picture(
            sample.path.read_bytes(), max_pixels=MAX_PIXELS, looks_native=classifier.looks_native
        )
    except PictureError as error:
        return f"skipped {sample.name}: {error}"
    rgb = picture.rgb
    native = classifier.look_natively(picture)

    def logit(pixels: Rgb) -> float:
        return classifier.joined_logit(pixels, native)

    first, lines = logit(rgb), classifier.edges
    others: dict[str, Any] = {}
    if dresses.encodings:
        others["encoded"] = {e.name: logit(encode_again(rgb, e)) for e in ORDINARY}
    if dresses.confounds:
        others["uniform"] = logit(made_uniform(rgb))
        others["swapped"] = logit(encode_again(rgb, _AS_JPEG if sample.is_ai else _AS_WEBP))
    width, height = (int(sample.facets.get(name, 0)) for name in ("width", "height"))
    pixels = float(np.log(width * height or picture.width * picture.height))
    said = first
    if decides_narrowly(first, lines, classifier.margin):
        again = others.get("encoded") or {e.name: logit(encode_again(rgb, e)) for e in ORDINARY}
        said = settle(first, list(again.values())).logit
    return Judged(sample, said, lines, first, sharpness(rgb), pixels, **others)


def sharpness(rgb: Rgb) -> float:
    """The logarithm of the variance of the Laplacian of the lightness."""
    grey = rgb.astype(np.float32).mean(axis=2)
    if min(grey.shape) < 3:
        return 0.0
    edges = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(np.log(edges.var() + 1e-3))


def made_uniform(rgb: Rgb) -> Rgb:
    """Cut the middle square, scale it to one size and save it in one codec: what is left tells no format."""
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    image = Image.fromarray(rgb[top : top + side, left : left + side])
    one_size = np.asarray(image.resize((UNIFORM, UNIFORM), Image.Resampling.LANCZOS))
    return encode_again(one_size, _AS_JPEG)
