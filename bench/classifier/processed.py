"""How many human pictures are flagged once people's tools have been over them.

    python -m bench.classifier.processed --data DATA --originals DIR --weights FILE --run RUN
        [--pictures 300] [--more DIR]

RUN is a finished run of `kantei train` with the same data and originals. Human pictures whose originals are
large enough are sent through each kind of `model/training/processing.py` (a part of at most 1,300 pixels a
side of each), and judged as a new owner's are: by heads, rule and thresholds that had not seen their owner,
and by the median with the re-encodings where the first look flags narrowly.
`--more` adds kinds: each subfolder holds files that another tool made of the originals, under their names.
What was read of a picture is kept in RUN, so that a cut measurement goes on.
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.classifier.turns import take_turns
from core.vocabulary import Label
from kantei.training.training_runs import TrainingOptions
from model.data.figures import Bools, Floats, Share
from model.data.folds import draw_owners, owner_folds
from model.data.samples import Sample
from model.judging.markdown import table
from model.serving.encodings import ORDINARY, encode_again
from model.serving.flattening import SHORT_SIDE
from model.serving.native import MOST, cell_of, native_crops
from model.serving.picture import decode_at_scale
from model.serving.second_look import decides_narrowly, settle
from model.serving.views import make_views
from model.training.backbones import find_weights
from model.training.choosing import Choice, Looks
from model.training.feature_reading import Read, make_reader
from model.training.native_rows import Original, find_originals
from model.training.nested import load_head_set
from model.training.network import build_features, scalings_of
from model.training.processing import KINDS, process, window
from model.training.production import CHOICES
from model.training.recipe import Recipe
from model.training.trained import FACTS

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
    of_label = [one for one in found if samples[one.sample].label is label]
    turns = take_turns([samples[one.sample].owner for one in of_label])
    return [of_label[place] for place in turns[:count]]


def read_looks(read: Read, rgb: NDArray[np.uint8], cell: int) -> NDArray[np.float32]:
    """Read a picture's features (2, d), scaled and native; NaN where the native look does not count."""
    scaled = _read_scaled(read, _made_small(rgb))
    crops = native_crops(Image.fromarray(rgb)) if cell >= 0 else None
    native = np.full_like(scaled, np.nan) if crops is None else read(crops).mean(axis=0)
    return np.stack([scaled, native]).astype(np.float32)


def read_again(read: Read, rgb: NDArray[np.uint8], native: NDArray[np.float32]) -> NDArray[np.float32]:
    """Read the features (copies, 2, d) of a picture's ordinary re-encodings; the native look stays."""
    small = _made_small(rgb)
    return np.stack(
        [np.stack([_read_scaled(read, encode_again(small, one)), native]) for one in ORDINARY]
    ).astype(np.float32)


def _read_scaled(read: Read, small: NDArray[np.uint8]) -> NDArray[np.float32]:
    features: NDArray[np.float32] = read([view.rgb for view in make_views(small, RECIPE.short)]).mean(axis=0)
    return features


