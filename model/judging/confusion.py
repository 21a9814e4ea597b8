"""What becomes of each label at each threshold: the confusion matrix, and the figures read from it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.data.figures import Bools, sigmoid
from model.data.judged import Judged

NAMES = ("not clear", "0.5", "flagged")


def describe_confusion(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """For each threshold, how many pictures of each label lie above it; accuracy, precision, recall and F1.

    A picture lies above where its finding is not clear, where its score is at least 0.5, or where it is
    flagged. Precision and F1 are null where nothing does.
    """
    is_ai = np.array([item.sample.is_ai for item in judged])
    logits, lines = np.array([item.logit for item in judged]), np.array([item.lines for item in judged])
    sides = (logits[:, None] >= lines).sum(axis=1)
    above: dict[str, Bools] = dict(zip(NAMES, (sides > 0, sigmoid(logits) >= 0.5, sides > 1), strict=True))
    return [{"threshold": name, **_figures(taken, is_ai)} for name, taken in above.items()]


def _figures(taken: Bools, is_ai: Bools) -> dict[str, Any]:
    found, accused = int((taken & is_ai).sum()), int((taken & ~is_ai).sum())
    missed, spared = int(is_ai.sum()) - found, int((~is_ai).sum()) - accused
    precision = found / (found + accused) if found + accused else None
    recall = found / (found + missed)
    return {
        "ai_above": found,
        "ai_below": missed,
        "human_above": accused,
        "human_below": spared,
        "accuracy": (found + spared) / len(is_ai),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision and recall else None,
    }
