"""The report of the paper's experiment: its table beside ours, matrices, curves, the wrongly accused."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.data.figures import Share, auc, auc_interval
from model.data.sample_pixels import SamplePixels
from model.data.samples import Sample
from model.judging.markdown import percent
from model.judging.plots import plot_confusion, plot_curves
from model.paper.paper import NORM_MOMENTUM, PaperOutcome, colourfulness


@dataclass(frozen=True, slots=True)
class Counts:
    """A confusion matrix of 250 pictures: what became of the generated and of the human ones."""

    found: int
    missed: int
    accused: int
    right: int

    def shares(self) -> dict[str, Share]:
        """The figures of the paper's Table 1, by its own equations."""
        total = self.found + self.missed + self.accused + self.right
        return {
            "accuracy": Share(self.found + self.right, total),
            "precision of AI": Share(self.found, self.found + self.accused),
            "recall of AI": Share(self.found, self.found + self.missed),
            "humans accused": Share(self.accused, self.accused + self.right),
        }

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.found / max(1, 2 * self.found + self.missed + self.accused)


# Epochs before the end whose accuracies are reported too: which of them comes last is luck.
_LAST = 10
PAPER = {"mobilenet_v2": Counts(133, 0, 8, 109), "mobilenet_v3": Counts(133, 0, 7, 110)}
# What is to be known of weights that are not ImageNet's own, by a word in the file's name.
_NOTES = {
    "kelp": (
        "This MobileNetV3-Large starts from weights that descend from ImageNet by way of two drone "
        "segmentation models, because a true ImageNet copy was not at hand: it is not the paper's V3."
    ),
    "minimalistic": "The minimalistic MobileNetV3-Large is not the paper's V3.",
    "dequant": "Its weights are a dequantised copy of ImageNet's.",
}
_HEAD = """# The paper's experiment, on our pictures

This page compares the recipe of Kusuma, Natalia, Ko and Sudirman 2024 (DOI 10.24507/icicelb.15.03.295)
with our results. The recipe learns from 750 pictures and is judged on 250 (133 AI, 117 human): crop 1:1,
256x256, flip, rotate, zoom, RMSprop 0.001, binary cross entropy, 100 epochs. Our pictures come from more
sources and generators than the paper's, so the figures compare recipes, not models.

The paper's Table 1 prints precision and recall under each other's name, compared with its own equations;
here they follow the equations. Intervals are of 95% (Wilson); after several seeds, the mean of their figures
stands with the lowest and the highest.

| | accuracy | precision of AI | recall of AI | F1 | humans accused |
|---|---|---|---|---|---|"""