def _made_small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale pixels down to the short side that a picture is decoded to."""
    image = Image.fromarray(rgb)
    factor = SHORT_SIDE / min(image.size)
    if factor >= 1:
        return rgb
    size = (round(image.width * factor), round(image.height * factor))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def judge(
    looks: NDArray[np.float32], cells: NDArray[np.int_], fold_of: NDArray[np.int_], run: Path
) -> tuple[Floats, Floats]:
    """Judge pictures (n, 2, d): calibrated logits (n), and the thresholds of clear and flagged (n, 2)."""
    scaled = load_head_set(run / "heads-scaled", RECIPE.folds, RECIPE.ridges).judge(looks[:, 0], fold_of)
    native = np.full_like(scaled.outer, np.nan)
    have = np.flatnonzero(~np.isnan(looks[:, 1, 0]))
    if len(have) and (run / "heads-native").is_dir():
        heads = load_head_set(run / "heads-native", RECIPE.folds, RECIPE.ridges)
        native[:, have] = heads.judge(looks[have, 1], fold_of[have]).outer
    choices = read_choices(run)
    said = Looks(scaled.outer, native, cells)
    logits = join_looks(choices, fold_of, said)
    return logits, np.array([(choices[fold].clear_below, choices[fold].flagged_from) for fold in fold_of])


def join_looks(choices: Sequence[Choice], fold_of: NDArray[np.int_], looks: Looks) -> Floats:
    """Join both looks of each picture as the choice made without its fold joins them."""
    return np.array(
        [choices[fold].logits(looks.of(np.array([place])))[0] for place, fold in enumerate(fold_of)]
    )


def hold_narrow(
    logits: Floats, lines: Floats, margin: float, again: Callable[[NDArray[np.int_]], Floats]
) -> Bools:
    """Find what stays flagged (n) by the median with the re-encodings, as when serving.

    `again` gives the logits (m, copies) of the re-encodings of the pictures with these numbers.
    """
    flagged = logits >= lines[:, 1]
    narrow = np.flatnonzero(
        [
            flag and decides_narrowly(logit, edges, margin)
            for flag, logit, edges in zip(flagged, logits, lines.tolist(), strict=True)
        ]
    )
    if len(narrow):
        for place, copies in zip(narrow, again(narrow), strict=True):
            flagged[place] = settle(logits[place], copies.tolist()).logit >= lines[place, 1]
    return flagged


def read_choices(run: Path) -> list[Choice]:
    """Read what was chosen without each fold."""
    return [_choice(row) for row in json.loads((run / CHOICES).read_text(encoding="utf-8"))]


def read_command_line(about: str | None, **more: Any) -> tuple[argparse.Namespace, list[Sample], Read]:
    """Read the command line: its options, the run's pictures, and what reads their features.

    `more` are options of one measurement: each name with its type.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("data", "originals", "run"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--pictures", type=int, default=300)
    for name, kind in more.items():
        parser.add_argument(f"--{name}", type=kind)
    wanted = parser.parse_args()
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
    files = find_weights(RECIPE.backbones, wanted.weights)
    return wanted, options.pictures(print)[0], make_reader(build_features(files, scalings_of(files)))


def _choice(row: dict[str, object]) -> Choice:
    return Choice(**{name: tuple(v) if isinstance(v, list) else v for name, v in row.items()})  # type: ignore[arg-type]


def main() -> None:
    """Read the command line, and print the table."""
    wanted, samples, read = read_command_line(__doc__, more=Path)
    chosen = choose_pictures(samples, find_originals(samples, wanted.originals), wanted.pictures)
    more = sorted(path for path in wanted.more.iterdir() if path.is_dir()) if wanted.more else []
    folds = owner_folds(samples, RECIPE.folds)
    margin = json.loads((wanted.run / FACTS).read_text(encoding="utf-8"))["stability"]["margin"]
    rows = []
    for kind in (AS_IS, *KINDS, *more):
        name = kind.name if isinstance(kind, Path) else kind
        made = [_made(kind, one, samples) for one in chosen]
        kept = [(one, make) for one, make in zip(chosen, made, strict=True) if make is not None]
        looks, cells = _kept(read, wanted.run / "processed", name, kept)
        fold_of = np.array([folds[one.sample] for one, _ in kept])
        logits, lines = judge(looks, cells, fold_of, wanted.run)

        def again(narrow: NDArray[np.int_]) -> Floats:
            copies = [read_again(read, kept[n][1]()[0], looks[n, 1]) for n in narrow]  # noqa: B023  # used at once
            places = np.repeat(narrow, len(ORDINARY))
            said, _ = judge(np.concatenate(copies), cells[places], fold_of[places], wanted.run)  # noqa: B023
            return said.reshape(len(narrow), -1)

        flagged = hold_narrow(logits, lines, margin, again)
        owners = [samples[one.sample].owner for one, _ in kept]
        first = f"{100 * float((logits >= lines[:, 1]).mean()):.1f} %"
        rows.append((*count_flagged(name, flagged, owners), first))
        print(" | ".join(rows[-1]), flush=True)
    heading = ("kind", "pictures", "flagged", "by picture, %", "by owner, %", "at the first look")
    print("\n".join(table(heading, rows)))


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
