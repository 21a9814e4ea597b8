"""Runs of training, joined from the model's parts; on whatever backend Keras is given."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kantei.splits import of_split
from model.backbones import find_weights
from model.folds import lone_labels
from model.info import REPORTS
from model.paper import EPOCHS, train_paper
from model.paper_report import write_paper_report
from model.pixels import open_pixels
from model.production import Recipe, train_production
from model.samples import Sample, SamplesError, read_samples

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for."""

    data: Path
    split: str
    also: tuple[Path, ...]
    backbone: str
    weights: str
    folder: Path
    epochs: int | None
    folds: int
    seed: int

    def samples(self) -> list[Sample]:
        """Read the pictures: of the split, where the data has one, and all of what comes beside it."""
        samples = of_split(read_samples(self.data), self.split)
        for place in self.also:
            more = read_samples(place)
            samples += [replace(sample, number=sample.number + len(samples)) for sample in more]
        return samples


def run_production(wanted: Wanted, say: Say) -> None:
    """Train the production model."""
    samples = wanted.samples()
    say(f"{len(samples)} pictures of {len({sample.owner for sample in samples})} owners")
    for label in lone_labels(samples):
        say(
            f"all pictures of {label} are one owner's: thresholds and figures will flatter. Put each source "
            f"into a folder of its own, {label}/SOURCE/, or name it in a manifest"
        )
    pixels = open_pixels(samples, wanted.folder, say)
    recipe = Recipe(folds=wanted.folds, seed=wanted.seed)
    facts = train_production(recipe, wanted.weights, samples, pixels, folder=wanted.folder, say=say)
    say(json.dumps(facts["unseen_owners"]))
    say(f"publish it with: kantei export --run {wanted.folder}")


def run_paper(wanted: Wanted, say: Say) -> None:
    """Reproduce the paper's experiment, and write its table. Errors: `SamplesError`."""
    samples = read_samples(wanted.data)
    pairs = list(enumerate(samples))
    learn = [pair for pair in pairs if pair[1].facets.get("paper_split") == "train"]
    judge = [pair for pair in pairs if pair[1].facets.get("paper_split") == "test"]
    if not learn or not judge:
        raise SamplesError("the manifest has no column paper_split of train and test")
    pixels = open_pixels(samples, wanted.folder.parent, say)
    outcome = train_paper(
        wanted.backbone,
        find_weights([wanted.backbone], wanted.weights)[wanted.backbone],
        learn,
        judge,
        pixels=pixels,
        folder=wanted.folder,
        epochs=wanted.epochs or EPOCHS,
        seed=wanted.seed,
        say=say,
    )
    write_paper_report(wanted.backbone, outcome, judge, pixels, seed=wanted.seed, folder=REPORTS / "paper")
    say(f"report in {REPORTS / 'paper'}")
