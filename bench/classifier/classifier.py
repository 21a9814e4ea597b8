"""Two figures of the classifier that its report does not hold: parity, and the paper's split.

    python -m bench.classifier.classifier --data DATA --weights FOLDER --run RUN
        [--only parity|paper] [--out FILE]

Parity: the Keras network of a finished run against the published weights and other forms that it can
be exported in, over some pictures (`bench/classifier/variants.py`); `--out` writes
the table.
The paper's split: features as in production, a head fitted to its 750 and judged on its 250 (no
owners are kept apart there).
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
from pathlib import Path

import numpy as np

from bench.classifier.variants import compare
from model.data.figures import Share, auc
from model.data.sample_pixels import open_pixels
from model.data.samples import Sample, read_samples
from model.training.backbones import find_weights
from model.training.extract import extract
from model.training.feature_reading import make_reader
from model.training.head import fit_head
from model.training.network import build_features, scalings_of
from model.training.recipe import Recipe


def paper(samples: list[Sample], weights: str, folder: Path) -> None:
    """Print how the production recipe does on the paper's split."""
    recipe = Recipe()
    files = find_weights(recipe.backbones, weights)
    chosen = [sample for sample in samples if sample.facets.get("paper_split")]
    folder.mkdir(parents=True, exist_ok=True)
    read = make_reader(build_features(files, scalings_of(files)))
    pixels = open_pixels(chosen, folder, print)
    place = folder / "features-paper.npy"
    features = extract(read, pixels, recipe.short, None, place=place, say=print)
    learns = np.array([sample.facets["paper_split"] == "train" for sample in chosen])
    is_ai = np.array([sample.is_ai for sample in chosen])
    learned = [sample for sample, is_learned in zip(chosen, learns, strict=True) if is_learned]
    head = fit_head(features[learns], learned, recipe.shrink, recipe.ridges[-1])
    logits, truth = head.logits(features[~learns]), is_ai[~learns]
    right = Share(int(((logits >= 0) == truth).sum()), len(truth))
    accused = Share(int((logits[~truth] >= 0).sum()), int((~truth).sum()))
    for name, share in (("right", right), ("humans accused", accused)):
        low, high = share.interval
        print(f"{name}: {share.count} of {share.total}, {share.value:.1%} ({low:.1%}-{high:.1%})")
    print(f"AUC {auc(logits, truth):.4f}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--only", choices=("parity", "paper"))
    parser.add_argument("--out", type=Path, help="write the table of parity there, as Markdown")
    wanted = parser.parse_args()
    samples = read_samples(wanted.data)
    if wanted.only != "paper":
        table = compare(samples, wanted.run)
        print(table)
        if wanted.out:
            wanted.out.write_text(table, encoding="utf-8")
    if wanted.only != "parity":
        paper(samples, wanted.weights, wanted.run)


if __name__ == "__main__":
    main()
