"""The paper's experiment: Kusuma, Natalia, Ko, Sudirman, ICIC Express Letters B 15(3), 2024.

750 pictures to learn from and 250 to be judged on, crop 1:1, 256x256, flip, rotate, zoom, ImageNet
weights, RMSprop at 0.001, binary cross entropy, 100 epochs. What the paper leaves open is set here and
said in the report: which layers learn, the batch, the amounts of augmentation, the seed.
"""

import csv
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
from model.samples import Sample

Say = Callable[[str], None]
SIZE = 256
EPOCHS = 100
BATCH = 32
OPEN_FROM = {  # the paper does not say which layers learn; these fit the time of a small machine
    "mobilenet_v2": "block_13",
    "mobilenet_v3": "expanded_conv_11",
    "mobilenet_v3_minimalistic": "expanded_conv_11",
}


@dataclass(frozen=True, slots=True)
class PaperOutcome:
    """What the network said of the 250, and how it learnt."""

    scores: NDArray[np.float64]
    curves: list[dict[str, float]]
    open_from: str
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
    network = _build(backbone, weights)
    network.compile(
        keras.optimizers.RMSprop(0.001), loss="binary_crossentropy", metrics=["accuracy"], jit_compile=False
    )
    views = np.stack([squared(pixels[number]) for number, _ in learn])
    labels = np.array([[float(sample.is_ai)] for _, sample in learn], dtype=np.float32)
    tests = np.stack([squared(pixels[number]) for number, _ in judge])
    truth = np.array([[float(sample.is_ai)] for _, sample in judge], dtype=np.float32)
    started = time.monotonic()
    network.fit(
        views,
        labels,
        validation_data=(tests, truth),
        batch_size=BATCH,
        epochs=epochs,
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
            keras.callbacks.CSVLogger(str(folder / "epochs.csv"), append=True),
            TimeLeft(epochs, say),
        ],
    )
    scores = network.predict(tests, batch_size=BATCH, verbose=0)[:, 0].astype(np.float64)
    np.save(folder / "scores.npy", scores)
    with (folder / "epochs.csv").open(newline="", encoding="utf-8") as file:
        curves = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    return PaperOutcome(scores, curves, OPEN_FROM[backbone], time.monotonic() - started)


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


def _build(backbone: str, weights: str | None) -> Any:
    pixels = keras.Input((SIZE, SIZE, 3))
    turned = keras.layers.RandomFlip("horizontal")(pixels)
    turned = keras.layers.RandomRotation(0.05, fill_mode="reflect")(turned)
    turned = keras.layers.RandomZoom((-0.15, 0.15), fill_mode="reflect")(turned)
    base = build_backbone(backbone, SIZE, weights)
    is_open = False
    for layer in base.layers:
        is_open = is_open or layer.name.startswith(OPEN_FROM[backbone])
        # Statistics of batch normalisation stay ImageNet's: 24 batches an epoch estimate them badly.
        layer.trainable = is_open and not isinstance(layer, keras.layers.BatchNormalization)
    features = base(scaled(turned, scaling(weights)))
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    score = keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dropout(0.2)(pooled))
    return keras.Model(pixels, score)


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
