"""`kantei train`, `kantei evaluate` and `kantei export`.

TensorFlow and Keras are imported inside the commands: no other command may pay for them.
"""

import importlib.util
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

RUNS = Path("runs")
FOLDER = click.Path(exists=True, path_type=Path)


@click.command()
@click.option(
    "--data",
    type=FOLDER,
    required=True,
    help="A manifest, or a folder with manifest.csv or with ai/OWNER/ and human/OWNER/.",
)
@click.option("--split", help="Use one split of the manifest only. [default: everything]")
@click.option(
    "--originals",
    type=FOLDER,
    help="Folder with the pictures at their own scale, named by 16 digits of the SHA-256 and the format. "
    "[default: the pictures of --data]",
)
@click.option(
    "--also",
    type=FOLDER,
    multiple=True,
    help="Additional data, for example from `kantei export --decisions`.",
)
@click.option(
    "--recipe",
    "kind",
    type=click.Choice(["production", "paper"]),
    default="production",
    show_default=True,
    help="`production` for Kantei's own network, `paper` to reproduce the paper.",
)
@click.option(
    "--backbone",
    type=click.Choice(["mobilenet_v2", "mobilenet_v3", "mobilenet_v3_minimalistic"]),
    default="mobilenet_v2",
    show_default=True,
    help="Backbone for the paper recipe; the production recipe has its own.",
)
@click.option(
    "--layers",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Layers that the paper recipe trains. `last` takes minutes on two cores; `all` needs a graphics "
    "card or several hours.",
)
@click.option(
    "--weights",
    default="imagenet",
    show_default=True,
    help="Folder or file with Keras weights (without top), or `imagenet` to download them.",
)
@click.option(
    "--run", "run_dir", type=click.Path(path_type=Path), help="Folder for checkpoints. [default: runs/NAME]"
)
@click.option("--epochs", type=click.IntRange(1, 1000), help="Epochs for the paper recipe. [default: 100]")
@click.option("--folds", type=click.IntRange(3, 10), default=5, show_default=True, help="Folds of owners.")
@click.option("--seed", type=int, default=11, show_default=True, help="Seed of the random numbers.")
@click.option(
    "--publish",
    is_flag=True,
    help="After training, export the networks, install them and update the report on unseen owners, the "
    "model card and the regression set. Refused if it misjudges pictures that an earlier version had fixed.",
)
@click.option(
    "--accept-accused",
    metavar="WHY",
    help="Publish even if human pictures fixed earlier are misjudged again. The reason is recorded.",
)
@click.option(
    "--accept-missed",
    metavar="WHY",
    help="Publish even if generated pictures fixed earlier are misjudged again. The reason is recorded.",
)
def train(
    data: Path,
    split: str | None,
    originals: Path | None,
    also: tuple[Path, ...],
    kind: str,
    backbone: str,
    layers: str,
    weights: str,
    run_dir: Path | None,
    epochs: int | None,
    folds: int,
    seed: int,
    accept_accused: str | None,
    accept_missed: str | None,
    *,
    publish: bool,
) -> None:
    """Train a classifier. Run the same command again to resume an interrupted run.

    The production recipe trains heads that leave out one fold of owners, and every two: thresholds and
    all other choices are measured on owners that neither the head nor the choice has seen. The published
    head is trained on all data. Publish it with `kantei export --run DIR`.
    The paper recipe reproduces Kusuma et al. 2024 and writes their table.
    """
    _need("keras", "training")
    if (accept_accused or accept_missed) and not publish:
        raise click.UsageError("--accept-accused and --accept-missed can only be used with --publish")
    if publish:
        if kind == "paper":
            raise click.UsageError("--publish can only be used with the production recipe")
        _need("tensorflow", "publishing")
        _need("matplotlib", "plots")
        _need("scipy", "publishing")
    from kantei.training.training_runs import TrainingOptions, run_paper, run_production  # noqa: PLC0415  # loads Keras

    wanted = TrainingOptions(
        data=data,
        split=split,
        originals=originals,
        also=also,
        backbone=backbone,
        weights=weights,
        folder=run_dir or RUNS / (f"{kind}-{backbone}" + (f"-all-{seed}" if layers == "all" else "")),
        epochs=epochs,
        folds=folds,
        seed=seed,
        layers=layers,
    )
    _report_errors(lambda: (run_paper if kind == "paper" else run_production)(wanted, _say))
    if publish:
        from kantei.training.publishing import publish_judged  # noqa: PLC0415  # loads TensorFlow
        from model.judging.relapses import Reasons  # noqa: PLC0415  # late, as all of the model is

        reasons = Reasons(human=accept_accused, ai=accept_missed)
        _report_errors(lambda: publish_judged(wanted.folder, wanted, _month(), reasons, _say))


@click.command()
@click.option(
    "--data", type=FOLDER, required=True, help="A manifest, or a folder with manifest.csv or ai/ and human/."
)
@click.option("--split", help="Use one split of the manifest only. [default: everything]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for report.json, report.md, scores.tsv and, if matplotlib is installed, plots.",
)
@click.option("--encodings/--no-encodings", default=True, help="Also evaluate five common re-encodings.")
@click.option(
    "--confounds/--no-confounds",
    default=True,
    help="Also test that codec and size do not explain the result.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Number of processes."
)
def evaluate(
    data: Path, split: str | None, out: Path | None, *, encodings: bool, confounds: bool, processes: int
) -> None:
    """Evaluate the installed classifier on labelled pictures, with the runtime used in production."""
    from kantei.training.evaluate_command import run_evaluation  # noqa: PLC0415  # loads the runtime

    _report_errors(
        lambda: run_evaluation(
            data, split, out, processes=processes, encodings=encodings, confounds=confounds, say=_say
        )
    )


@click.command()
@click.option("--run", "run_dir", type=FOLDER, help="Finished run of `kantei train` to export.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "float16", "int8_weights", "int8"]),
    default="float16",
    show_default=True,
    help="Precision of the exported weights.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Destination folder. [default: the installed model/weights]",
)
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    help="Write moderators' decisions to this folder as labelled data.",
)
def export(run_dir: Path | None, precision: str, out: Path | None, decisions: Path | None) -> None:
    """Export a trained network for serving, or moderators' decisions as training data."""
    if (run_dir is None) == (decisions is None):
        raise click.UsageError("give either --run or --decisions")
    if decisions is not None:
        from kantei.training.decision_export import export_decisions  # noqa: PLC0415  # loads the store

        _report_errors(lambda: export_decisions(decisions, _say))
        return
    _need("tensorflow", "publishing")
    from kantei.training.publishing import publish_run  # noqa: PLC0415  # loads TensorFlow

    _report_errors(lambda: publish_run(run_dir, precision, _month(), out, _say) if run_dir else None)


def _month() -> str:
    return datetime.now(UTC).strftime("%Y.%m")


def _need(name: str, what: str) -> None:
    if importlib.util.find_spec(name) is None:
        raise click.UsageError(f"{what} needs {name}: run `pip install '.[train]'` in the source folder")


def _say(text: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {text}")


def _report_errors(work: Callable[[], object]) -> None:
    """Run the work; what is wrong with the user's data ends with one line."""
    from model.data.samples import SamplesError  # noqa: PLC0415  # the same
    from model.judging.relapses import RelapseError  # noqa: PLC0415  # the same
    from model.serving.picture import PictureError  # noqa: PLC0415  # late, as all of the model is

    try:
        work()
    except (PictureError, RelapseError, SamplesError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
