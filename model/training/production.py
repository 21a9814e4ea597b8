"""The production model: frozen features, a head fitted across owners, calibrated on unseen owners."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from model.data.figures import (
    Bools,
    Floats,
    Share,
    accused_at_most,
    auc,
    auc_interval,
    expected_calibration_error,
    fit_line,
    found_at,
    missed_at_most,
    share_below,
    sigmoid,
)
from model.data.folds import owner_folds, spread
from model.data.sample_pixels import SamplePixels
from model.data.samples import Sample, digest
from model.serving.views import Scale, ViewPlan
from model.training.backbones import find_weights
from model.training.degrade import degrade
from model.training.extract import Change, Say, extract
from model.training.feature_reading import make_reader
from model.training.head import Features, Head, fit_head
from model.training.network import build_features, build_reader, scalings_of

ACCUSED = 0.01  # of human pictures, at the line of `flagged`: the interval's upper end
MISSED = 0.05  # of generated pictures, below the line of `clear`
# The share of generated pictures that scores are calibrated for: fewer come than are drawn.
EXPECTED = 0.3
MOVED = 0.8  # the share of a degraded picture's moves that the margin of stability covers
FACTS, NETWORK = "facts.json", "network.weights.h5"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run is made of, but the pictures.

    `copies` degraded ones of each picture are learned from beside the picture itself.
    """

    backbones: tuple[str, ...] = ("mobilenet_v2",)
    size: int = 256
    scales: tuple[tuple[int, int], ...] = ((256, 3), (352, 4))
    shrinks: tuple[float, ...] = (0.15,)
    ridge: float = 5.0
    copies: int = 1
    folds: int = 6
    seed: int = 11

    @property
    def plan(self) -> ViewPlan:
        """The views."""
        return ViewPlan(self.size, tuple(Scale(short, crops) for short, crops in self.scales))


@dataclass(frozen=True, slots=True)
class Unseen:
    """The judgements of heads on owners that they were not fitted to: clean, and degraded (copies, n)."""

    clean: Floats
    degraded: Floats


