"""The classifier in production: LiteRT, numpy and Pillow, no training framework."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Classification, Thresholds
from model.serving.encodings import ORDINARY, encode_again
from model.serving.heatmap import activation, paint
from model.serving.info import WEIGHTS, ModelInfo, read_model_info
from model.serving.interpreters import Interpreters
from model.serving.picture import Picture
from model.serving.views import Scale, ViewPlan, make_views, rescale

Rgb = NDArray[np.uint8]
HEAT_SIZE = 512  # px; the long side of the picture that the heat map is laid over


class Classifier:
    """One loaded network, for one caller at a time."""

    def __init__(self, info: ModelInfo, interpreters: Interpreters) -> None:
        self._info = info
        self._interpreters = interpreters
        self._plan = ViewPlan(info.view_size, tuple(Scale(short, crops) for short, crops in info.view_scales))
        self._shares = np.concatenate([np.full(scale.crops, 1 / scale.crops) for scale in self._plan.scales])
        self._shares /= len(self._plan.scales)  # each scale has the same say, however many its crops

    @classmethod
    def load(cls, folder: Path = WEIGHTS, *, threads: int = 1) -> "Classifier":
        """Load the weights beside `classifier.json`, once a thread.

        Errors: `ModelInfoError`, and LiteRT's own.
        """
        info = read_model_info(folder)
        return cls(info, Interpreters(folder / info.weights, threads))

    @property
    def version(self) -> str:
        """Name the model version."""
        return self._info.version

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds that were set on the validation folds of this model."""
        return self._info.thresholds

    def classify(self, picture: Picture, thresholds: Thresholds | None = None) -> Classification:
        """Score a picture; look again, re-encoded, where a score that decides is near its threshold.

        `thresholds` are those of policy, by default the model's own. `stable` is False if one of the ordinary
        re-encodings is on the other side of a threshold. A score between the thresholds decides nothing,
        whatever its copies score, so it is not checked again.
        """
        logit = self.logit(picture.rgb)
        edges = _edges(thresholds or self._info.thresholds)
        stable = not self._decides_narrowly(logit, edges) or self._holds(picture.rgb, logit, edges)
        return Classification(_sigmoid(logit), self.version, stable)

    def logit(self, rgb: Rgb) -> float:
        """The calibrated logit of pixels (h, w, 3), in nats."""
        slope, intercept = self._info.calibration
        return slope * float(self._shares @ self.view_logits(rgb)) + intercept

    def view_logits(self, rgb: Rgb) -> NDArray[np.float32]:
        """The network's own logit of every view."""
        return self._interpreters.run(make_views(rgb, self._plan))[0]

    def heatmap(self, picture: Picture) -> bytes:
        """Paint where the network saw signs of generation: a PNG over the picture.

        Class activation (Zhou et al. 2016): the last feature map weighed by the last layer, so that
        its mean is the logit itself. Overlapping views at the nearest of the scales that were judged
        are laid over the whole picture and averaged.
        """
        return paint(picture.rgb, self.activation(picture.rgb), HEAT_SIZE)

    def activation(self, rgb: Rgb) -> NDArray[np.float64]:
        """The activation for generation at each place, in logits, one cell for about 32 pixels."""
        size = self._info.view_size
        nearest = max(scale.short or size for scale in self._plan.scales)
        scaled = rescale(rgb, nearest, size)
        slope, intercept = self._info.calibration
        return slope * activation(scaled, lambda views: self._interpreters.run(views)[1], size) + intercept

    def _decides_narrowly(self, logit: float, edges: tuple[float, float]) -> bool:
        clear, flagged = edges
        return clear - self._info.margin < logit < clear or flagged <= logit < flagged + self._info.margin

    def _holds(self, rgb: Rgb, logit: float, edges: tuple[float, float]) -> bool:
        sides = [logit >= edge for edge in edges]
        for encoding in ORDINARY:
            again = self.logit(encode_again(rgb, encoding))
            if [again >= edge for edge in edges] != sides:
                return False
        return True


def _edges(thresholds: Thresholds) -> tuple[float, float]:
    return _logit(thresholds.clear_below), _logit(thresholds.flagged_from)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
