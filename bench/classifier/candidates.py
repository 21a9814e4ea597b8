"""What more features, or others, would make of the classifier, on owners that it has not seen.

    python -m bench.classifier.candidates --data DATA --weights FOLDER --run RUN [--bank FOLDER[:SHARE] ...]

RUN is a run of `kantei train`; a bank is a folder with more features of the same pictures, by `take` below
of any network from views to numbers. Its products count by SHARE, 1 where none is said. Each bank is tried
beside the run's features, then all together, by the head of the production recipe, in three dresses (as they
are, after a trip over the web, in one size and codec) and on three ways to cut the folds, the recipe's and
two at random: means over the three, then each. Nothing looks at a test split.

The products of all pairs of pictures are taken once for each bank, and add up: a candidate costs solving
alone. Deviations are those of all pictures and not of those outside a fold: the areas agree with those of
the run to a thousandth.
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kantei.training.splits import of_split
from model.data.figures import auc, found_at
from model.data.folds import owner_folds
from model.data.sample_pixels import SamplePixels, open_pixels
from model.data.samples import Sample, read_samples
from model.judging.evaluation import made_uniform
from model.training.backbones import find_weights
from model.training.choosing import ACCUSED
from model.training.extract import Change, extract
from model.training.feature_reading import make_reader
from model.training.head import Floats, fit_gram, gram_of, standardise
from model.training.network import build_features, scalings_of
from model.training.production import trips
from model.training.recipe import Recipe

RECIPE = Recipe()
DRESSES = ("clean", "degraded-1", "uniform")
HEAD = "| what | as it is | web trip | one size, one codec | as it is, each cut |"


def take(network: Any, samples: Sequence[Sample], pixels: SamplePixels, folder: Path) -> None:
    """Take the features (n, d) that a Keras network gives of views, in all dresses; what is there stays."""
    changes: list[Change | None] = [None, trips(samples, RECIPE.seed, 1), lambda rgb, _: made_uniform(rgb)]
    folder.mkdir(parents=True, exist_ok=True)
    read = make_reader(network)
    for dress, change in zip(DRESSES, changes, strict=True):
        extract(read, pixels, RECIPE.short, change, place=folder / f"features-{dress}.npy", say=print)


def products(folder: Path) -> Floats:
    """The products of all pairs of a bank's rows: all pictures in one dress after another.

    Errors: FileNotFoundError.
    """
    rows = [np.load(folder / f"features-{dress}.npy").astype(np.float32) for dress in DRESSES]
    return gram_of(standardise(np.concatenate(rows))[0])


def random_folds(samples: Sequence[Sample], count: int, seed: int) -> list[int]:
    """Deal the owners of each label to folds in an order of chance, each to the fold with fewest pictures."""
    rng = np.random.default_rng(seed)
    fold_of = {}
    for label in sorted({sample.label for sample in samples}):
        load = [0] * count
        owners = sorted({sample.owner for sample in samples if sample.label is label})
        for owner in rng.permutation(owners):
            fold = load.index(min(load))
            load[fold] += sum(sample.label is label and sample.owner == owner for sample in samples)
            fold_of[label, str(owner)] = fold
    return [fold_of[sample.label, sample.owner] for sample in samples]


def judge(gram: Floats, samples: Sequence[Sample], fold_of: NDArray[np.int_]) -> Floats:
    """The logits (dresses, n) of every picture by a head that was fitted without its fold.

    Heads are fitted to the first two dresses, as production is, and judged in all.
    """
    count = len(samples)
    judged = np.zeros((len(gram) // count, count))
    for fold in np.unique(fold_of):
        inside, outside = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        rows = np.concatenate([outside, outside + count])
        # Less the mean of what is learned from, which is all that a fold may know.
        means = gram[:, rows].mean(axis=1)
        centred = gram[:, rows] - means[:, None] - means[rows] + means[rows].mean()
        learned = [samples[int(number)] for number in outside] * 2
        line = fit_gram(centred[rows], learned, RECIPE.shrink / len(rows), RECIPE.ridges[-1], power=0.5)
        for dress in range(len(judged)):
            seen = centred[inside + dress * count] @ line.pictures
            judged[dress, inside] = line.scale * (seen - line.offset)
    return judged


def row(name: str, gram: Floats, samples: Sequence[Sample], cuts: Sequence[NDArray[np.int_]]) -> str:
    """Judge a candidate on every cut, and write its row of the table."""
    is_ai = np.array([sample.is_ai for sample in samples])
    judged = [judge(gram, samples, cut) for cut in cuts]
    figures = np.array(
        [[(auc(one, is_ai), found_at(one, is_ai, ACCUSED).value) for one in logits] for logits in judged]
    )
    cells = [f"{area:.4f}, {found:.1%}" for area, found in figures.mean(axis=0)]
    each = "; ".join(f"{area:.3f}, {found:.0%}" for area, found in figures[:, 0])
    return f"| {' | '.join([name, *cells, each])} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--bank", action="append", default=[])
    wanted = parser.parse_args()
    samples = of_split(read_samples(wanted.data), wanted.split)
    files = find_weights(RECIPE.backbones, wanted.weights)
    network = build_features(files, scalings_of(files))
    take(network, samples, open_pixels(samples, wanted.run, print), wanted.run)
    cuts = [np.array(owner_folds(samples, RECIPE.folds))]
    cuts += [np.array(random_folds(samples, RECIPE.folds, seed)) for seed in (1, 2)]
    own = products(wanted.run)
    print(f"{HEAD}\n{'|---' * 5}|\n{row('the run alone', own, samples, cuts)}", flush=True)
    together = own.copy()
    for place in wanted.bank:
        folder, _, share = place.partition(":")
        bank = float(share or 1) * products(Path(folder))
        together += bank
        print(row(f"and {place}", own + bank, samples, cuts), flush=True)
    if len(wanted.bank) > 1:
        print(row("and all of these", together, samples, cuts))


if __name__ == "__main__":
    main()
