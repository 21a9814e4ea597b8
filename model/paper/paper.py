"""The paper's experiment: Kusuma, Natalia, Ko, Sudirman, ICIC Express Letters B 15(3), 2024.

750 pictures to learn from and 250 to be judged on, crop 1:1, 256x256, flip, rotate, zoom, ImageNet
weights, RMSprop at 0.001, binary cross entropy, 100 epochs. What the paper leaves open is set here and
said in the report: which layers learn, the batch, the amounts of augmentation, the seed. Either all layers
learn, from pictures changed anew in each epoch, or the last ones, from maps that are computed once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.estimates import ProgressReport
from model.data.sample_pixels import SamplePixels
from model.data.samples import Sample
from model.paper.fused_norm import relearn_norms
from model.paper.paper_fit import Batches, Copies, FreshCopies, fit, read_curves
from model.training.backbones import build_backbone, scaled, scaling

Say = Callable[[str], None]
SIZE = 256
EPOCHS = 100
BATCH = 32
# Keras' MobileNets use 0.999, which suits ImageNet's thousands of batches an epoch. Here an epoch has 24, and
# the weights move so fast that the running statistics lag behind. At 0.99, after 13 epochs, the network was
# right on 91 % with each batch's own statistics, and on 73 % with the running ones.
NORM_MOMENTUM = 0.9
COPIES = 5  # of each picture, the first as it is, the rest flipped, rotated, zoomed
# Where the last layers learn, they are those beyond these: what lies before them is computed once for each
# copy, so that 100 epochs fit a machine of two cores.
CUTS = {
    "mobilenet_v2": "block_15_add",
    "mobilenet_v3": "expanded_conv_13_add",
    "mobilenet_v3_minimalistic": "expanded_conv_13_add",
}


class TrainedLayers(StrEnum):
    """Which layers of the network learn: the paper does not say."""

    ALL = "all"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class PaperOutcome:
    """What the network said of the 250, and how it learnt; `cut` is the last frozen layer, if any."""

    scores: NDArray[np.float64]
    curves: list[dict[str, float]]
    cut: str | None
    seconds: float


def train_paper(
    backbone: str,
    weights: str | None,
    learn: Sequence[tuple[int, Sample]],
    judge: Sequence[tuple[int, Sample]],
    *,
    pixels: SamplePixels,
    folder: Path,
    layers: TrainedLayers,
    epochs: int,
    seed: int,
    say: Say,
) -> PaperOutcome:
    """Train by the paper's recipe on `learn` and score `judge`; resumes what `folder` holds."""
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    labels = np.array([[float(sample.is_ai)] for _, sample in learn], dtype=np.float32)
    truth = np.array([[float(sample.is_ai)] for _, sample in judge], dtype=np.float32)
    batches: Batches
    if layers is TrainedLayers.ALL:
        network = _build_whole(backbone, weights)
        batches = FreshCopies(_squares(learn, pixels), labels, seed, _turned, batch=BATCH)
        tests = _squares(judge, pixels)
    else:
        bottom, network = _build(backbone, weights)
        maps = _maps(bottom, learn, pixels, place=folder / "maps.npy", copies=COPIES, say=say)
        batches = Copies(maps, labels, seed, batch=BATCH)
        tests = _maps(bottom, judge, pixels, place=folder / "test-maps.npy", copies=1, say=say)[:, 0]
    judged = tests.astype(np.float32)
    started = time.monotonic()
    network.compile(keras.optimizers.RMSprop(0.001), loss="binary_crossentropy", metrics=["accuracy"])
    fit(network, batches, (judged, truth), folder=folder, epochs=epochs, say=say)
    scores = network.predict(judged, batch_size=BATCH, verbose=0)[:, 0].astype(np.float64)
    np.save(folder / "scores.npy", scores)
    cut = None if layers is TrainedLayers.ALL else CUTS[backbone]
    return PaperOutcome(scores, read_curves(folder), cut, time.monotonic() - started)


def _squares(pairs: Sequence[tuple[int, Sample]], pixels: SamplePixels) -> NDArray[np.uint8]:
    """The pictures, cropped and scaled: (n, 256, 256, 3)."""
    return np.stack([squared(pixels[number]) for number, _ in pairs])


def _maps(
    bottom: Any,
    pairs: Sequence[tuple[int, Sample]],
    pixels: SamplePixels,
    *,
    place: Path,
    copies: int,
    say: Say,
) -> Any:
    """The maps at the cut (n, copies, h, w, c) of all copies, read from `place` or computed."""
    if place.exists():
        return np.load(place, mmap_mode="r")
    rows: list[Any] = []
    progress = ProgressReport(place.stem, len(pairs), say)
    for number, sample in pairs:
        plain = squared(pixels[number])
        rng = np.random.default_rng(sample.number)  # the same copies, whatever the seed of the training
        views = np.stack([plain, *(_turned(plain, rng) for _ in range(copies - 1))]).astype(np.float32)
        rows.append(bottom.predict_on_batch(views).astype(np.float16))
        progress.reach(len(rows))
    np.save(place, np.stack(rows))
    return np.load(place, mmap_mode="r")


def _turned(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Flip, rotate by up to 18 degrees and zoom by up to 15 %, the border mirrored."""
    if rng.random() < 0.5:
        rgb = rgb[:, ::-1]
    border = SIZE // 2
    wide = Image.fromarray(np.pad(rgb, ((border, border), (border, border), (0, 0)), mode="reflect"))
    wide = wide.rotate(rng.uniform(-18, 18), Image.Resampling.BILINEAR)
    half = SIZE / 2 * rng.uniform(0.85, 1.15)
    box = (SIZE - half, SIZE - half, SIZE + half, SIZE + half)
    return np.asarray(wide.resize((SIZE, SIZE), Image.Resampling.BILINEAR, box=box))


def squared(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crop the middle 1:1 and scale it to 256x256."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    image = Image.fromarray(rgb[top : top + side, left : left + side])
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def colourfulness(rgb: NDArray[np.uint8]) -> float:
    """The measure of Hasler and Suesstrunk (2003); 0 is grey, above 80 very colourful."""
    red, green, blue = (rgb[..., channel].astype(np.float64) for channel in range(3))
    first, second = red - green, (red + green) / 2 - blue
    deviation = np.hypot(first.std(), second.std())
    return float(deviation + 0.3 * np.hypot(first.mean(), second.mean()))


def _build_whole(backbone: str, weights: str | None) -> Any:
    """Build the network of which every layer learns, batch normalisation included, as Keras does unasked."""
    pixels = keras.Input((SIZE, SIZE, 3))
    base = relearn_norms(build_backbone(backbone, SIZE, weights), NORM_MOMENTUM)
    return keras.Model(pixels, _scored(base(scaled(pixels, scaling(weights)))))


def _build(backbone: str, weights: str | None) -> tuple[Any, Any]:
    """Build the part before the cut, which is frozen, and the part beyond it, which learns."""
    pixels = keras.Input((SIZE, SIZE, 3))
    base = build_backbone(backbone, SIZE, weights)
    cut = base.get_layer(CUTS[backbone]).output
    bottom = keras.Model(pixels, keras.Model(base.input, cut)(scaled(pixels, scaling(weights))))
    beyond = keras.Model(cut, base.output)
    for layer in beyond.layers:
        # Statistics of batch normalisation stay ImageNet's: 24 batches an epoch estimate them badly.
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    maps = keras.Input(cut.shape[1:])
    return bottom, keras.Model(maps, _scored(beyond(maps)))


def _scored(maps: Any) -> Any:
    """The score, 0..1, of the last maps."""
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    return keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dropout(0.2)(pooled))
