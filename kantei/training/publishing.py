"""Publishing a finished run: weights, report and model card. Needs TensorFlow's converter."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kantei.training.evaluate_command import ACCEPTED, MENDED, REPORT, SCORES, Evaluated, run_evaluation
from kantei.training.splits import JUDGED
from model.data.scores import read_scores
from model.judging.card import renew
from model.judging.regression import newly_mended, write_mended
from model.judging.relapses import Reasons, RelapseError, unaccepted, write_accepted
from model.serving.info import INFO_FILE, ROOM, WEIGHTS
from model.training.export import convert, largest_difference, publish
from model.training.production import load_trained

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


def publish_judged(folder: Path, data: Path, month: str, reasons: Reasons, say: Say) -> None:
    """Convert a finished run's network in the run's own folder, judge it there, and install it."""
    publish_run(folder, "float16", month, folder / "candidate", say)
    install_judged(folder / "candidate", data, reasons, say)


def install_judged(candidate: Path, data: Path, reasons: Reasons, say: Say, room: Path = ROOM) -> None:
    """Judge a network on the split that nothing was learned from, and install it in `room` if it stands.

    Its report is written beside it first. With it report, card and regression set are renewed. Errors:
    `RelapseError` where mended pictures are misjudged again and no one accepts it; nothing is installed then.
    """
    judged = run_evaluation(
        data,
        JUDGED,
        candidate / "report",
        processes=os.cpu_count() or 1,
        encodings=True,
        confounds=True,
        say=say,
        weights=candidate,
        reports=room / "reports",
        reasons=reasons,
    )
    listed, here = (judged.report["mended"][name] for name in ("listed", "here"))
    if here < listed:
        say(f"only {here} of {listed} regression pictures are in {data}; the others were not tested")
    version = str(judged.report["model"])
    refuse_relapses(judged, version, candidate)
    _install(candidate, judged, version, room, say)


def refuse_relapses(judged: Evaluated, version: str, candidate: Path) -> None:
    """Let pass what misjudges no mended picture, or only accepted ones. Errors: `RelapseError`."""
    left = unaccepted(judged.relapses, judged.accepted, version)
    if not left:
        return
    human = sum(not one.said.is_ai for one in left)
    options = [
        *(["--accept-accused WHY (human pictures)"] if human else []),
        *(["--accept-missed WHY (generated pictures)"] if human < len(left) else []),
    ]
    raise RelapseError(
        f"not published: {version} misjudges pictures that an earlier version had fixed: {len(left)}, "
        f"{human} of them human\n"
        + "".join(f"  {one}\n" for one in left)
        + f"The network and its report are in "
        f"{candidate}. To publish anyway, give the reason with {' and '.join(options)}"
    )


def _install(candidate: Path, judged: Evaluated, version: str, room: Path, say: Say) -> None:
    """Put network, report, card and regression set where they belong."""
    reports, card = room / "reports", room / "card.md"
    place = reports / "test"
    before = read_scores(place / SCORES)
    earlier = json.loads((place / REPORT).read_text(encoding="utf-8"))["model"] if before else ""
    facts = json.loads((candidate / INFO_FILE).read_text(encoding="utf-8"))
    text = renew(card.read_text(encoding="utf-8"), judged.report, facts)
    install_weights(candidate, room / "weights")
    shutil.copytree(candidate / "report", place, dirs_exist_ok=True)
    card.write_text(text, encoding="utf-8")
    mended = newly_mended(earlier, before, version, judged.said, judged.mended)
    if mended:
        write_mended([*judged.mended, *mended], reports / MENDED)
    if judged.relapses:
        write_accepted(judged.accepted, reports / ACCEPTED)
    say(f"{version} installed; report in {place}, {card.name} updated")
    say(f"added to the regression set: {len(mended)}, regressions accepted: {len(judged.relapses)}")


def install_weights(candidate: Path, folder: Path) -> None:
    """Copy a classifier over another; the description comes last: it never names what is not there."""
    facts = json.loads((candidate / INFO_FILE).read_text(encoding="utf-8"))
    name = facts["weights"]["file"]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(candidate / name, folder / name)
    shutil.copyfile(candidate / INFO_FILE, folder / INFO_FILE)
    for old in folder.glob("*.tflite"):
        if old.name != name:
            old.unlink()
