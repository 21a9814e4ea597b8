"""The folder of a run: its results are reused only for a run with the same inputs."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from model.data.samples import Sample, SamplesError

MADE_OF = "made-of.json"


def claim_folder(folder: Path, made_of: Mapping[str, object]) -> None:
    """Write down what a run is made of, or hold it against what an earlier call wrote there.

    Features, maps and checkpoints in it are taken for this run's own: those of other pictures or weights
    would spoil it without a word. Errors: `SamplesError`, naming what differs.
    """
    place = folder / MADE_OF
    wanted = json.loads(json.dumps(made_of))
    if place.is_file():
        before = json.loads(place.read_text(encoding="utf-8"))
        other = [name for name in wanted if before.get(name) != wanted[name]]
        if other:
            raise SamplesError(
                f"{folder} contains a run with different {' and '.join(other)}: choose another folder with "
                "--run, or delete this one"
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


def pictures_of(samples: Sequence[Sample]) -> str:
    """SHA-256 over names, labels and numbers, in the order that rows of features have."""
    lines = (f"{sample.name}\t{sample.label}\t{sample.number}" for sample in samples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def weights_of(files: Mapping[str, str | None]) -> dict[str, str | None]:
    """Each backbone's weights by their SHA-256, or `imagenet`, so that a moved file counts as the same."""
    return {
        name: hashlib.sha256(Path(file).read_bytes()).hexdigest() if file and Path(file).is_file() else file
        for name, file in files.items()
    }
