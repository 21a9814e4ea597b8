"""The classifier at work: LiteRT, numpy and Pillow, no training framework."""

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from core.vocabulary import Classification, Thresholds
from model.encodings import ORDINARY, encode_again
from model.heatmap import activation, paint
from model.info import WEIGHTS, ModelInfo, read_model_info
from model.picture import Picture
from model.views import Scale, ViewPlan, make_views, rescale

Rgb = NDArray[np.uint8]
HEAT_SIZE = 512  # px; the long side of the picture that the heat map is laid over


class Classifier:
    """One loaded network; not safe for threads, meant for one process a core."""

    def __init__(self, info: ModelInfo, interpreter: Interpreter) -> None:
        self._info = info
        self._interpreter = interpreter
        interpreter.allocate_tensors()
        self._plan = ViewPlan(info.view_size, tuple(Scale(short, crops) for short, crops in info.view_scales))
        self._input = interpreter.get_input_details()[0]["index"]
        outputs = {len(item["shape"]): item["index"] for item in interpreter.get_output_details()}
        self._logit, self._map = outputs[2], outputs[4]
        self._shares = np.concatenate([np.full(scale.crops, 1 / scale.crops) for scale in self._plan.scales])
        self._shares /= len(self._plan.scales)  # each scale has the same say, however many its crops

    @classmethod
    def load(cls, folder: Path = WEIGHTS, *, threads: int = 1) -> "Classifier":
        """Load the weights beside `classifier.json`. Errors: `ModelInfoError`, and LiteRT's own."""
        info = read_model_info(folder)
        with _silence():
            interpreter = Interpreter(model_path=str(folder / info.weights), num_threads=threads)
            return cls(info, interpreter)

    @property
    def version(self) -> str:
        """Name the model version."""
        return self._info.version

    @property
    def thresholds(self) -> Thresholds:
        """Give the lines that were set on the validation folds of this model."""
        return self._info.thresholds

    def classify(self, picture: Picture) -> Classification:
        """Score a picture; look again, re-encoded, where the score is near a line.

        `stable` is False where one of the ordinary re-encodings lies on the other side of a line.
        """
        logit = self.logit(picture.rgb)
        stable = not self._is_near(logit) or self._holds(picture.rgb, logit)
        return Classification(_sigmoid(logit), self.version, stable)

    def logit(self, rgb: Rgb) -> float:
        """Give the calibrated logit of pixels (h, w, 3), in nats."""
        slope, intercept = self._info.calibration
        return slope * float(self._shares @ self.view_logits(rgb)) + intercept

    def view_logits(self, rgb: Rgb) -> NDArray[np.float32]:
        """Give the network's own logit of every view."""
        return self._run(make_views(rgb, self._plan))[0]

    def heatmap(self, picture: Picture) -> bytes:
        """Paint where the network saw signs of generation: a PNG over the picture.

        Class activation (Zhou et al. 2016): the last feature map weighed by the last layer, so that
        its mean is the logit itself. Overlapping views at the nearest of the scales that were judged
        are laid over the whole picture and averaged.
        """
        return paint(picture.rgb, self.activation(picture.rgb), HEAT_SIZE)

    def activation(self, rgb: Rgb) -> NDArray[np.float64]:
        """Give what each place says for generation, in logits, one cell each 32 pixels or so."""
        size = self._info.view_size
        nearest = max(scale.short or size for scale in self._plan.scales)
        scaled = rescale(rgb, nearest, size)
        slope, intercept = self._info.calibration
        return slope * activation(scaled, lambda views: self._run(views)[1], size) + intercept

    def _run(self, views: Rgb) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run views (n, s, s, 3) one by one: logits (n,), maps (n, h, w)."""
        logits, maps = [], []
        for view in views:
            self._interpreter.set_tensor(self._input, view[None].astype(np.float32))
            self._interpreter.invoke()
            logits.append(self._interpreter.get_tensor(self._logit)[0, 0])
            maps.append(self._interpreter.get_tensor(self._map)[0, :, :, 0])
        return np.asarray(logits, dtype=np.float32), np.stack(maps)

    def _is_near(self, logit: float) -> bool:
        return any(abs(logit - line) < self._info.margin for line in self._lines())

    def _holds(self, rgb: Rgb, logit: float) -> bool:
        sides = [logit >= line for line in self._lines()]
        for encoding in ORDINARY:
            again = self.logit(encode_again(rgb, encoding))
            if [again >= line for line in self._lines()] != sides:
                return False
        return True

    def _lines(self) -> tuple[float, float]:
        lines = self._info.thresholds
        return _logit(lines.clear_below), _logit(lines.flagged_from)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the runtime's greeting, which C++ writes to the terminal, out of our output."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # the device, not a path of ours
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
