"""Every form that a run's network can be exported in, beside Keras and beside what is published.

Over every picture of the split `test`, by the runtime that serves: how far the logits are from Keras',
what that costs in accuracy, how large the file is, and how long a picture takes.
"""

# ruff: noqa: T201  # a bench prints how far it is

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.table import machine
from kantei.splits import of_split
from model.export import PRECISIONS, convert
from model.figures import auc, balanced_accuracy, found_at, sigmoid
from model.info import WEIGHTS, read_model_info
from model.interpreters import Interpreters
from model.picture import decode_picture
from model.pixels import MAX_PIXELS
from model.production import load_trained
from model.samples import Sample
from model.views import Scale, ViewPlan, make_views

CALIBRATION = 100  # training pictures, whose views teach int8 the ranges of its activations


@dataclass(slots=True)
class _Form:
    """One file, and what it said of every picture."""

    size: int
    network: Interpreters
    gaps: list[float] = field(default_factory=list)
    logits: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def compare(samples: list[Sample], run: Path) -> str:
    """Give a Markdown table of all forms of the network that a finished run left."""
    network, facts = load_trained(run)
    slope, intercept = facts["calibration"]["slope"], facts["calibration"]["intercept"]
    lines = facts["thresholds"]
    scales = tuple(Scale(scale["short"], scale["crops"]) for scale in facts["views"]["scales"])
    plan = ViewPlan(facts["views"]["size"], scales)
    shares = np.concatenate([np.full(scale.crops, 1 / scale.crops / len(scales)) for scale in scales])
    forms = _forms(network, _some_views(of_split(samples, "train"), plan))
    test = of_split(samples, "test")
    expected = []
    for number, sample in enumerate(test, 1):
        views = make_views(_read(sample), plan)
        keras = np.asarray(network.predict_on_batch(views.astype(np.float32))["logit"])[:, 0]
        expected.append(slope * float(shares @ keras) + intercept)
        for form in forms.values():
            began = time.process_time()
            said = form.network.run(views)[0]
            form.times.append(1000 * (time.process_time() - began))
            form.gaps.append(float(np.abs(said - keras).max()))
            form.logits.append(slope * float(shares @ said) + intercept)
        if number % 50 == 0:
            print(f"{number} of {len(test)}", flush=True)
    is_ai = np.array([sample.is_ai for sample in test])
    wanted = sigmoid(np.array(expected))
    rows = [_row("Keras", wanted, wanted, is_ai, lines)]
    for name, form in forms.items():
        row = _row(name, sigmoid(np.array(form.logits)), wanted, is_ai, lines)
        speed = f"{np.median(form.times):.0f}"
        rows.append([row[0], f"{form.size / 1e6:.2f}", speed, f"{max(form.gaps):.4f}", *row[4:]])
    return _table(rows, len(test))


def _forms(network: object, calibration: list[NDArray[np.uint8]]) -> dict[str, _Form]:
    info = read_model_info()
    published = WEIGHTS / info.weights
    forms = {f"published, `{info.version}`": _Form(published.stat().st_size, Interpreters(published))}
    with tempfile.TemporaryDirectory() as folder:
        for precision in PRECISIONS:
            place = Path(folder) / f"{precision}.tflite"
            place.write_bytes(convert(network, precision, calibration))
            forms[precision] = _Form(place.stat().st_size, Interpreters(place))
    return forms


def _row(
    name: str,
    scores: NDArray[np.float64],
    wanted: NDArray[np.float64],
    is_ai: NDArray[np.bool_],
    lines: dict[str, float],
) -> list[str]:
    edges = (lines["clear_below"], lines["flagged_from"])
    moved = int((np.digitize(scores, edges) != np.digitize(wanted, edges)).sum())
    return [
        name,
        "",
        "",
        "",
        f"{np.abs(scores - wanted).max():.4f}",
        str(moved),
        f"{auc(scores, is_ai):.4f}",
        f"{100 * found_at(scores, is_ai, 0.01).value:.1f} %",
        f"{100 * balanced_accuracy(scores, is_ai):.1f} %",
    ]


def _table(rows: list[list[str]], count: int) -> str:
    heads = (
        "form",
        "MB",
        "ms a picture",
        "a view's logit differs by",
        "a score by",
        "findings that change",
        "AUC",
        "AI found at 1 % accused",
        "balanced accuracy",
    )
    text = "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))
    return (
        f"All {count} pictures of the split `test`; differences are the largest, from Keras. Milliseconds: "
        "the median of one thread's processor time for a picture's views, the forms in turns, on "
        f"{machine()}.\n\n{text}\n"
    )


def _some_views(samples: list[Sample], plan: ViewPlan) -> list[NDArray[np.uint8]]:
    chosen = samples[:: max(1, len(samples) // CALIBRATION)]
    return [view for sample in chosen for view in make_views(_read(sample), plan)[::3]]


def _read(sample: Sample) -> NDArray[np.uint8]:
    return decode_picture(sample.path.read_bytes(), max_pixels=MAX_PIXELS).rgb
