"""From a finished run to what workers load, and to what people read of it. Needs TensorFlow's converter."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kantei.evaluation import read_said, run_evaluation
from kantei.splits import JUDGED
from model.card import renew
from model.export import convert, largest_difference, publish
from model.info import CARD, INFO_FILE, REPORTS, WEIGHTS
from model.production import load_trained
from model.regression import newly_mended, read_mended, write_mended

Say = Callable[[str], None]


def publish_run(folder: Path, precision: str, month: str, out: Path | None, say: Say) -> None:
    """Convert a finished run's network, prove parity and put it where workers load it."""
    network, facts = load_trained(folder)
    size = int(facts["views"]["size"])
    drawn = np.random.default_rng(0).integers(0, 256, (8, size // 16, size // 16, 3), dtype=np.uint8)
    drawn = drawn.repeat(16, axis=1).repeat(16, axis=2)  # patches, nearer to drawings than noise is
    model = convert(network, precision, drawn)
    gap = largest_difference(network, model, drawn)
    facts["parity"] = {"precision": precision, "largest_logit_difference": gap}
    version = publish(model, "_".join(facts["training"]["recipe"]["backbones"]), month, facts, out or WEIGHTS)
    say(f"{version}: {len(model) / 1e6:.1f} MB, {json.dumps(facts['parity'])}")


def report_published(data: Path, say: Say) -> None:
    """Judge what was published on the split that nothing was learned from; renew card and regression set."""
    place = REPORTS / "test"
    earlier, before = read_said(place)
    judged = run_evaluation(
        data, JUDGED, place, processes=os.cpu_count() or 1, encodings=True, confounds=True, say=say
    )
    report = json.loads((place / "report.json").read_text(encoding="utf-8"))
    facts = json.loads((WEIGHTS / INFO_FILE).read_text(encoding="utf-8"))
    CARD.write_text(renew(CARD.read_text(encoding="utf-8"), report, facts), encoding="utf-8")
    known = read_mended()
    mended = newly_mended(earlier, before, facts["version"], judged, known)
    if mended:
        write_mended([*known, *mended])
    say(f"report in {place}, figures of {CARD.name} renewed, {len(mended)} more pictures must stay mended")
