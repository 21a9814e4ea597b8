"""What was said of every picture by heads and choices that had not seen its owner; kept for the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.training.head import Floats

UNSEEN = "unseen.npz"


@dataclass(frozen=True, slots=True)
class Unseen:
    """Calibrated logits (n) by the choice of each picture's fold.

    `first` is what the picture as it is says; `settled` the median with its re-encodings where a new
    picture would be looked at again, else the first. `lines` (n, 2) are the thresholds that each was held
    against; `encoded` has one logit for each picture in `rows` after every ordinary re-encoding, by its
    name. Of `rows`, those whose number `sampled_each` divides are a sample of all; the others were taken
    because they are near a threshold.
    """

    first: Floats
    settled: Floats
    lines: Floats
    rows: NDArray[np.int_]
    encoded: Mapping[str, Floats]
    sampled_each: int = 1

    def save(self, folder: Path) -> None:
        """Write it into a run's folder."""
        named = {f"as {name}": values for name, values in self.encoded.items()}
        parts = {"first": self.first, "settled": self.settled, "lines": self.lines, "rows": self.rows}
        parts["sampled_each"] = np.array(self.sampled_each)
        np.savez(folder / UNSEEN, **{**parts, **named})  # type: ignore[arg-type]  # names are of our making


def load_unseen(folder: Path) -> Unseen:
    """Read what a run left. Errors: FileNotFoundError."""
    with np.load(folder / UNSEEN) as kept:
        encoded = {name.removeprefix("as "): kept[name] for name in kept.files if name.startswith("as ")}
        return Unseen(
            kept["first"], kept["settled"], kept["lines"], kept["rows"], encoded, int(kept["sampled_each"])
        )
