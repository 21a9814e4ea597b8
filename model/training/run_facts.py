"""The facts about a run: its thresholds, what it is worth for owners never seen, and what it was made of."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from model.data.figures import Bools, Share, auc, auc_interval, expected_calibration_error, found_at, sigmoid
from model.data.samples import Sample, digest
from model.serving.info import CELLS
from model.training.choosing import EXPECTED, Choice
from model.training.recipe import Recipe
from model.training.unseen import Unseen

MOVED = 0.5  # the share of degraded pictures' moves that the margin of the second look covers


def gather_facts(
    recipe: Recipe,
    samples: Sequence[Sample],
    choice: Choice,
    margin: float,
    unseen: Unseen,
    *,
    has_native: bool,
) -> dict[str, Any]:
    """The facts that publishing and serving read, as JSON."""
    facts: dict[str, Any] = {
        "calibration": {"slope": choice.alone[0], "intercept": choice.alone[1], "expected": EXPECTED},
        "thresholds": {
            "clear_below": float(sigmoid(choice.clear_below)),
            "declared_from": float(sigmoid(choice.declared_from)),
            "flagged_from": float(sigmoid(choice.flagged_from)),
        },
        "stability": {"margin": margin, "covers": MOVED},
        "human_shares": _human_shares(unseen, np.array([sample.is_ai for sample in samples])),
        "unseen_owners": _worth(unseen, np.array([sample.is_ai for sample in samples])),
        "short_side": recipe.short,
    }
    if has_native:
        facts["native"] = {
            "slope": choice.together[0],
            "intercept": choice.together[1],
            "cells": dict(zip(CELLS, choice.native, strict=True)),
            "between": list(choice.between),
        }
    facts["training"] = {
        "manifest_sha256": digest(samples),
        "pictures": len(samples),
        "owners": len({sample.owner for sample in samples}),
        "recipe": asdict(recipe),
        "ridges": [recipe.ridges[place] for place in choice.ridges],
    }
    return facts


def _human_shares(unseen: Unseen, is_ai: Bools) -> list[float]:
    """The shares of human pictures of unseen owners that score 0, 0.01, ... 1 or higher."""
    drawn = sigmoid(unseen.settled[~is_ai])
    return [round(float((drawn >= score).mean()), 5) for score in np.linspace(0, 1, 101)]


def _worth(unseen: Unseen, is_ai: Bools) -> dict[str, Any]:
    """The figures for new owners, by the nested choices."""
    scores, sides = sigmoid(unseen.settled), (unseen.settled[:, None] >= unseen.lines).sum(axis=1)
    low, high = auc_interval(unseen.settled, is_ai)
    drawn, made = sides[~is_ai], sides[is_ai]
    return {
        "auc": {"value": auc(unseen.settled, is_ai), "low": low, "high": high},
        "accused": Share(int((drawn == 2).sum()), len(drawn)).as_dict(),
        "found": Share(int((made == 2).sum()), len(made)).as_dict(),
        "found_at_1_percent": found_at(unseen.settled, is_ai, 0.01).as_dict(),
        "missed_below_clear": Share(int((made == 0).sum()), len(made)).as_dict(),
        "cleared": Share(int((drawn == 0).sum()), len(drawn)).as_dict(),
        "ece": expected_calibration_error(scores, is_ai),
    }
