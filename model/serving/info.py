"""What is known about the classifier without loading it: the web process reads this and no more."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.vocabulary import Thresholds

ROOM = Path(__file__).parent.parent
WEIGHTS = ROOM / "weights"
CARD = ROOM / "card.md"
REPORTS = ROOM / "reports"
INFO_FILE = "classifier.json"
# Kinds of originals that the native look is believed in to a degree of their own: `native.cell_of`.
CELLS = ("lossy, below 1,024 px", "lossy", "lossless, below 1,024 px", "lossless")


class ModelInfoError(Exception):
    """The description of the classifier is missing or damaged."""


@dataclass(frozen=True, slots=True)
class NativeInfo:
    """The native look's part: its weights' file, and how both looks' logits are joined.

    The calibrated logit is `slope` times the scaled look's, plus the weight of the picture's cell times the
    native look's, plus `intercept`. Where the scaled look's own calibrated logit lies outside of `between`,
    it decides by itself. `cells` follow `CELLS`.
    """

    weights: str
    slope: float
    intercept: float
    cells: tuple[float, ...]
    between: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LookInfo:
    """How features become a look (`model/serving/look.py`): its kind, mean and deviation of each channel."""

    kind: str
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The classifier's description.

    `version` is `<architecture>-<yyyy.mm>-<8 hex digits of the weights' SHA-256>`; `calibration` is
    (slope, intercept) of Platt's line on the mean logit; `margin` is how near to a threshold, in
    calibrated logits, a score must be for its picture to be looked at again, re-encoded; `short_side`
    is what the short side of a picture is scaled to, in pixels; `manifest` is the SHA-256 of the list
    of pictures that it was trained on. `native` is None for a model that looks at scaled views alone.
    `look` is None for a network that gives no features.
    `human_shares` are the shares of human pictures of unseen owners that score 0, 0.01, ... 1 or higher.
    """

    version: str
    weights: str
    sha256: str
    thresholds: Thresholds
    calibration: tuple[float, float]
    margin: float
    short_side: int
    manifest: str
    native: NativeInfo | None = None
    human_shares: tuple[float, ...] = ()
    look: LookInfo | None = None


def read_model_info(folder: Path = WEIGHTS) -> ModelInfo:
    """Read `classifier.json`. Errors: `ModelInfoError`."""
    try:
        return _parse(json.loads((folder / INFO_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelInfoError(f"{folder / INFO_FILE}: {error}") from error


@cache
def read_card() -> str:
    """Read the model card, as Markdown."""
    return CARD.read_text(encoding="utf-8")


def _parse_thresholds(data: dict[str, Any]) -> Thresholds:
    declared = data.get("declared_from")
    lines = Thresholds(
        float(data["clear_below"]),
        float(data["flagged_from"]),
        None if declared is None else float(declared),
    )
    if not 0 < lines.clear_below <= lines.bears_out_from <= lines.flagged_from < 1:
        raise ValueError("thresholds must satisfy 0 < clear_below <= declared_from <= flagged_from < 1")
    return lines


def _parse(data: dict[str, Any]) -> ModelInfo:
    if "views" in data:
        raise ValueError(
            "this model was trained by an earlier version, which cut pictures up: train it again"
        )
    lines = _parse_thresholds(data["thresholds"])
    return ModelInfo(
        version=str(data["version"]),
        weights=str(data["weights"]["file"]),
        sha256=str(data.get("sha256") or data["weights"]["sha256"]),
        thresholds=lines,
        calibration=(float(data["calibration"]["slope"]), float(data["calibration"]["intercept"])),
        margin=float(data["stability"]["margin"]),
        short_side=int(data["short_side"]),
        manifest=str(data["training"]["manifest_sha256"]),
        native=_parse_native(data["native"]) if "native" in data else None,
        human_shares=tuple(float(share) for share in data.get("human_shares", ())),
        look=_parse_look(data["look"]) if "look" in data else None,
    )


def _parse_look(data: dict[str, Any]) -> LookInfo:
    mean, deviation = (tuple(float(value) for value in data[name]) for name in ("mean", "deviation"))
    if len(mean) != len(deviation) or min(deviation) <= 0:
        raise ValueError("a look needs a mean and a positive deviation for each channel")
    return LookInfo(str(data["kind"]), mean, deviation)


def _parse_native(data: dict[str, Any]) -> NativeInfo:
    if set(data["cells"]) != set(CELLS):
        raise ValueError(f"the native look's cells must be {', '.join(CELLS)}")
    return NativeInfo(
        weights=str(data["weights"]["file"]),
        slope=float(data["slope"]),
        intercept=float(data["intercept"]),
        cells=tuple(float(data["cells"][name]) for name in CELLS),
        between=(float(data["between"][0]), float(data["between"][1])),
    )
