"""Training over many epochs, so that an interrupted run continues as if it had not been."""

import csv
import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Say = Callable[[str], None]
Change = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]
_BACKUP, _CURVES = "backup", "epochs.csv"


class Batches(keras.utils.PyDataset, ABC):  # type: ignore[misc]  # Keras has no types
    """Batches of one epoch: every picture once, changed at random. Subclasses say how."""

    def __init__(self, labels: NDArray[np.float32], seed: int, *, batch: int, workers: int = 1) -> None:
        super().__init__(workers=workers)
        self._labels, self._seed, self._batch = labels, seed, batch
        self._epoch = 0

    def go_on(self, epoch: int) -> None:
        """Begin with this epoch's order and copies."""
        self._epoch = epoch

    def __len__(self) -> int:
        return math.ceil(len(self._labels) / self._batch)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        rng = np.random.default_rng([self._seed, self._epoch])
        order = rng.permutation(len(self._labels))
        some = order[number * self._batch : (number + 1) * self._batch]
        return self._changed(some, rng).astype(np.float32), self._labels[some]

    def on_epoch_end(self) -> None:
        """Turn to the next epoch's order and copies."""
        self._epoch += 1

    @abstractmethod
    def _changed(self, some: NDArray[np.int64], rng: np.random.Generator) -> Any:
        """The rows of these pictures; `rng` belongs to the epoch, and has drawn its order."""


class Copies(Batches):
    """Shows each picture in one of the copies whose maps (n, copies, …) were computed before."""

    def __init__(self, maps: Any, labels: NDArray[np.float32], seed: int, *, batch: int) -> None:
        super().__init__(labels, seed, batch=batch)
        self._maps = maps

    def _changed(self, some: NDArray[np.int64], rng: np.random.Generator) -> Any:
        copy = rng.integers(0, self._maps.shape[1], len(self._labels))
        return self._maps[some, copy[some]]


class FreshCopies(Batches):
    """Shows each picture, (h, w, 3) of 0..255, as `change` makes it anew in every epoch."""

    def __init__(
        self,
        pictures: NDArray[np.uint8],
        labels: NDArray[np.float32],
        seed: int,
        change: Change,
        *,
        batch: int,
    ) -> None:
        super().__init__(labels, seed, batch=batch, workers=4)
        self._pictures, self._change = pictures, change

    def _changed(self, some: NDArray[np.int64], rng: np.random.Generator) -> Any:
        seeds = rng.integers(0, 2**63, len(self._labels))
        return np.stack([self._change(self._pictures[n], np.random.default_rng(seeds[n])) for n in some])


def fit(
    network: Any,
    copies: Batches,
    judged: tuple[NDArray[np.float32], NDArray[np.float32]],
    *,
    folder: Path,
    epochs: int,
    say: Say,
) -> None:
    """Fit a compiled network for so many epochs in all, after those that `folder` holds already.

    Keras restores weights and optimizer; the order of the pictures, the choice of copies and the dropout
    are taken up here where they were.
    """
    done = _epochs_done(folder)
    if done:
        say(f"continuing after epoch {done}")
    copies.go_on(done)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dropout):
            state = layer.seed_generator.state  # (seed, how many were drawn): one for each batch
            state.assign(keras.ops.add(state, keras.ops.cast([0, done * len(copies)], state.dtype)))
    network.fit(
        copies,
        validation_data=judged,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras.callbacks.CSVLogger(str(folder / _CURVES), append=True),
            # The one before is kept as well: a run may be cut while it writes.
            keras.callbacks.BackupAndRestore(
                str(folder / _BACKUP), delete_checkpoint=False, double_checkpoint=True
            ),
            TimeLeft(epochs, say),
        ],
    )


def read_curves(folder: Path) -> list[dict[str, float]]:
    """Read loss and accuracy of each epoch."""
    with (folder / _CURVES).open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def _epochs_done(folder: Path) -> int:
    """Read how many epochs the checkpoint is past, and forget curves beyond them."""
    place, curves = folder / _BACKUP / "training_metadata.json", folder / _CURVES
    done = int(json.loads(place.read_text(encoding="utf-8"))["epoch"]) if place.is_file() else 0
    if curves.is_file():
        lines = curves.read_text(encoding="utf-8").splitlines(keepends=True)
        curves.write_text("".join(lines[: done + 1] if done else []), encoding="utf-8")
    return done


class TimeLeft(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Reports after each tenth epoch how it went and how long the rest will take."""

    def __init__(self, epochs: int, say: Say) -> None:
        super().__init__()
        self._epochs, self._say = epochs, say
        self._started, self._first = 0.0, -1

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note where this run began: a resumed one does not begin at the first epoch."""
        if self._first < 0:
            self._started, self._first = time.monotonic(), epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Report accuracy and time left."""
        if (epoch + 1) % 10 and epoch + 1 != self._epochs:
            return
        each = (time.monotonic() - self._started) / (epoch + 1 - self._first)
        left = each * (self._epochs - epoch - 1) / 60
        seen = (logs or {}).get("val_accuracy", 0.0)
        self._say(f"epoch {epoch + 1} of {self._epochs}: test accuracy {seen:.3f}, {left:.1f} min left")
