"""Two figures of the classifier that its report does not hold: parity, and the paper's split.

    python -m bench.classifier --data DATA --weights FOLDER --run RUN [--only parity|paper]

Parity: the Keras network of a finished run against the published weights, by way of the runtime that
serves, over every picture of the split `test`. The paper's split: features as in production, a head
fitted to its 750 and judged on its 250 (no owners are kept apart there).
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
from pathlib import Path

import numpy as np

from kantei.splits import of_split
from model.backbones import find_weights
from model.extract import extract
from model.figures import Share, auc, balanced_accuracy, found_at, sigmoid
from model.head import fit_head
from model.info import read_model_info
from model.network import build_features, scalings_of
from model.picture import decode_picture
from model.pixels import MAX_PIXELS, open_pixels
from model.production import Recipe, load_trained
from model.reading import make_reader
from model.runtime import Classifier
from model.samples import Sample, read_samples
from model.views import make_views


def parity(samples: list[Sample], run: Path) -> None:
    """Print the largest differences between Keras and the published weights, and what they cost."""
    network, _ = load_trained(run)
    classifier, info = Classifier.load(threads=2), read_model_info()
    slope, intercept = info.calibration
    plan = Recipe().plan
    shares = np.concatenate([np.full(s.crops, 1 / s.crops / len(plan.scales)) for s in plan.scales])
    gaps, keras_logits, served_logits = [], [], []
    for number, sample in enumerate(samples, 1):
        rgb = decode_picture(sample.path.read_bytes(), max_pixels=MAX_PIXELS).rgb
        views = make_views(rgb, plan)
        expected = np.asarray(network.predict_on_batch(views.astype(np.float32))["logit"])[:, 0]
        served = classifier.view_logits(rgb)
        gaps.append(float(np.abs(expected - served).max()))
        keras_logits.append(slope * float(shares @ expected) + intercept)
        served_logits.append(slope * float(shares @ served) + intercept)
        if number % 100 == 0:
            print(f"parity: {number} of {len(samples)}", flush=True)
    is_ai = np.array([sample.is_ai for sample in samples])
    ours, theirs = sigmoid(np.array(served_logits)), sigmoid(np.array(keras_logits))
    print(
        f"largest difference in a view's logit {max(gaps):.4f}, in a score {np.abs(ours - theirs).max():.4f}"
    )
    for name, scores in (("Keras", theirs), (info.version, ours)):
        found = found_at(scores, is_ai, 0.01).value
        balanced = balanced_accuracy(scores, is_ai)
        print(f"{name}: AUC {auc(scores, is_ai):.4f}, found at 1 % {found:.3f}, balanced {balanced:.3f}")


def paper(samples: list[Sample], weights: str, folder: Path) -> None:
    """Print how the production recipe does on the paper's split."""
    recipe = Recipe()
    files = find_weights(recipe.backbones, weights)
    chosen = [sample for sample in samples if sample.facets.get("paper_split")]
    folder.mkdir(parents=True, exist_ok=True)
    read = make_reader(build_features(files, recipe.size, scalings_of(files)))
    pixels = open_pixels(chosen, folder, print)
    place = folder / "features-paper.npy"
    features = extract(read, pixels, recipe.plan, None, place=place, say=print).mean(axis=1)
    learns = np.array([sample.facets["paper_split"] == "train" for sample in chosen])
    is_ai = np.array([sample.is_ai for sample in chosen])
    learned = [sample for sample, is_learned in zip(chosen, learns, strict=True) if is_learned]
    head = fit_head(features[learns], learned, recipe.shrinks[0])
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
    wanted = parser.parse_args()
    samples = read_samples(wanted.data)
    if wanted.only != "paper":
        parity(of_split(samples, "test"), wanted.run)
    if wanted.only != "parity":
        paper(samples, wanted.weights, wanted.run)


if __name__ == "__main__":
    main()
