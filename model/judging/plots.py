"""Plots of a report, as small PNG files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend must be chosen first

Floats = NDArray[np.float64]
_HUMAN, _AI = "#2a6f97", "#c8553d"


def plot_scores(scores: Floats, is_ai: NDArray[np.bool_], lines: tuple[float, float], folder: Path) -> None:
    """Draw ROC, reliability, histogram and confusion into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _roc(scores, is_ai, folder / "roc.png")
    _reliability(scores, is_ai, folder / "reliability.png")
    _histogram(scores, is_ai, lines, folder / "histogram.png")
    finding = np.digitize(scores, lines)
    counts = [[int(((finding == n) & (is_ai == a)).sum()) for n in range(3)] for a in (False, True)]
    plot_confusion(counts, ["human", "AI"], ["clear", "uncertain", "flagged"], folder / "confusion.png")


def plot_confusion(counts: list[list[int]], rows: list[str], columns: list[str], place: Path) -> None:
    """Draw a matrix of counts: rows are the truth."""
    figure, axes = plt.subplots(figsize=(1.1 * len(columns) + 1.4, 2.6))
    shares = np.array([[value / max(1, sum(row)) for value in row] for row in counts])
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for y, row in enumerate(counts):
        for x, value in enumerate(row):
            axes.text(
                x, y, str(value), ha="center", va="center", color="white" if shares[y, x] > 0.5 else "black"
            )
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylabel("truth")
    axes.set_xlabel("judged")
    _save(figure, place)


def plot_curves(curves: Sequence[dict[str, Any]], place: Path) -> None:
    """Draw loss and accuracy over the epochs, as learnt and as judged."""
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.8))
    for part, name in zip(axes, ("loss", "accuracy"), strict=True):
        for key, colour, label in ((name, _HUMAN, "training"), (f"val_{name}", _AI, "test")):
            part.plot([row[key] for row in curves], color=colour, label=label, linewidth=1)
        part.set_xlabel("epoch")
        part.set_title(name)
        part.legend()
    _save(figure, place)


def _roc(scores: Floats, is_ai: NDArray[np.bool_], place: Path) -> None:
    figure, axes = plt.subplots(figsize=(3.6, 3.2))
    order = np.argsort(-scores)
    found = np.concatenate([[0], np.cumsum(is_ai[order]) / is_ai.sum()])
    accused = np.concatenate([[0], np.cumsum(~is_ai[order]) / (~is_ai).sum()])
    axes.plot(accused, found, color=_AI)
    axes.axvline(0.01, color="grey", linewidth=0.6, linestyle=":")
    axes.set_xscale("symlog", linthresh=0.01)
    axes.set_xlabel("humans accused")
    axes.set_ylabel("AI found")
    _save(figure, place)


def _reliability(scores: Floats, is_ai: NDArray[np.bool_], place: Path) -> None:
    figure, axes = plt.subplots(figsize=(3.6, 3.2))
    bins = np.minimum((scores * 15).astype(int), 14)
    used = [number for number in range(15) if (bins == number).any()]
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.6, linestyle=":")
    axes.scatter(
        [scores[bins == number].mean() for number in used],
        [is_ai[bins == number].mean() for number in used],
        s=[8 + 0.8 * (bins == number).sum() for number in used],
        color=_HUMAN,
    )
    axes.set_xlabel("score")
    axes.set_ylabel("share that is AI")
    _save(figure, place)


def _histogram(scores: Floats, is_ai: NDArray[np.bool_], lines: tuple[float, float], place: Path) -> None:
    figure, axes = plt.subplots(figsize=(4.6, 2.8))
    axes.hist(
        [scores[~is_ai], scores[is_ai]], bins=20, range=(0, 1), color=[_HUMAN, _AI], label=["human", "AI"]
    )
    for line in lines:
        axes.axvline(line, color="grey", linewidth=0.8, linestyle=":")
    axes.set_xlabel("score")
    axes.set_ylabel("pictures")
    axes.legend()
    _save(figure, place)


def _save(figure: Any, place: Path) -> None:
    figure.tight_layout()
    figure.savefig(place, dpi=100)
    plt.close(figure)