def train_production(
    recipe: Recipe,
    weights: str,
    samples: Sequence[Sample],
    pixels: SamplePixels,
    *,
    folder: Path,
    say: Say,
) -> dict[str, Any]:
    """Extract features, fit the head, calibrate, and leave network and facts in `folder`.

    Calibration, thresholds and margin come from heads that did not see a picture's owner; how much
    to shrink is chosen by them too. Nothing here looks at a test split.
    """
    files = find_weights(recipe.backbones, weights)
    scalings = scalings_of(files)
    folder.mkdir(parents=True, exist_ok=True)
    read = make_reader(build_features(files, recipe.size, scalings))

    def features(copy: int) -> Features:
        place = folder / ("features-clean.npy" if copy == 0 else f"features-degraded-{copy}.npy")
        change = trips(samples, recipe.seed, copy) if copy else None
        found: Features = extract(read, pixels, recipe.plan, change, place=place, say=say).mean(axis=1)
        return found

    # One array for all, picture after picture of the clean, then of each copy: it is the largest thing here.
    learned = np.concatenate([features(copy) for copy in range(recipe.copies + 1)])
    is_ai = np.array([sample.is_ai for sample in samples])
    fold_of = np.array(owner_folds(samples, recipe.folds))
    tried = {}
    for shrink in recipe.shrinks:
        unseen = judge_unseen(learned, samples, fold_of, shrink, recipe.ridge)
        tried[shrink] = unseen
        areas = [auc(unseen.clean, is_ai), *(auc(logits, is_ai) for logits in unseen.degraded)]
        say(f"shrink {shrink}: AUC {areas[0]:.4f}, degraded {np.mean(areas[1:]):.4f}")
    shrink = max(tried, key=lambda s: auc(tried[s].clean, is_ai) + auc(tried[s].degraded[0], is_ai))
    head = _fit(learned, samples, np.arange(len(samples)), shrink, recipe.ridge)
    reader = build_reader(files, recipe.size, scalings, head)
    reader.save_weights(folder / NETWORK)
    facts = conclude(tried[shrink], is_ai, spread(samples, EXPECTED))
    facts["views"] = {
        "size": recipe.size,
        "scales": [{"short": short, "crops": crops} for short, crops in recipe.scales],
    }
    facts["training"] = {
        "manifest_sha256": digest(samples),
        "pictures": len(samples),
        "owners": len({sample.owner for sample in samples}),
        "recipe": asdict(recipe),
        "shrink": shrink,
        "scalings": scalings,
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return facts


def trips(samples: Sequence[Sample], seed: int, copy: int) -> Change:
    """How each picture's copy of that number, from 1, is degraded: the same way every time."""
    return lambda rgb, number: degrade(rgb, np.random.default_rng([seed + copy - 1, samples[number].number]))


def load_trained(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Load what a run left: the network and its facts. Errors: FileNotFoundError."""
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    # Layers are named by counters of the process, and their names stand in the exported file: without
    # this, one network exported after a training and by itself would have two digests.
    keras.utils.clear_session()
    recipe, scalings = facts["training"]["recipe"], facts["training"]["scalings"]
    reader = build_reader(dict.fromkeys(recipe["backbones"]), recipe["size"], scalings)
    reader.load_weights(folder / NETWORK)
    return reader, facts


def judge_unseen(
    learned: Features, samples: Sequence[Sample], fold_of: NDArray[np.int_], shrink: float, ridge: float
) -> Unseen:
    """Judge every picture, clean and degraded, by a head that was fitted without its fold."""
    dresses = len(learned) // len(samples)
    judged = np.zeros((dresses, len(samples)))
    for fold in np.unique(fold_of):
        inside = np.flatnonzero(fold_of == fold)
        head = _fit(learned, samples, np.flatnonzero(fold_of != fold), shrink, ridge)
        for dress in range(dresses):
            judged[dress, inside] = head.logits(learned[dress * len(samples) + inside])
    return Unseen(judged[0], judged[1:])


def _fit(
    learned: Features, samples: Sequence[Sample], chosen: NDArray[np.int_], shrink: float, ridge: float
) -> Head:
    dresses = len(learned) // len(samples)
    rows = np.concatenate([dress * len(samples) + chosen for dress in range(dresses)])
    return fit_head(learned[rows], [samples[int(number)] for number in chosen] * dresses, shrink, ridge)


def conclude(unseen: Unseen, is_ai: Bools, weights: Floats) -> dict[str, Any]:
    """Turn judgements of unseen owners into calibration, thresholds and margin, and say their worth.

    The next picture comes from an owner whom no one has seen, so that owners are `weights`ed and the
    largest has not the last word; each line holds for the pictures as they are, too.
    """
    slope, intercept = fit_line(unseen.clean, is_ai, weights)
    scores = sigmoid(slope * unseen.clean + intercept)
    allowed = share_below(ACCUSED, int((~is_ai).sum()))
    flagged = max(accused_at_most(scores, is_ai, allowed, share) for share in (None, weights))
    clear = min(*(missed_at_most(scores, is_ai, MISSED, share) for share in (None, weights)), flagged)
    moves = np.abs(slope * (unseen.degraded - unseen.clean))
    low, high = auc_interval(scores, is_ai)
    drawn, made = scores[~is_ai], scores[is_ai]
    return {
        "calibration": {"slope": slope, "intercept": intercept, "expected": EXPECTED},
        "thresholds": {"clear_below": clear, "flagged_from": flagged},
        "stability": {"margin": float(np.quantile(moves, MOVED)), "covers": MOVED},
        "unseen_owners": {
            "auc": {"value": auc(scores, is_ai), "low": low, "high": high},
            "auc_degraded": float(np.mean([auc(logits, is_ai) for logits in unseen.degraded])),
            "accused": Share(int((drawn >= flagged).sum()), len(drawn)).as_dict(),
            "found_at_1_percent": found_at(scores, is_ai, ACCUSED).as_dict(),
            "missed_below_clear": Share(int((made < clear).sum()), len(made)).as_dict(),
            "cleared": Share(int((drawn < clear).sum()), len(drawn)).as_dict(),
            "ece": expected_calibration_error(scores, is_ai),
        },
    }
