"""The production model: frozen features, heads fitted across owners, all else chosen on unseen ones."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.figures import auc
from model.data.folds import owner_folds
from model.data.sample_pixels import SamplePixels
from model.data.samples import Sample
from model.serving.encodings import ORDINARY, Encoding, encode_again
from model.serving.info import CELLS
from model.serving.look import look_facts
from model.serving.second_look import decides_narrowly, settle
from model.training.backbones import find_weights
from model.training.choosing import Choice, Looks, choose, nested_choice
from model.training.degrade import degrade
from model.training.extract import Change, Say, extract
from model.training.feature_reading import Read, make_reader
from model.training.head import Features, Floats
from model.training.native_rows import Original, find_originals, read_native, read_processed
from model.training.nested import Folds, HeadSet, Nested, fit_head_set
from model.training.network import build_features, scalings_of
from model.training.recipe import Recipe
from model.training.run_facts import MOVED, gather_facts
from model.training.trained import FACTS, NATIVE, NETWORK, save_network
from model.training.unseen import Unseen

CHOICES = "choices.json"  # one for each fold, made without it


@dataclass(frozen=True, slots=True)
class Channels:
    """Mean and deviation of each feature over all pictures, (d,)."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Materials:
    """What every step reads: the recipe, the pictures, their folds, and where things are kept."""

    recipe: Recipe
    samples: Sequence[Sample]
    pixels: SamplePixels
    fold_of: Folds
    read: Read
    folder: Path
    say: Say


def train_production(
    recipe: Recipe,
    weights: str,
    samples: Sequence[Sample],
    pixels: SamplePixels,
    *,
    folder: Path,
    say: Say,
    originals: Path | None = None,
) -> dict[str, Any]:
    """Read features, fit both heads, choose all else on unseen owners; leave networks and facts in `folder`.

    What is said of unseen owners is nested: no choice has seen the owner of a picture that it is judged on.
    What is published is fitted to everything. `originals` is a folder of the pictures at their own scale.
    """
    files = find_weights(recipe.backbones, weights)
    scalings = scalings_of(files)
    folder.mkdir(parents=True, exist_ok=True)
    read = make_reader(build_features(files, scalings))
    fold_of = np.array(owner_folds(samples, recipe.folds))
    given = _Materials(recipe, samples, pixels, fold_of, read, folder, say)
    scaled, own, travelled, channels = _fit_scaled(given)
    found = find_originals(samples, originals)
    say(f"{len(found)} of {len(samples)} pictures have an original that is large enough for the native look")
    native, natively = _fit_native(given, found)
    cells = np.full(len(samples), -1)
    cells[[one.sample for one in found]] = [one.cell for one in found]
    outer = Looks(own.outer, natively.outer, cells)
    inner = [Looks(*pair, cells) for pair in zip(own.inner, natively.inner, strict=True)]
    choices, first, _ = nested_choice(inner, outer, samples, fold_of, len(CELLS))
    choice = choose(outer, samples, len(CELLS))
    degraded = np.arange(0, len(samples), recipe.degraded_each)
    moves = choice.alone[0] * (travelled.outer[choice.ridges[0]] - own.outer[choice.ridges[0], degraded])
    margin = float(np.quantile(np.abs(moves), MOVED))
    unseen = _look_again(given, scaled, outer, choices, first=first, margin=margin)
    unseen.save(folder)
    (folder / CHOICES).write_text(
        json.dumps([asdict(one) for one in choices], indent=1) + "\n", encoding="utf-8"
    )
    width = save_network(files, scalings, scaled.whole(recipe.ridges[choice.ridges[0]]), folder / NETWORK)
    if native is not None:
        save_network(files, scalings, native.whole(recipe.ridges[choice.ridges[1]]), folder / NATIVE)
    facts = gather_facts(recipe, samples, choice, margin, unseen, has_native=native is not None)
    facts["unseen_owners"]["auc_degraded"] = auc(
        travelled.outer[choice.ridges[0]], np.array([samples[int(row)].is_ai for row in degraded])
    )
    # The first features are the means that the network gives as its look.
    facts["look"] = look_facts("_".join(recipe.backbones), channels.mean[:width], channels.deviation[:width])
    facts["training"]["scalings"] = scalings
    facts["training"]["originals"] = len(found)
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return facts


