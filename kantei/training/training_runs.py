"""Training runs, built from the model's parts, on any Keras backend."""

import itertools
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.known.known_image import PictureHash
from kantei.training.run_folder import claim_folder, pictures_of, weights_of
from kantei.training.splits import of_split
from model.data.estimates import ProgressReport
from model.data.families import join_families
from model.data.folds import lone_labels
from model.data.sample_pixels import SamplePixels, open_pixels
from model.data.samples import Sample, SamplesError, read_samples
from model.known.pdq import pdq_hash
from model.paper.paper import EPOCHS, TrainedLayers, train_paper
from model.paper.paper_report import write_paper_report
from model.serving.info import REPORTS
from model.training.backbones import find_weights
from model.training.pretrained import check_pretrained
from model.training.production import train_production
from model.training.recipe import Recipe

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What the command line asked for."""

    data: Path
    split: str | None
    originals: Path | None
    also: tuple[Path, ...]
    backbone: str
    weights: str
    folder: Path
    epochs: int | None
    folds: int
    seed: int
    layers: str = "last"

    def samples(self) -> list[Sample]:
        """Read the pictures: of the split, where the data has one, and all of what comes beside it."""
        samples = of_split(read_samples(self.data), self.split)
        taken = {sample.name.partition("/")[0] for sample in samples}
        for place in self.also:
            first = max(sample.number for sample in samples) + 1
            prefix = _untaken(place.resolve().name, taken)
            taken.add(prefix)
            samples += [
                replace(sample, name=f"{prefix}/{sample.name}", number=first + sample.number)
                for sample in read_samples(place)
            ]
        return samples

    def pictures(self, say: Say) -> tuple[list[Sample], SamplePixels]:
        """Read samples and pixels; owners that share pictures, as a fork and its origin do, are made one."""
        samples = self.samples()
        pixels = open_pixels(samples, self.folder, say)
        return join_families(samples, _hashes(samples, pixels, self.folder, say)), pixels


def _untaken(folder: str, taken: Collection[str]) -> str:
    """Return the name of a folder, with a number if it is taken.

    Two folders may have one name and files of one name. Names are published, so where a folder lies on this
    machine is not in them.
    """
    names = itertools.chain([folder], (f"{folder}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _hashes(samples: Sequence[Sample], pixels: SamplePixels, folder: Path, say: Say) -> list[PictureHash]:
    """Hash all pictures, or read what an earlier call kept."""
    place = folder / "hashes.json"
    if place.is_file():
        kept = json.loads(place.read_text(encoding="utf-8"))
        return [PictureHash(*kept[sample.name]) for sample in samples]
    progress, hashes = ProgressReport("hashed", len(samples), say), []
    for number in range(len(samples)):
        hashes.append(pdq_hash(pixels[number]))
        progress.reach(number + 1)
    named = {s.name: (one.hex, one.quality) for s, one in zip(samples, hashes, strict=True)}
    place.write_text(json.dumps(named), encoding="utf-8")
    return hashes


def run_production(wanted: TrainingOptions, say: Say) -> None:
    """Train the production model. Errors: `SamplesError`."""
    recipe = Recipe(folds=wanted.folds, seed=wanted.seed)
    check_pretrained(recipe.backbones, wanted.weights)
    made_of = {
        "short_side": recipe.short,
        "seed": recipe.seed,
        "folds": recipe.folds,
        "copies": [recipe.degraded_each, recipe.processed_each],
    }
    _claim(wanted, recipe.backbones, wanted.samples(), made_of)
    samples, pixels = wanted.pictures(say)
    say(f"pictures: {len(samples)}, owners: {len({sample.owner for sample in samples})}")
    for label in lone_labels(samples):
        say(
            f"all {label} pictures have one owner, so thresholds and figures will be too optimistic. Put "
            f"each source into its own folder, {label}/SOURCE/, or name it in a manifest"
        )
    facts = train_production(
        recipe, wanted.weights, samples, pixels, folder=wanted.folder, say=say, originals=wanted.originals
    )
    say(json.dumps(facts["unseen_owners"]))
    say(f"to publish: kantei export --run {wanted.folder}")


def run_paper(wanted: TrainingOptions, say: Say) -> None:
    """Reproduce the paper's experiment, and write its table. Errors: `SamplesError`."""
    samples = [sample for sample in read_samples(wanted.data) if sample.facets.get("paper_split")]
    pairs = list(enumerate(samples))
    learn = [pair for pair in pairs if pair[1].facets["paper_split"] == "train"]
    judge = [pair for pair in pairs if pair[1].facets["paper_split"] == "test"]
    if any(len({sample.label for _, sample in part}) < 2 for part in (learn, judge)):
        raise SamplesError(
            f"{wanted.data} needs a column paper_split with train and test, each with both labels"
        )
    check_pretrained([wanted.backbone], wanted.weights)
    layers = TrainedLayers(wanted.layers)
    _claim(wanted, [wanted.backbone], samples, {"seed": wanted.seed, "layers": layers})
    pixels = open_pixels(samples, wanted.folder.parent, say)
    file = find_weights([wanted.backbone], wanted.weights)[wanted.backbone] or ""
    outcome = train_paper(
        wanted.backbone,
        file,
        learn,
        judge,
        pixels=pixels,
        folder=wanted.folder,
        layers=layers,
        epochs=wanted.epochs or EPOCHS,
        seed=wanted.seed,
        say=say,
    )
    # A run of fewer epochs is a trial: the repository's report is the paper's experiment.
    whole = len(outcome.curves) >= EPOCHS
    place = REPORTS / "paper" if whole else wanted.folder / "report"
    write_paper_report(
        wanted.backbone, outcome, judge, pixels, weights=Path(file).name, seed=wanted.seed, folder=place
    )
    say(f"report written to {place}")


def _claim(
    wanted: TrainingOptions, backbones: Sequence[str], samples: Sequence[Sample], made_of: dict[str, object]
) -> None:
    """Take the run's folder for these pictures and weights. Errors: `SamplesError`."""
    weights = weights_of(find_weights(backbones, wanted.weights))
    claim_folder(wanted.folder, {"pictures": pictures_of(samples), "weights": weights, **made_of})
