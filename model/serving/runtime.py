"""The classifier in production: LiteRT, numpy and Pillow, no training framework."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Classification, PictureLook, Thresholds, ViewScore
from model.serving.encodings import ORDINARY, encode_again
from model.serving.heatmap import Frame, Patch, paint
from model.serving.info import WEIGHTS, ModelInfo, read_model_info
from model.serving.interpreters import Interpreters, NetworkOutputs
from model.serving.look import look_of
from model.serving.picture import Picture
from model.serving.regions import box_of, regions
from model.serving.second_look import decides_narrowly, settle
from model.serving.views import View, make_views

Rgb = NDArray[np.uint8]
NativeLook = Callable[[], "NativeSaid | None"]
HEAT_SIZE = 512  # px; the long side of the picture that the heat map is laid over


@dataclass(frozen=True, slots=True)
class NativeSaid:
    """What the native look says: the logit of each crop, and how far they are believed."""

    weight: float
    logits: NDArray[np.float32]

    @property
    def added(self) -> float:
        """What it adds to the calibrated logit, in nats."""
        return self.weight * float(self.logits.mean())


class Classifier:
    """One loaded network, for one caller at a time."""

    def __init__(
        self, info: ModelInfo, interpreters: Interpreters, native: Interpreters | None = None
    ) -> None:
        self._info = info
        self._interpreters = interpreters
        self._native = native

    @classmethod
    def load(cls, folder: Path = WEIGHTS, *, threads: int = 1) -> "Classifier":
        """Load the weights beside `classifier.json`, once a thread.

        Errors: `ModelInfoError`, and LiteRT's own.
        """
        info = read_model_info(folder)
        native = None if info.native is None else Interpreters(folder / info.native.weights, threads)
        return cls(info, Interpreters(folder / info.weights, threads), native)

    @property
    def version(self) -> str:
        """Name the model version."""
        return self._info.version

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds that were set on the validation folds of this model."""
        return self._info.thresholds

    @property
    def edges(self) -> tuple[float, float]:
        """The model's own thresholds, in logits."""
        return _edges(self._info.thresholds)

    @property
    def margin(self) -> float:
        """How near to a threshold, in logits, a second look is taken."""
        return self._info.margin

    @property
    def looks_native(self) -> bool:
        """True if pictures should be decoded with crops at their own scale."""
        return self._native is not None

    def classify(self, picture: Picture, lines: Thresholds | None = None) -> Classification:
        """Score a picture; look again, re-encoded, where a score that decides is near its line.

        `lines` are those of policy, the model's own where not given. The score is then the median of all
        looks, and the range from the lowest to the highest is given beside it. A score between the lines
        decides nothing, on whichever side its copies lie: it is not looked at again. What the native look
        said counts for each re-encoding alike.
        """
        native = self.look_natively(picture)
        parts, seen = self._see(picture.rgb)
        look = None if self._info.look is None else look_of(seen.features, self._info.look)
        logit = self._join(float(seen.logits.mean()), native)
        views = self._view_scores(picture, parts, seen, native)
        if not decides_narrowly(logit, _edges(lines or self._info.thresholds), self._info.margin):
            return self._said(_sigmoid(logit), look, views)
        copies = self._scaled_logits([encode_again(picture.rgb, encoding) for encoding in ORDINARY])
        settled = settle(logit, [self._join(scaled, native) for scaled in copies])
        ends = (_sigmoid(settled.low), _sigmoid(settled.high))
        return self._said(_sigmoid(settled.logit), look, views, ends)

    def _said(
        self,
        score: float,
        look: PictureLook | None,
        views: tuple[ViewScore, ...],
        ends: tuple[float, float] | None = None,
    ) -> Classification:
        shares = self._info.human_shares
        # By the hundredth below: at least as many score that high.
        share = shares[int(score * (len(shares) - 1))] if shares else None
        return Classification(
            score, self.version, score_range=ends, human_share=share, look=look, views=views
        )

    def look_natively(self, picture: Picture) -> NativeLook:
        """A function that looks at the picture's own scale once, when it is first called.

        It gives None where there is no such look or it counts for nothing.
        """
        info, network, look = self._info.native, self._native, picture.native
        if info is None or network is None or look is None or info.cells[look.cell] == 0:
            return lambda: None
        weight = info.cells[look.cell]
        return cache(lambda: NativeSaid(weight, network.run(look.crops).logits))

    def joined_logit(self, rgb: Rgb, native: NativeLook) -> float:
        """Join the scaled look at pixels (h, w, 3) with what the native look adds: the calibrated logit."""
        return self._join(self.scaled_logit(rgb), native)

    def _join(self, scaled: float, native: NativeLook) -> float:
        slope, intercept, said = self._line(scaled, native)
        return slope * scaled + (said.added if said else 0.0) + intercept

    def _line(self, scaled: float, native: NativeLook) -> tuple[float, float, NativeSaid | None]:
        """Slope and intercept that calibrate the scaled look's logit, and the native look if it joins."""
        slope, intercept = self._info.calibration
        joins, alone = self._info.native, slope * scaled + intercept
        if joins is None or not joins.between[0] <= alone <= joins.between[1] or (said := native()) is None:
            return slope, intercept, None
        return joins.slope, joins.intercept, said

    def _view_scores(
        self, picture: Picture, parts: Sequence[View], seen: NetworkOutputs, native: NativeLook
    ) -> tuple[ViewScore, ...]:
        """What each region and each native crop says: the score if the rest said the same."""
        scaled = float(seen.logits.mean())
        slope, intercept, said = self._line(scaled, native)
        added = said.added if said else 0.0
        found = [
            ViewScore(
                box_of(region, cells.shape, part.box),
                _sigmoid(slope * float(cells[region].mean()) + added + intercept),
            )
            for part, cells in zip(parts, seen.maps, strict=True)
            for region in regions(*cells.shape)
        ]
        if said is not None and picture.native is not None:
            found += [
                ViewScore(
                    box, _sigmoid(slope * scaled + said.weight * float(logit) + intercept), is_native=True
                )
                for box, logit in zip(picture.native.boxes, said.logits, strict=True)
            ]
        return tuple(found)

    def scaled_logit(self, rgb: Rgb) -> float:
        """The network's own logit of the scaled picture."""
        return self._scaled_logits([rgb])[0]

    def _scaled_logits(self, pictures: Sequence[Rgb]) -> list[float]:
        """The network's own logit of each scaled picture; threads share their views."""
        parts = [make_views(rgb, self._info.short_side) for rgb in pictures]
        logits = self._interpreters.run(part.rgb for views in parts for part in views).logits
        ends = np.cumsum([len(views) for views in parts])[:-1]
        return [float(one.mean()) for one in np.split(logits, ends)]

    def _see(self, rgb: Rgb) -> tuple[list[View], NetworkOutputs]:
        parts = make_views(rgb, self._info.short_side)
        return parts, self._interpreters.run([part.rgb for part in parts])

    def heatmap(self, picture: Picture) -> bytes:
        """Paint where the network saw signs of generation: a PNG over the picture.

        Class activation (Zhou et al. 2016): the last feature map weighed by the last layer, so that
        its mean is the logit itself. Frames show where the native look was taken, in the colour of what
        each crop said; none where it did not count.
        """
        return paint(picture.rgb, self.activation(picture.rgb), HEAT_SIZE, self._frames(picture))

    def _frames(self, picture: Picture) -> list[Frame]:
        """The box of each native crop, and its own activation for generation, in logits."""
        info, look = self._info.native, picture.native
        if info is None or self._native is None or look is None or info.cells[look.cell] == 0:
            return []
        said = info.cells[look.cell] * self._native.run(look.crops).logits
        return [(box, float(logit)) for box, logit in zip(look.boxes, said, strict=True)]

    def activation(self, rgb: Rgb) -> list[Patch]:
        """The activation for generation at each place of each view, in logits, one cell for 32 pixels."""
        slope, intercept = self._info.calibration
        parts, seen = self._see(rgb)
        return [
            (part.box, slope * cells.astype(np.float64) + intercept)
            for part, cells in zip(parts, seen.maps, strict=True)
        ]


def _edges(thresholds: Thresholds) -> tuple[float, float]:
    return _logit(thresholds.clear_below), _logit(thresholds.flagged_from)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
