"""The second look: a picture near a threshold is judged again after the ordinary re-encodings."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Settled:
    """What all looks make together: the median of their logits, and the lowest and the highest."""

    logit: float
    low: float
    high: float


def decides_narrowly(logit: float, edges: Sequence[float], margin: float) -> bool:
    """True if a logit decides something, and might not after the picture is saved again.

    `edges` are the thresholds of `clear` and `flagged`. Between them a logit decides nothing.
    """
    clear, flagged = edges
    return bool(clear - margin < logit < clear or flagged <= logit < flagged + margin)


def settle(first: float, again: Sequence[float]) -> Settled:
    """Join the logit of a picture as it is with those of its re-encodings."""
    looks = [float(first), *map(float, again)]
    return Settled(median(looks), min(looks), max(looks))