def _fit_scaled(given: _Materials) -> tuple[HeadSet, Nested, Nested, Channels]:
    """Fit the head of the scaled views; judge all pictures, and the degraded copies; measure the features."""
    recipe, count = given.recipe, len(given.samples)
    rows = np.arange(0, count, recipe.degraded_each)

    def features(name: str, change: Change | None, some: NDArray[np.int_] | None) -> Features:
        chosen = None if some is None else some.tolist()
        place = given.folder / f"features-{name}.npy"
        return extract(
            given.read, given.pixels, recipe.short, change, place=place, say=given.say, rows=chosen
        )

    # One array for all: it is the largest thing here.
    learned = np.concatenate(
        [features("clean", None, None), features("degraded", trips(given.samples, recipe.seed, 1), rows)]
    )
    everything = np.concatenate([np.arange(count), rows])
    heads = _fit(given, learned, everything, "scaled")
    own = heads.judge(learned[:count], given.fold_of)
    channels = Channels(learned[:count].mean(axis=0), learned[:count].std(axis=0))
    return heads, own, heads.judge(learned[count:], given.fold_of[rows]), channels


def _fit_native(given: _Materials, found: Sequence[Original]) -> tuple[HeadSet | None, Nested]:
    """Fit the head of the native crops, where both labels have some in every fold.

    Judgements are NaN for pictures without an original.
    """
    folds, ridges = given.recipe.folds, len(given.recipe.ridges)
    rows = np.array([one.sample for one in found], dtype=np.intp)
    count = len(given.samples)
    judged = Nested(np.full((ridges, count), np.nan), np.full((folds, ridges, count), np.nan))
    labels = {(given.samples[int(row)].label, int(given.fold_of[row])) for row in rows}
    if len(labels) < 2 * folds:
        given.say("there are too few originals for a native look")
        return None, judged
    seed, folder = given.recipe.seed, given.folder
    clean = read_native(given.read, found, folder / "features-native.npy", given.say)
    some = found[:: given.recipe.processed_each]
    processed = read_processed(
        given.read,
        given.samples,
        some,
        seed=seed,
        place=folder / "features-native-processed.npy",
        say=given.say,
    )
    heads = _fit(
        given,
        np.concatenate([clean, processed]),
        np.concatenate([rows, rows[:: given.recipe.processed_each]]),
        "native",
    )
    nested = heads.judge(clean, given.fold_of[rows])
    judged.outer[:, rows] = nested.outer
    judged.inner[:, :, rows] = nested.inner
    return heads, judged


def _fit(given: _Materials, features: Features, rows: NDArray[np.int_], name: str) -> HeadSet:
    return fit_head_set(
        features,
        [given.samples[int(row)] for row in rows],
        given.fold_of[rows],
        shrink=given.recipe.shrink,
        ridges=given.recipe.ridges,
        place=given.folder / f"heads-{name}",
        say=given.say,
    )


def _look_again(
    given: _Materials,
    heads: HeadSet,
    outer: Looks,
    choices: Sequence[Choice],
    *,
    first: Floats,
    margin: float,
) -> Unseen:
    """Re-encode what a new picture would be re-encoded for, and a sample of the others for the report."""
    lines = np.array([(choices[f].clear_below, choices[f].flagged_from) for f in given.fold_of])
    near = np.array([decides_narrowly(z, pair, margin) for z, pair in zip(first, lines, strict=True)])
    near[:: given.recipe.encoded_each] = True
    rows = np.flatnonzero(near)
    name = hashlib.sha256(rows.tobytes()).hexdigest()[:8]
    encoded = {}
    for number, encoding in enumerate(ORDINARY):
        features = extract(
            given.read,
            given.pixels,
            given.recipe.short,
            _encoded(encoding),
            place=given.folder / f"features-encoded-{number}-{name}.npy",
            say=given.say,
            rows=rows.tolist(),
        )
        scaled = heads.judge(features, given.fold_of[rows]).outer
        again = Looks(scaled, outer.native[:, rows], outer.cells[rows])
        encoded[encoding.name] = np.array(
            [
                choices[given.fold_of[row]].logits(again.of(np.array([place])))[0]
                for place, row in enumerate(rows)
            ]
        )
    settled = first.copy()
    for place, row in enumerate(rows):
        if decides_narrowly(first[row], lines[row], margin):
            settled[row] = settle(first[row], [values[place] for values in encoded.values()]).logit
    return Unseen(first, settled, lines, rows, encoded, given.recipe.encoded_each)


def _encoded(encoding: Encoding) -> Change:
    return lambda rgb, _: encode_again(rgb, encoding)


def trips(samples: Sequence[Sample], seed: int, copy: int) -> Change:
    """How each picture's copy of that number, from 1, is degraded: the same way every time."""
    return lambda rgb, number: degrade(rgb, np.random.default_rng([seed + copy - 1, samples[number].number]))
