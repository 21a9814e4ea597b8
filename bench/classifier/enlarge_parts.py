"""Enlarge parts of training pictures with neural networks, to judge them as a new owner's are judged.

    python -m bench.classifier.enlarge_parts --data DATA --originals DIR --weights FILE --run RUN --out OUT
        [--pictures 300] [--kind NAME] [--processes 2]

Each picture is scaled down, saved as JPEG, cut to a part, and enlarged to 600 by 600 pixels by each network,
and by Lanczos for comparison. The files are OUT/KIND/ORIGINAL.png. Give OUT to
`python -m bench.classifier.processed --more` to count how many are flagged: both choose the same human
pictures. Files that are there already are not made again, so that a cut run goes on.

`bench.classifier.enlarge`, which enlarges whole pictures of new owners, says what has to be installed.
"""

import argparse
import itertools
from pathlib import Path

from bench.classifier.enlargers import NETWORKS, Job, make_missing


def _kind(name: str) -> str:
    """Read the name of a network. Errors: `ArgumentTypeError`, with the names there are."""
    if name not in NETWORKS:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(NETWORKS)}")
    return name


def main() -> None:
    """Make what is missing."""
    # Late, for every new process imports this module again, and TensorFlow takes seconds.
    from bench.classifier.processed import choose_pictures, read_command_line  # noqa: PLC0415
    from model.training.native_rows import find_originals  # noqa: PLC0415

    wanted, samples, _ = read_command_line(__doc__, out=Path, kind=_kind, processes=int)
    found = find_originals(samples, wanted.originals)
    chosen = choose_pictures(samples, found, wanted.pictures)
    kinds = [wanted.kind] if wanted.kind else list(NETWORKS)
    make_missing(
        [
            Job(
                kind,
                one.path,
                samples[one.sample].number,
                wanted.out / kind / f"{one.path.stem}.png",
                is_part=True,
            )
            for one, kind in itertools.product(chosen, kinds)
        ],
        wanted.processes or 2,
    )


if __name__ == "__main__":
    main()
