"""Runs of training, joined from the model's parts."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kantei.splits import of_split
from model.backbones import find_weights
from model.export import convert, largest_difference, publish
from model.info import REPORTS, WEIGHTS
from model.paper import EPOCHS, train_paper
from model.paper_report import write_paper_report
from model.pixels import open_pixels
from model.production import Recipe, load_trained, train_production
from model.samples import Sample, SamplesError, read_samples

Say = Callable[[str], None]
ARCHITECTURE = "mobilenet_v2v3"  # the family; which backbones, the description says


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


def publish_run(folder: Path, precision: str, month: str, out: Path | None, say: Say) -> None:
    """Convert a finished run's network, prove parity and put it where workers load it."""
    network, facts = load_trained(folder)
    size = int(facts["views"]["size"])
    drawn = np.random.default_rng(0).integers(0, 256, (8, size // 16, size // 16, 3), dtype=np.uint8)
    drawn = drawn.repeat(16, axis=1).repeat(16, axis=2)  # patches, nearer to drawings than noise is
    model = convert(network, precision, drawn)
    gap = largest_difference(network, model, drawn)
    facts["parity"] = {"precision": precision, "largest_logit_difference": gap}
    version = publish(model, ARCHITECTURE, month, facts, out or WEIGHTS)
    say(f"{version}: {len(model) / 1e6:.1f} MB, {json.dumps(facts['parity'])}")
