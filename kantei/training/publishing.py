"""Publishing a finished run: weights, report and model card. Needs TensorFlow's converter."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kantei.training.evaluate_command import (
    ACCEPTED,
    MENDED,
    REPORT,
    SCORES,
    Evaluated,
    conclude_evaluation,
)
from kantei.training.training_runs import TrainingOptions
from model.data.judged import Judged
from model.data.scores import read_scores, say_scores, write_scores
from model.judging.card import renew
from model.judging.evaluation import Dresses, judge_samples
from model.judging.regression import newly_mended, write_mended
from model.judging.relapses import Reasons, RelapseError, unaccepted, write_accepted
from model.judging.unseen_owners import judge_unseen_owners
from model.serving.info import INFO_FILE, ROOM, WEIGHTS, read_model_info
from model.training.export import convert, largest_difference, publish
from model.training.trained import load_native, load_trained
from model.training.unseen import load_unseen

Say = Callable[[str], None]
PARITY = 100  # pictures whose score by the published network is kept, so that other machines can compare
UNSEEN = "unseen"  # the folder of reports on owners that the judging heads had not seen


def publish_run(folder: Path, precision: str, month: str, out: Path | None, say: Say) -> None:
    """Convert a finished run's networks, prove parity and put them where workers load them."""
    network, facts = load_trained(folder)
    side = int(facts["short_side"]) // 16
    # Not square: networks are converted at a square, and must agree at other shapes.
    drawn = np.random.default_rng(0).integers(0, 256, (8, side, side + 8, 3), dtype=np.uint8)
    drawn = drawn.repeat(16, axis=1).repeat(16, axis=2)  # patches, nearer to drawings than noise is
    model = convert(network, precision, drawn)
    facts["parity"] = {
        "precision": precision,
        "largest_logit_difference": largest_difference(network, model, drawn),
    }
    native = None
    if "native" in facts:
        beside = load_native(folder, facts)
        native = convert(beside, precision, drawn)
        facts["parity"]["largest_native_difference"] = largest_difference(beside, native, drawn)
    name = "_".join(facts["training"]["recipe"]["backbones"])
    version = publish(model, name, month, facts, out or WEIGHTS, native=native)
    size_mb = (len(model) + len(native or b"")) / 1e6
    say(f"{version}: {size_mb:.1f} MB, {json.dumps(facts['parity'])}")


def publish_judged(folder: Path, wanted: TrainingOptions, month: str, reasons: Reasons, say: Say) -> None:
    """Convert a finished run's networks, report what new owners meet, and install them."""
    candidate = folder / "candidate"
    publish_run(folder, "float16", month, candidate, say)
    samples, pixels = wanted.pictures(say)
    asked = judge_samples(
        samples[:: max(1, len(samples) // PARITY)],
        Dresses(encodings=False, confounds=False),
        os.cpu_count() or 1,
        say,
        candidate,
    )
    (candidate / "report").mkdir(exist_ok=True)
    write_scores(say_scores(asked), candidate / "report" / "published.tsv")
    install_judged(candidate, judge_unseen_owners(samples, pixels, load_unseen(folder)), reasons, say)


def install_judged(
    candidate: Path, said: Sequence[Judged], reasons: Reasons, say: Say, room: Path = ROOM
) -> None:
    """Report what was said of unseen owners, and install a classifier in `room` if it stands.

    Its report is written beside it first. With it report, card and regression set are renewed. Errors:
    `RelapseError` where mended pictures are misjudged again and no one accepts it; nothing is installed then.
    """
    judged = conclude_evaluation(
        said,
        read_model_info(candidate),
        candidate / "report",
        say=say,
        reports=room / "reports",
        reasons=reasons,
    )
    listed, here = (judged.report["mended"][name] for name in ("listed", "here"))
    if here < listed:
        say(f"only {here} of {listed} regression pictures are in the data; the others were not tested")
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
    place = reports / UNSEEN
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
    names = [part["weights"]["file"] for part in (facts, facts.get("native")) if part]
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*names, INFO_FILE):
        shutil.copyfile(candidate / name, folder / name)
    for old in folder.glob("*.tflite"):
        if old.name not in names:
            old.unlink()
