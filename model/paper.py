"""The paper's experiment: Kusuma, Natalia, Ko, Sudirman, ICIC Express Letters B 15(3), 2024.

750 pictures to learn from and 250 to be judged on, crop 1:1, 256x256, flip, rotate, zoom, ImageNet
weights, RMSprop at 0.001, binary cross entropy, 100 epochs. What the paper leaves open is set here and
said in the report: which layers learn, the batch, the amounts of augmentation, the seed.
"""

import csv
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.backbones import build_backbone, scaled, scaling
from model.pixels import Pixels
from model.progress import Progress
from model.samples import Sample

Say = Callable[[str], None]
SIZE = 256
EPOCHS = 100
BATCH = 32
COPIES = 5  # of each picture, the first as it is, the rest flipped, rotated, zoomed
# The paper does not say which layers learn. Here those beyond these: what lies before them is computed
# once for each copy, so that 100 epochs fit a machine of two cores.
CUTS = {
    "mobilenet_v2": "block_15_add",
    "mobilenet_v3": "expanded_conv_13_add",
    "mobilenet_v3_minimalistic": "expanded_conv_13_add",
}


@dataclass(frozen=True, slots=True)
class PaperOutcome:
    """What the network said of the 250, and how it learnt."""

    scores: NDArray[np.float64]
    curves: list[dict[str, float]]
    cut: str
    seconds: float


def train_paper(
    backbone: str,
    weights: str | None,
    learn: Sequence[tuple[int, Sample]],
    judge: Sequence[tuple[int, Sample]],
    *,
    pixels: Pixels,
    folder: Path,
    epochs: int,
    seed: int,
    say: Say,
) -> PaperOutcome:
    """Train by the paper's recipe on `learn` and score `judge`; resumes what `folder` holds."""
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    bottom, top = _build(backbone, weights)
    maps = _maps(bottom, learn, pixels, place=folder / "maps.npy", copies=COPIES, say=say)
    tests = _maps(bottom, judge, pixels, place=folder / "test-maps.npy", copies=1, say=say)[:, 0]
    labels = np.array([[float(sample.is_ai)] for _, sample in learn], dtype=np.float32)
    truth = np.array([[float(sample.is_ai)] for _, sample in judge], dtype=np.float32)
    started = time.monotonic()
    top.compile(keras.optimizers.RMSprop(0.001), loss="binary_crossentropy", metrics=["accuracy"])
    top.fit(
        Copies(maps, labels, seed),
        validation_data=(tests.astype(np.float32), truth),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
            keras.callbacks.CSVLogger(str(folder / "epochs.csv"), append=True),
            TimeLeft(epochs, say),
        ],
    )
    scores = top.predict(tests.astype(np.float32), batch_size=BATCH, verbose=0)[:, 0].astype(np.float64)
    np.save(folder / "scores.npy", scores)
    with (folder / "epochs.csv").open(newline="", encoding="utf-8") as file:
        curves = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    return PaperOutcome(scores, curves, CUTS[backbone], time.monotonic() - started)


class Copies(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no types
    """Batches of one epoch: every picture once, in a random one of its copies."""

    def __init__(self, maps: Any, labels: NDArray[np.float32], seed: int) -> None:
        super().__init__()
        self._maps, self._labels, self._seed = maps, labels, seed
        self._epoch = 0

    def __len__(self) -> int:
        return math.ceil(len(self._labels) / BATCH)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        rng = np.random.default_rng([self._seed, self._epoch])
        order, copy = rng.permutation(len(self._labels)), rng.integers(0, COPIES, len(self._labels))
        some = order[number * BATCH : (number + 1) * BATCH]
        return self._maps[some, copy[some]].astype(np.float32), self._labels[some]

    def on_epoch_end(self) -> None:
        """Turn to the next epoch's order and copies."""
        self._epoch += 1


def _maps(
    bottom: Any, pairs: Sequence[tuple[int, Sample]], pixels: Pixels, *, place: Path, copies: int, say: Say
) -> Any:
    """Give the maps at the cut (n, copies, h, w, c) of all copies, as kept in `place` or computed."""
    if place.exists():
        return np.load(place, mmap_mode="r")
    rows: list[Any] = []
    progress = Progress(place.stem, len(pairs), say)
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
    """Give the measure of Hasler and Suesstrunk (2003); 0 is grey, above 80 very colourful."""
    red, green, blue = (rgb[..., channel].astype(np.float64) for channel in range(3))
    first, second = red - green, (red + green) / 2 - blue
    deviation = np.hypot(first.std(), second.std())
    return float(deviation + 0.3 * np.hypot(first.mean(), second.mean()))


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
    pooled = keras.layers.GlobalAveragePooling2D()(beyond(maps))
    score = keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dropout(0.2)(pooled))
    return bottom, keras.Model(maps, score)


class TimeLeft(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Say after each tenth epoch how it went and how long the rest will take."""

    def __init__(self, epochs: int, say: Say) -> None:
        super().__init__()
        self._epochs, self._say = epochs, say
        self._started, self._first = 0.0, -1

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note where this run began: a resumed one does not begin at the first epoch."""
        if self._first < 0:
            self._started, self._first = time.monotonic(), epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Say accuracy and time left."""
        if (epoch + 1) % 10 and epoch + 1 != self._epochs:
            return
        each = (time.monotonic() - self._started) / (epoch + 1 - self._first)
        left = each * (self._epochs - epoch - 1) / 60
        seen = (logs or {}).get("val_accuracy", 0.0)
        self._say(f"epoch {epoch + 1} of {self._epochs}: test accuracy {seen:.3f}, {left:.1f} min left")
