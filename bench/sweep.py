"""How often the provenance readers see a sign of generation in pictures by people.

    python -m bench.sweep FOLDER... [--watermarks] [--visible]

Reads every picture under the folders as it is, with all readers, and names each file in which one of
them found evidence of AI, of any grade. With `--watermarks` each is also decoded, cut to sides that are
multiples of eight (no watermark is looked for in others) and re-saved in the ways of `SAVINGS`, each in
the end as a PNG; printed are how many of these the reader takes for marked, the highest correlation with
each message, and what the reader costs. With `--visible` each is decoded as for the classifier, and Gemini's
sparkle is looked for: printed are the files that show one, and the highest correlations below.
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
import io
import statistics
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from core.sayings.saying import render
from core.vocabulary import EvidenceKind, Label
from model.serving.picture import PictureError, decode_picture
from provenance.read import read_provenance
from provenance.readers.sparkle import LEAST, find_sparkle
from provenance.readers.watermark import correlations, rows_looked_at
from provenance.shared.limits import MAX_PIXELS, MAX_WHOLE_PIXELS

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif"}
SMALLEST, GRID = 256, 8  # of pictures in which a watermark is looked for


def lossy(picture: Image.Image, kind: str, quality: int) -> Image.Image:
    """Save a picture with losses, and open it again."""
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return Image.open(out).convert("RGB")


def scaled(picture: Image.Image, factor: float) -> Image.Image:
    """Scale a picture, to sides that are multiples of eight."""
    sides = [round(side * factor / GRID) * GRID for side in picture.size]
    return picture.resize((sides[0], sides[1]), Image.Resampling.LANCZOS)


SAVINGS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "PNG": lambda picture: picture,
    "JPEG 90, then PNG": lambda picture: lossy(picture, "JPEG", 90),
    "JPEG 60, then PNG": lambda picture: lossy(picture, "JPEG", 60),
    "WebP 80, then PNG": lambda picture: lossy(picture, "WEBP", 80),
    "twice the size, then PNG": lambda picture: scaled(picture, 2),
    "256 colours, then PNG": lambda picture: picture.quantize(256).convert("RGB"),
    "mirrored, then PNG": lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def main() -> None:
    """Read every picture and print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--watermarks", action="store_true", help="also look for watermarks in re-saves")
    parser.add_argument("--visible", action="store_true", help="also look for Gemini's sparkle")
    given = parser.parse_args()
    paths = sorted(
        path for folder in given.folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES
    )
    read_all(paths)
    if given.watermarks:
        look_for_watermarks(paths)
    if given.visible:
        look_for_sparkles(paths)


def read_all(paths: list[Path]) -> None:
    """Read the files as they are, and name those in which anything speaks for AI."""
    kinds: Counter[str] = Counter()
    accused = 0
    for path in paths:
        found = read_provenance(path.read_bytes())
        kinds.update(
            {f"{item.kind.value}, {item.label.value if item.label else 'no label'}" for item in found}
        )
        signs = [item for item in found if item.label is Label.AI]
        accused += bool(signs)
        for item in signs:
            print(f"{path}: {item.grade.value}, {item.generator}: {render(item.detail)}")
    print(f"{len(paths):,} files read; evidence of AI in {accused}")
    for kind, count in sorted(kinds.items()):
        print(f"  {kind}: {count}")


def look_for_watermarks(paths: list[Path]) -> None:
    """Look for watermarks in every re-save, and print the highest correlations and the cost."""
    marked: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    highest: defaultdict[str, float] = defaultdict(float)
    times: list[float] = []
    for saving, picture in re_saves(paths):
        area = np.asarray(picture)[: rows_looked_at(*picture.size)]
        started = time.thread_time()
        found = correlations(area)
        times.append(1000 * (time.thread_time() - started))
        looked[saving] += 1
        for message, value in found:
            highest[message.name] = max(highest[message.name], value)
        if any(value >= message.least for message, value in found):
            marked[saving] += is_reported(picture)
    print(f"{sum(looked.values()):,} re-saves of pictures looked at for watermarks")
    for saving, count in looked.items():
        print(f"  {saving}: {count:,} looked at, {marked[saving]} taken for marked")
    for name, value in highest.items():
        print(f"  {name}: highest correlation {value:.2f}")
    p95 = statistics.quantiles(times, n=20)[18]
    print(f"  the reader's work: {statistics.median(times):.1f} ms, p95 {p95:.1f} ms of processor time")


def look_for_sparkles(paths: list[Path]) -> None:
    """Look for the sparkle in every picture that can be decoded."""
    found: list[tuple[float, Path]] = []
    times: list[float] = []
    for path in paths:
        try:
            picture = decode_picture(path.read_bytes(), max_pixels=MAX_PIXELS)
        except PictureError:
            continue
        started = time.thread_time()
        found.append((find_sparkle(picture.rgb, picture.width, picture.height), path))
        times.append(1000 * (time.thread_time() - started))
    found.sort(reverse=True)
    shown = [pair for pair in found if pair[0] >= LEAST]
    print(f"{len(found):,} pictures looked at for a sparkle: {len(shown)} show one")
    for value, path in found[: len(shown) + 5]:
        print(f"  {value:.2f} {path}")
    print(f"  the work: {statistics.median(times):.2f} ms of processor time")


def re_saves(paths: list[Path]) -> Iterator[tuple[str, Image.Image]]:
    """Every picture that is large enough, in every way of saving."""
    for path in paths:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture = Image.open(path).convert("RGB")
        except OSError:
            continue
        width, height = (side // GRID * GRID for side in picture.size)
        if min(width, height) >= SMALLEST and width * height <= MAX_WHOLE_PIXELS:
            picture = picture.crop((0, 0, width, height))
            for saving, save in SAVINGS.items():
                yield saving, save(picture)


def is_reported(picture: Image.Image) -> bool:
    """True if the reader reports a watermark in a picture that was saved as PNG."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return any(item.kind is EvidenceKind.WATERMARK for item in read_provenance(out.getvalue()))


if __name__ == "__main__":
    main()