def write_paper_report(
    backbone: str,
    outcome: PaperOutcome,
    judge: Sequence[tuple[int, Sample]],
    pixels: SamplePixels,
    *,
    weights: str,
    seed: int,
    folder: Path,
) -> None:
    """Write this run's figures and plots, and the table of all runs.

    `weights` is the name of the file that it started from, or `imagenet`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = outcome.scores >= 0.5
    is_ai = np.array([sample.is_ai for _, sample in judge])
    counts = Counts(
        *(int(mask.sum()) for mask in (said & is_ai, ~said & is_ai, said & ~is_ai, ~said & ~is_ai))
    )
    matrix = [[counts.right, counts.accused], [counts.missed, counts.found]]
    name = backbone if outcome.cut else f"{backbone}-all-{seed}"
    plot_confusion(matrix, ["human", "AI"], ["human", "AI"], folder / f"{name}-confusion.png")
    plot_curves(outcome.curves, folder / f"{name}-curves.png")
    facts = {
        "backbone": backbone,
        "weights": weights,
        "seed": seed,
        "epochs": len(outcome.curves),
        "cut": outcome.cut,
        "counts": asdict(counts),
        "accused": _accused(judge, said, pixels),
        "last_accuracies": [epoch["val_accuracy"] for epoch in outcome.curves[-_LAST:]],
    }
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    runs = [
        json.loads(path.read_text(encoding="utf-8")) | {"name": path.stem}
        for path in sorted(folder.glob("mobilenet*.json"))
    ]
    (folder / "README.md").write_text(_render(runs), encoding="utf-8")


def _accused(judge: Sequence[tuple[int, Sample]], said: Any, pixels: SamplePixels) -> dict[str, Any]:
    """Name the wrongly accused, and compare their colours with those of the rest of the humans."""
    human = [
        (sample.name, colourfulness(pixels[number]), bool(flagged))
        for (number, sample), flagged in zip(judge, said, strict=True)
        if not sample.is_ai
    ]
    files = [{"file": name, "colourfulness": round(value, 1)} for name, value, flagged in human if flagged]
    is_accused = np.array([flagged for _, _, flagged in human])
    dullness = np.array([-value for _, value, _ in human])
    paler = None
    if 0 < is_accused.sum() < len(human):
        low, high = auc_interval(dullness, is_accused)
        paler = {"value": auc(dullness, is_accused), "low": low, "high": high}
    return {
        "files": files,
        "median_colourfulness": _median([value for _, value, flagged in human if flagged]),
        "median_of_the_rest": _median([value for _, value, flagged in human if not flagged]),
        "paler": paler,
    }


def _median(values: list[float]) -> float | None:
    return round(float(np.median(values)), 1) if values else None


def _render(runs: list[dict[str, Any]]) -> str:
    lines = [_HEAD]
    for backbone in sorted({run["backbone"] for run in runs}):
        if backbone in PAPER:
            lines.append(_row(f"{backbone}, the paper", PAPER[backbone]))
        own = [run for run in runs if run["backbone"] == backbone]
        whole, near = ([run for run in own if bool(run["cut"]) is cut] for cut in (False, True))
        lines += map(_row_of, whole)
        if len(whole) > 1:
            counts = [Counts(**run["counts"]) for run in whole]
            lines.append(_spread(f"{backbone}, here, all layers, {len(whole)} seeds", counts))
        lines += map(_row_of, near)
    for run in runs:
        lines += ["", *_about(run)]
    return "\n".join(lines) + "\n"


def _row_of(run: dict[str, Any]) -> str:
    return _row(f"{run['backbone']}, here, {_what_learns(run)}", Counts(**run["counts"]))


def _row(name: str, counts: Counts) -> str:
    shares = {key: percent(share.as_dict()) for key, share in counts.shares().items()}
    return (
        f"| {name} | {shares['accuracy']} | {shares['precision of AI']} | {shares['recall of AI']} "
        f"| {100 * counts.f1:.1f} % | {shares['humans accused']} |"
    )


def _what_learns(run: dict[str, Any]) -> str:
    return "last layers" if run["cut"] else f"all layers, seed {run['seed']}"


def _spread(name: str, seeds: list[Counts]) -> str:
    """The mean over the seeds of each figure, with the lowest and the highest."""
    shares = [[share.value for share in counts.shares().values()] for counts in seeds]
    columns = zip(
        *[[*row[:3], counts.f1, row[3]] for row, counts in zip(shares, seeds, strict=True)], strict=True
    )
    cells = (
        f"{100 * sum(column) / len(column):.1f} % ({100 * min(column):.1f}-{100 * max(column):.1f})"
        for column in columns
    )
    return f"| {name} | {' | '.join(cells)} |"


def _about(run: dict[str, Any]) -> list[str]:
    accused = run["accused"]
    name = run["name"]
    notes = " ".join(note for word, note in _NOTES.items() if word in run["weights"])
    learns = (
        f"Here those up to `{run['cut']}` are frozen and the rest learns, so that it can run on two cores. "
        "The frozen part is computed once for each of five copies of a picture: the first as it is, the "
        "others flipped, rotated and zoomed at random (the same whatever the seed). Batch normalisation "
        "keeps its statistics."
        if run["cut"]
        else "Here all of them learn, batch normalisation included, and every epoch flips, rotates and zooms "
        "each picture anew. The running statistics of batch normalisation have a momentum of "
        f"{NORM_MOMENTUM}, not 0.999, because an epoch has 24 batches."
    )
    about = (
        f"{run['epochs']} epochs, seed {run['seed']}, batches of 32, from `{run['weights']}`. "
        f"The paper does not say which layers learn. {learns} {notes}"
    ).strip()
    colours = (
        f"Human pictures wrongly accused: {len(accused['files'])}. Median colourfulness (Hasler and "
        f"Suesstrunk 2003): {accused['median_colourfulness']}; of the other human pictures: "
        f"{accused['median_of_the_rest']}."
    )
    if accused["paler"]:
        colours += (
            " The paper blames low colour. Of an accused picture and another human one, the accused one is "
            f"paler in {percent(accused['paler'])} of the cases (50% would be chance; Hanley and McNeil)."
        )
    last = run.get("last_accuracies", [])
    if len(last) == _LAST:
        about += (
            f" In its last {_LAST} epochs the accuracy on the 250 lay between {100 * min(last):.1f} % and "
            f"{100 * max(last):.1f} %, with a median of {100 * float(np.median(last)):.1f} %: the figures of "
            "the last epoch alone depend on when training ends."
        )
    plots = f"![confusion]({name}-confusion.png) ![curves]({name}-curves.png)"
    files = [f"- `{item['file']}`: {item['colourfulness']}" for item in accused["files"]]
    return [f"## {name}", "", about, "", plots, "", colours, "", *files]
