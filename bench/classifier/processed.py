"""How many human pictures are flagged once people's tools have been over them.

    python -m bench.classifier.processed --data DATA --originals DIR --weights FILE --run RUN
        [--pictures 300] [--more DIR]

RUN is a finished run of `kantei train` with the same data and originals. Human pictures whose originals are
large enough are sent through each kind of `model/training/processing.py` (a part of at most 1,300 pixels a
side of each), and judged as a new owner's are: by heads, rule and thresholds that had not seen their owner.
`--more` adds kinds: each subfolder holds files that another tool made of the originals, under their names.
What was read of a picture is kept in RUN, so that a cut measurement goes on.
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.vocabulary import Label
from kantei.training.training_runs import TrainingOptions
from model.data.figures import Share
from model.data.folds import draw_owners, owner_folds
from model.data.samples import Sample
from model.judging.markdown import table
from model.serving.native import COUNT, MOST, cell_of, native_crops
from model.serving.picture import decode_at_scale
from model.serving.views import make_views
from model.training.backbones import find_weights
from model.training.choosing import Choice, Looks
from model.training.feature_reading import Read, make_reader
from model.training.native_rows import Original, find_originals, window
from model.training.nested import load_head_set
from model.training.network import build_features, scalings_of
from model.training.processing import KINDS, process
from model.training.production import CHOICES, Recipe

RECIPE = Recipe()
AS_IS = "as they are"
LOSSY = (
    "photographed",
    "chat: JPEG, 1,280 px",
    "chat: WebP, 1,600 px",
    "three chats",
)  # how the file ends up


def choose_pictures(
    samples: Sequence[Sample], found: Sequence[Original], count: int, label: Label = Label.HUMAN
) -> list[Original]:
    """Choose pictures of a label: the first of each owner, then the second of each, and so on."""
    rounds: dict[str, int] = {}
    ranked = []
    for one in found:
        sample = samples[one.sample]
        if sample.label is label:
            rounds[sample.owner] = rounds.get(sample.owner, 0) + 1
            ranked.append((rounds[sample.owner], one.sample, one))
    return [one for *_, one in sorted(ranked, key=lambda row: row[:2])[:count]]


def read_looks(read: Read, rgb: NDArray[np.uint8], cell: int) -> NDArray[np.float32]:
    """Read a picture's features (2, d), scaled and native; NaN where the native look does not count."""
    image = Image.fromarray(rgb)
    small = image
    if min(image.size) > 512:
        factor = 512 / min(image.size)
        small = image.resize(
            (round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS
        )
    views = [view.rgb for view in make_views(np.asarray(small), RECIPE.short)]
    crops = native_crops(image) if cell >= 0 else None
    features = read(views if crops is None else [*views, *crops])
    scaled = features[: len(views)].mean(axis=0)
    native = features[-COUNT:].mean(axis=0) if crops is not None else np.full_like(scaled, np.nan)
    return np.stack([scaled, native]).astype(np.float32)


def judge(
    looks: NDArray[np.float32], cells: NDArray[np.int_], fold_of: NDArray[np.int_], run: Path
) -> NDArray[np.int_]:
    """Find what each picture (n, 2, d) is called by the choice of its fold, 0 clear to 2 flagged."""
    scaled = load_head_set(run / "heads-scaled", RECIPE.folds, RECIPE.ridges).judge(looks[:, 0], fold_of)
    native = np.full_like(scaled.outer, np.nan)
    have = np.flatnonzero(~np.isnan(looks[:, 1, 0]))
    if len(have) and (run / "heads-native").is_dir():
        heads = load_head_set(run / "heads-native", RECIPE.folds, RECIPE.ridges)
        native[:, have] = heads.judge(looks[have, 1], fold_of[have]).outer
    choices = read_choices(run)
    said = Looks(scaled.outer, native, cells)
    sides = np.zeros(len(looks), dtype=np.int_)
    for number, fold in enumerate(fold_of):
        one = said.of(np.array([number]))
        sides[number] = choices[fold].sides(choices[fold].logits(one))[0]
    return sides


def read_choices(run: Path) -> list[Choice]:
    """Read what was chosen without each fold."""
    return [_choice(row) for row in json.loads((run / CHOICES).read_text(encoding="utf-8"))]


def read_samples_of(wanted: argparse.Namespace) -> list[Sample]:
    """Read the pictures that a run was made of, as the command line names them."""
    options = TrainingOptions(
        wanted.data,
        None,
        wanted.originals,
        (),
        "",
        wanted.weights,
        wanted.run,
        None,
        RECIPE.folds,
        RECIPE.seed,
    )
    return options.pictures(print)[0]


def _choice(row: dict[str, object]) -> Choice:
    return Choice(**{name: tuple(v) if isinstance(v, list) else v for name, v in row.items()})  # type: ignore[arg-type]


def main() -> None:
    """Read the command line, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("data", "originals", "run"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--more", type=Path)
    wanted = parser.parse_args()
    samples = read_samples_of(wanted)
    chosen = choose_pictures(samples, find_originals(samples, wanted.originals), wanted.pictures)
    files = find_weights(RECIPE.backbones, wanted.weights)
    read = make_reader(build_features(files, scalings_of(files)))
    more = sorted(path for path in wanted.more.iterdir() if path.is_dir()) if wanted.more else []
    folds = owner_folds(samples, RECIPE.folds)
    rows = []
    for kind in (AS_IS, *KINDS, *more):
        name = kind.name if isinstance(kind, Path) else kind
        made = [_made(kind, one, samples) for one in chosen]
        kept = [(one, make) for one, make in zip(chosen, made, strict=True) if make is not None]
        looks, cells = _kept(read, wanted.run / "processed", name, kept)
        fold_of = np.array([folds[one.sample] for one, _ in kept])
        sides = judge(looks, cells, fold_of, wanted.run)
        rows.append(count_flagged(name, sides == 2, [samples[one.sample].owner for one, _ in kept]))
        print(" | ".join(rows[-1]), flush=True)
    print("\n".join(table(("kind", "pictures", "flagged", "by picture, %", "by owner, %"), rows)))


Make = Callable[[], tuple[NDArray[np.uint8], int]]


def _made(kind: str | Path, one: Original, samples: Sequence[Sample]) -> Make | None:
    """How a picture of this kind is made: pixels and cell; None if there is no file of it."""
    if isinstance(kind, Path):
        path = kind / f"{one.path.stem}.png"
        return (lambda: _opened(path)) if path.is_file() else None

    def make() -> tuple[NDArray[np.uint8], int]:
        rng = np.random.default_rng([RECIPE.seed + 1, samples[one.sample].number])
        rgb = np.asarray(window(decode_at_scale(one.path.read_bytes(), max_pixels=MOST), rng))
        if kind == AS_IS:
            return rgb, cell_of(rgb.shape[1], rgb.shape[0], lossless=one.cell >= 2)
        rgb = process(rgb, kind, rng)
        return rgb, cell_of(rgb.shape[1], rgb.shape[0], lossless=kind not in LOSSY)

    return make


def _opened(path: Path) -> tuple[NDArray[np.uint8], int]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")), cell_of(*image.size, lossless=True)


def _kept(
    read: Read, folder: Path, name: str, rows: Sequence[tuple[Original, Make]]
) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    """Read what is not read yet, a file for each picture, and return all of it."""
    looks, cells = [], []
    for original, make in rows:
        place = folder / name.replace("/", "-") / f"{original.path.stem}.npz"
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            rgb, cell = make()
            np.savez(place, looks=read_looks(read, rgb, cell).astype(np.float16), cell=cell)
        with np.load(place) as kept:
            looks.append(kept["looks"].astype(np.float32))
            cells.append(int(kept["cell"]))
    return np.stack(looks), np.array(cells)


def count_flagged(name: str, flagged: NDArray[np.bool_], owners: Sequence[str]) -> tuple[str, ...]:
    """Count what is flagged of one kind: share, interval by picture (Wilson) and by owner, in percent."""
    share = Share(int(flagged.sum()), len(flagged))
    drawn = [float(flagged[rows].mean()) for rows in draw_owners(owners, 1000)]
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn else (0.0, 1.0)
    ends = "-".join(f"{100 * end:.1f}" for end in share.interval)
    return name, str(len(flagged)), f"{100 * share.value:.1f} %", ends, f"{100 * low:.1f}-{100 * high:.1f}"


if __name__ == "__main__":
    main()
