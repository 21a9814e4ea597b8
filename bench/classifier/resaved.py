"""Whether the native look lives on how a picture was stored rather than on how it was made.

    python -m bench.classifier.resaved --data DATA --originals DIR --weights FILE --run RUN [--pictures 300]

RUN is a finished run of `kantei train` with the same data and originals. So many originals of each label,
spread over owners, are looked at as they are, with their crops saved at other qualities, and after the whole
file went through JPEG and back to a lossless one. Each is judged by a head that had not seen its owner.
What was read of a picture is kept in RUN, so that a cut measurement goes on.
"""

# ruff: noqa: T201  # a bench prints its figures

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.classifier.processed import RECIPE, choose_pictures, join_looks, read_choices, read_command_line
from core.vocabulary import Label
from model.data.figures import Bools, Floats, auc, found_at
from model.data.folds import owner_folds
from model.data.samples import Sample
from model.judging.markdown import table
from model.serving.native import MOST, Rgb, native_crops
from model.serving.picture import decode_at_scale
from model.training.choosing import Looks
from model.training.extract import read_each
from model.training.feature_reading import Read
from model.training.native_rows import Original, find_originals
from model.training.nested import load_head_set

AS_SERVED = "as served: crops saved as JPEG 90"
BACK = "the file saved as JPEG 85 and as PNG again"
KINDS: dict[str, Callable[[Image.Image], Rgb | None]] = {
    AS_SERVED: native_crops,
    "crops saved as JPEG 75": lambda image: native_crops(image, 75),
    "crops saved as JPEG 85": lambda image: native_crops(image, 85),
    "crops saved as JPEG 95": lambda image: native_crops(image, 95),
    BACK: lambda image: native_crops(_through_jpeg(image)),
}


def _through_jpeg(image: Image.Image) -> Image.Image:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=85)
    return Image.open(out)


def read_kind(
    read: Read, chosen: Sequence[Original], kind: str, folder: Path, say: Callable[[str], None] = print
) -> NDArray[np.float32]:
    """Read the features (n, d) of the originals' crops in one of `KINDS`."""

    def crops(number: int) -> list[Rgb]:
        found = KINDS[kind](decode_at_scale(chosen[number].path.read_bytes(), max_pixels=MOST))
        return [] if found is None else list(found)

    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"resaved-{list(KINDS).index(kind)}-{len(chosen)}.npy"
    return read_each(read, crops, len(chosen), place=place, say=say)


def row(name: str, natively: Floats, first: Floats, joined: Floats, is_ai: Bools) -> tuple[str, ...]:
    """One line of the table: how well both labels are told apart, and how far each moved."""
    moved = natively - first
    return (
        name,
        f"{auc(natively, is_ai):.3f}",
        f"{auc(joined, is_ai):.3f}",
        f"{100 * found_at(joined, is_ai, 0.01).value:.0f} %",
        f"{moved[~is_ai].mean():+.2f}",
        f"{moved[is_ai].mean():+.2f}",
    )


def choose_both(samples: Sequence[Sample], found: Sequence[Original], count: int) -> list[Original]:
    """Choose so many originals of each label, spread over owners."""
    return [one for label in Label for one in choose_pictures(samples, found, count, label)]


def main() -> None:
    """Read the command line, and print the table."""
    wanted, samples, read = read_command_line(__doc__)
    chosen = choose_both(samples, find_originals(samples, wanted.originals), wanted.pictures)
    rows = np.array([one.sample for one in chosen])
    is_ai = np.array([samples[one.sample].is_ai for one in chosen])
    folds = owner_folds(samples, RECIPE.folds)
    fold_of = np.array([folds[one.sample] for one in chosen])
    features = np.load(wanted.run / "features-clean.npy", mmap_mode="r")[rows].astype(np.float32)
    scaled = load_head_set(wanted.run / "heads-scaled", RECIPE.folds, RECIPE.ridges).judge(features, fold_of)
    heads = load_head_set(wanted.run / "heads-native", RECIPE.folds, RECIPE.ridges)
    choices = read_choices(wanted.run)
    cells = np.array([one.cell for one in chosen])
    lines: list[tuple[str, ...]] = []
    first: Floats | None = None
    for kind in KINDS:
        native = heads.judge(read_kind(read, chosen, kind, wanted.run / "resaved"), fold_of)
        said = np.array([native.outer[choices[fold].ridges[1], place] for place, fold in enumerate(fold_of)])
        first = said if first is None else first
        joined = join_looks(choices, fold_of, Looks(scaled.outer, native.outer, cells))
        lines.append(row(kind, said, first, joined, is_ai))
        print(" | ".join(lines[-1]), flush=True)
    heading = ("kind", "AUC alone", "both looks", "found at 1 %", "human moved", "generated moved")
    print("\n".join(table(heading, lines)))


if __name__ == "__main__":
    main()
