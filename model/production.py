"""The production model: frozen features, a head fitted across owners, calibrated on unseen owners."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.backbones import find_weights
from model.degrade import degrade
from model.extract import Say, extract
from model.figures import (
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
    sigmoid,
)
from model.folds import owner_folds
from model.head import Features, Head, fit_head
from model.network import build_features, build_reader, scalings_of
from model.pixels import Pixels
from model.samples import Sample, digest
from model.views import Scale, ViewPlan

ACCUSED = 0.01  # of human pictures, at the line of `flagged`
MISSED = 0.05  # of generated pictures, below the line of `clear`
MOVED = 0.8  # the share of a degraded picture's moves that the margin of stability covers
FACTS, NETWORK = "facts.json", "network.weights.h5"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run is made of, but the pictures."""

    backbones: tuple[str, ...] = ("mobilenet_v2", "mobilenet_v3_minimalistic", "mobilenet_v3")
    size: int = 256
    scales: tuple[tuple[int, int], ...] = ((256, 3), (352, 4))
    shrinks: tuple[float, ...] = (0.15,)
    folds: int = 6
    seed: int = 11

    @property
    def plan(self) -> ViewPlan:
        """Give the views."""
        return ViewPlan(self.size, tuple(Scale(short, crops) for short, crops in self.scales))


@dataclass(frozen=True, slots=True)
class Unseen:
    """The judgements of heads on owners that they were not fitted to: clean, and degraded."""

    clean: Floats
    degraded: Floats


def train_production(
    recipe: Recipe,
    weights: str,
    samples: Sequence[Sample],
    pixels: Pixels,
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
    network = build_features(files, recipe.size, scalings)

    def changed(rgb: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
        return degrade(rgb, np.random.default_rng([recipe.seed, samples[number].number]))

    kept = folder / "features-clean.npy", folder / "features-degraded.npy"
    clean = extract(network, pixels, recipe.plan, None, place=kept[0], say=say).mean(axis=1)
    degraded = extract(network, pixels, recipe.plan, changed, place=kept[1], say=say).mean(axis=1)
    is_ai = np.array([sample.is_ai for sample in samples])
    fold_of = np.array(owner_folds(samples, recipe.folds))
    tried = {}
    for shrink in recipe.shrinks:
        unseen = judge_unseen(clean, degraded, samples, fold_of, shrink)
        tried[shrink] = unseen
        areas = auc(unseen.clean, is_ai), auc(unseen.degraded, is_ai)
        say(f"shrink {shrink}: AUC {areas[0]:.4f}, degraded {areas[1]:.4f}")
    shrink = max(tried, key=lambda s: auc(tried[s].clean, is_ai) + auc(tried[s].degraded, is_ai))
    head = _fit(clean, degraded, samples, shrink)
    reader = build_reader(files, recipe.size, scalings, head)
    reader.save_weights(folder / NETWORK)
    facts = conclude(tried[shrink], is_ai)
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


def load_trained(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Load what a run left: the network and its facts. Errors: FileNotFoundError."""
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    recipe, scalings = facts["training"]["recipe"], facts["training"]["scalings"]
    reader = build_reader(dict.fromkeys(recipe["backbones"]), recipe["size"], scalings)
    reader.load_weights(folder / NETWORK)
    return reader, facts


def judge_unseen(
    clean: Features, degraded: Features, samples: Sequence[Sample], fold_of: NDArray[np.int_], shrink: float
) -> Unseen:
    """Judge every picture by a head that was fitted without its fold."""
    unseen = Unseen(np.zeros(len(samples)), np.zeros(len(samples)))
    for fold in np.unique(fold_of):
        inside = np.flatnonzero(fold_of == fold)
        rest = np.flatnonzero(fold_of != fold)
        head = _fit(clean[rest], degraded[rest], [samples[int(number)] for number in rest], shrink)
        unseen.clean[inside] = head.logits(clean[inside])
        unseen.degraded[inside] = head.logits(degraded[inside])
    return unseen


def _fit(clean: Features, degraded: Features, samples: Sequence[Sample], shrink: float) -> Head:
    return fit_head(np.concatenate([clean, degraded]), [*samples, *samples], shrink)


def conclude(unseen: Unseen, is_ai: Bools) -> dict[str, Any]:
    """Turn judgements of unseen owners into calibration, thresholds and margin, and say their worth."""
    slope, intercept = fit_line(unseen.clean, is_ai)
    scores = sigmoid(slope * unseen.clean + intercept)
    flagged = accused_at_most(scores, is_ai, ACCUSED)
    clear = min(missed_at_most(scores, is_ai, MISSED), flagged)
    moves = np.abs(slope * (unseen.degraded - unseen.clean))
    low, high = auc_interval(scores, is_ai)
    drawn, made = scores[~is_ai], scores[is_ai]
    return {
        "calibration": {"slope": slope, "intercept": intercept},
        "thresholds": {"clear_below": clear, "flagged_from": flagged},
        "stability": {"margin": float(np.quantile(moves, MOVED)), "covers": MOVED},
        "unseen_owners": {
            "auc": {"value": auc(scores, is_ai), "low": low, "high": high},
            "auc_degraded": auc(unseen.degraded, is_ai),
            "accused": Share(int((drawn >= flagged).sum()), len(drawn)).as_dict(),
            "found_at_1_percent": found_at(scores, is_ai, ACCUSED).as_dict(),
            "missed_below_clear": Share(int((made < clear).sum()), len(made)).as_dict(),
            "cleared": Share(int((drawn < clear).sum()), len(drawn)).as_dict(),
            "ece": expected_calibration_error(scores, is_ai),
        },
    }
