"""`kantei evaluate`, built from the model's parts."""

import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kantei.training.splits import of_split
from model.data.figures import sigmoid
from model.data.judged import Judged
from model.data.samples import SamplesError, read_samples
from model.data.scores import Said, say_scores, write_scores
from model.judging.evaluation import Dresses, judge_samples
from model.judging.markdown import render
from model.judging.regression import Mended, read_mended
from model.judging.relapses import (
    AcceptedRelapse,
    Reasons,
    Relapse,
    describe_relapses,
    find_relapses,
    read_accepted,
)
from model.judging.report import make_report
from model.judging.resampling import CAN_RESAMPLE
from model.serving.info import REPORTS, ModelInfo, read_model_info

Say = Callable[[str], None]
REPORT, SCORES = "report.json", "scores.tsv"
MENDED, ACCEPTED = "regressions.json", "accepted.json"  # in the folder of reports


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What came of it: the report, each picture's score, and what stands about mended pictures."""

    report: dict[str, Any]
    said: list[Said]
    mended: list[Mended]
    relapses: list[Relapse]
    accepted: list[AcceptedRelapse]


def run_evaluation(
    data: Path,
    split: str | None,
    out: Path | None,
    *,
    processes: int,
    encodings: bool,
    confounds: bool,
    say: Say,
) -> Evaluated:
    """Judge by the installed classifier, print the table, and write it where `out` is given.

    Errors: `SamplesError`.
    """
    samples = of_split(read_samples(data), split)
    judged = judge_samples(samples, Dresses(encodings, confounds), processes, say)
    _check_labels(judged, data)
    return conclude_evaluation(judged, read_model_info(), out, say=say)


def conclude_evaluation(
    judged: Sequence[Judged],
    info: ModelInfo,
    out: Path | None,
    *,
    say: Say,
    reports: Path = REPORTS,
    reasons: Reasons | None = None,
) -> Evaluated:
    """Print the table of judgements; write report.json, report.md, scores.tsv and plots where `out` is given.

    `reports` holds what must stay mended; `reasons` are those that relapses are accepted for, beside what was
    accepted for this version before.
    """
    said, mended = say_scores(judged), read_mended(reports / MENDED)
    here, relapses = find_relapses(said, mended)
    accepted = read_accepted(reports / ACCEPTED) + (reasons or Reasons()).accept(relapses, info.version)
    report = make_report(judged, info)
    report["mended"] = describe_relapses(said, mended, accepted, info.version)
    text = render(report)
    print(text)  # noqa: T201  # the table is what the command is for
    if not CAN_RESAMPLE:
        say("some intervals need scipy and are missing: run `pip install '.[train]'` in the source folder")
    if here:
        say(f"regression pictures in this data: {here} of {len(mended)}, misjudged again: {len(relapses)}")
    for relapse in relapses:
        say(f"  {relapse}")
    if out is not None:
        _write(out, report, text, said, judged, info, say)
    return Evaluated(report, said, mended, relapses, accepted)


def _check_labels(judged: Sequence[Judged], data: Path) -> None:
    """Refuse figures where a label has no picture left."""
    if len({item.sample.label for item in judged}) < 2:
        raise SamplesError(f"{data}: no picture of one of the labels could be decoded, or the split has none")


def _write(
    out: Path,
    report: dict[str, Any],
    text: str,
    said: list[Said],
    judged: Sequence[Judged],
    info: ModelInfo,
    say: Say,
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(text, encoding="utf-8")
    write_scores(said, out / SCORES)
    say(f"written to {out}: {REPORT}, report.md, and the score of each picture in {SCORES}")
    if importlib.util.find_spec("matplotlib") is None:
        say("plots need matplotlib and are missing: run `pip install '.[train]'` in the source folder")
        return
    from model.judging.plots import plot_scores  # noqa: PLC0415  # loads matplotlib

    scores = sigmoid(np.array([item.logit for item in judged]))
    is_ai = np.array([item.sample.is_ai for item in judged])
    plot_scores(scores, is_ai, (info.thresholds.clear_below, info.thresholds.flagged_from), out)
