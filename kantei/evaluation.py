"""`kantei evaluate`, joined from the model's parts."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kantei.splits import of_split
from model.evaluation import Dresses, Judged, judge_samples
from model.figures import sigmoid
from model.info import read_model_info
from model.markdown import render
from model.regression import read_mended, relapsed
from model.report import make_report
from model.samples import read_samples


def run_evaluation(
    data: Path,
    split: str,
    out: Path | None,
    *,
    processes: int,
    encodings: bool,
    confounds: bool,
    say: Callable[[str], None],
) -> list[Judged]:
    """Judge, print the table, and write report.json, report.md and plots where `out` is given."""
    samples = of_split(read_samples(data), split)
    judged = judge_samples(samples, Dresses(encodings, confounds), processes, say)
    info = read_model_info()
    report = make_report(judged, info)
    text = render(report)
    print(text)  # noqa: T201  # the table is what the command is for
    _say_relapses(judged, say)
    if out is None:
        return judged
    from model.plots import plot_scores  # noqa: PLC0415  # only plots need matplotlib

    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(text, encoding="utf-8")
    scores = sigmoid(np.array([item.logit for item in judged]))
    is_ai = np.array([item.sample.is_ai for item in judged])
    plot_scores(scores, is_ai, (info.thresholds.clear_below, info.thresholds.flagged_from), out)
    rows = "".join(
        f"{item.sample.name}\t{item.sample.label}\t{score:.5f}\n"
        for item, score in zip(judged, scores, strict=True)
    )
    (out / "scores.tsv").write_text(rows, encoding="utf-8")
    return judged


def read_said(place: Path) -> tuple[str, dict[str, float]]:
    """Read which model an earlier report in `place` is of, and its scores by name; nothing where none is."""
    if not (place / "scores.tsv").is_file() or not (place / "report.json").is_file():
        return "", {}
    rows = (line.split("\t") for line in (place / "scores.tsv").read_text(encoding="utf-8").splitlines())
    scores = {name: float(score) for name, _, score in rows}
    return str(json.loads((place / "report.json").read_text(encoding="utf-8"))["model"]), scores


def _say_relapses(judged: Sequence[Judged], say: Callable[[str], None]) -> None:
    found, again = relapsed(judged, read_mended())
    if found:
        say(f"{found} pictures that were once misjudged are among these; misjudged again: {len(again)}")
    for item, score in again:
        say(f"  {item.sha256} is {item.label}, was mended by {item.mended_by}, and has {score:.3f} now")
