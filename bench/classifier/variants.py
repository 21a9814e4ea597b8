"""The forms that a run's network can be exported in, beside Keras and beside what is published.

Over 600 pictures, by the runtime that serves: how far the logits are from Keras',
what that costs in accuracy, how large the file is, and how long a picture takes.
"""

# ruff: noqa: T201  # a bench prints how far it is

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.table import machine
from model.data.figures import auc, balanced_accuracy, found_at, sigmoid
from model.data.sample_pixels import MAX_PIXELS
from model.data.samples import Sample
from model.serving.info import WEIGHTS, read_model_info
from model.serving.interpreters import Interpreters
from model.serving.picture import decode_picture
from model.serving.views import make_views
from model.training.export import convert
from model.training.trained import load_trained

Floats = NDArray[np.float64]


# What is published is float16; int8 throughout was judged for an earlier one and lost
# far too much (docs/decisions/serving-runtime.md).
OTHERS = ("float32", "int8_weights")


def compare(samples: list[Sample], run: Path) -> str:
    """A Markdown table of the forms of the network from a finished run.

    What each says of a picture is kept in the run's folder, so that a cut comparison goes on.
    """
    network, facts = load_trained(run)
    slope, intercept = facts["calibration"]["slope"], facts["calibration"]["intercept"]
    files = _files(network, run)
    forms = {name: Interpreters(file) for name, file in files.items()}
    place = run / f"parity-{read_model_info().version}.jsonl"
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    test = samples[:: max(1, len(samples) // 600)]
    with place.open("a", encoding="utf-8") as kept:
        for number, sample in enumerate(test[len(lines) :], len(lines) + 1):
            rgb = decode_picture(sample.path.read_bytes(), max_pixels=MAX_PIXELS).rgb
            views = [view.rgb for view in make_views(rgb, facts["short_side"])]
            lines.append(json.dumps(_ask(network, forms, views)))
            kept.write(lines[-1] + "\n")
            kept.flush()
            if number % 50 == 0:
                print(f"{number} of {len(test)}", flush=True)
    said = [json.loads(line) for line in lines]
    is_ai = np.array([sample.is_ai for sample in test])

    def scores(name: str) -> Floats:
        return sigmoid(slope * np.array([np.mean(row[name]["logits"]) for row in said]) + intercept)

    rows = [["Keras", "", "", "", *_accuracy(scores("Keras"), scores("Keras"), is_ai, facts["thresholds"])]]
    for name, file in files.items():
        times = [row[name]["ms"] for row in said]
        gaps = [np.abs(np.subtract(row[name]["logits"], row["Keras"]["logits"])).max() for row in said]
        rows.append(
            [
                name,
                f"{file.stat().st_size / 1e6:.2f}",
                f"{np.median(times):.0f}",
                f"{max(gaps):.4f}",
                *_accuracy(scores(name), scores("Keras"), is_ai, facts["thresholds"]),
            ]
        )
    return _table(rows, len(test))


def _ask(network: Any, forms: dict[str, Interpreters], views: list[NDArray[np.uint8]]) -> dict[str, Any]:
    """Every view's logit and the processor time, by Keras and by each form."""
    keras = [float(network(view[None].astype(np.float32), training=False)["logit"][0, 0]) for view in views]
    said: dict[str, Any] = {"Keras": {"logits": keras}}
    for name, form in forms.items():
        began = time.process_time()
        logits = form.run(views).logits
        said[name] = {"logits": logits.tolist(), "ms": 1000 * (time.process_time() - began)}
    return said


def _files(network: Any, run: Path) -> dict[str, Path]:
    info = read_model_info()
    files = {f"published, float16, `{info.version}`": WEIGHTS / info.weights}
    for precision in OTHERS:
        files[precision] = run / f"{precision}.tflite"
        if not files[precision].exists():
            files[precision].write_bytes(convert(network, precision))
    return files


def _accuracy(scores: Floats, wanted: Floats, is_ai: NDArray[np.bool_], lines: dict[str, float]) -> list[str]:
    edges = (lines["clear_below"], lines["flagged_from"])
    moved = int((np.digitize(scores, edges) != np.digitize(wanted, edges)).sum())
    return [
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
