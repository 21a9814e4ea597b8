"""The linear layer that reads the features: a discriminant that looks past the owners.

Pictures of one collection resemble each other in ways that say nothing about who made them: subject,
taste, the tool that saved them. Fisher's discriminant with the scatter *within* each owner as its
noise (Fisher 1936; within-class covariance normalisation, Hatch et al. 2006) turns away from all of
these directions at once. There are far more features than pictures, so the scatter is shrunk towards
a multiple of the identity, and everything is solved in the space of the pictures (Woodbury).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.samples import Sample

Floats = NDArray[np.float64]
Features = NDArray[np.float32]


# Columns that are in double precision at a time. In single precision the order in which threads add
# would be seen in the weights' last digits, and so in the digest of the published file.
_COLUMNS = 2048


@dataclass(frozen=True, slots=True)
class Head:
    """A line through feature space: logit = features @ weight + bias."""

    weight: Floats
    bias: float

    def logits(self, features: Features) -> Floats:
        """Give the logits of features (n, d)."""
        result: Floats = features.astype(np.float64) @ self.weight + self.bias
        return result


def fit_head(features: Features, samples: Sequence[Sample], shrink: float, power: float = 0.5) -> Head:
    """Fit the discriminant to features (n, d) of as many samples.

    `shrink` is the share of the mean within-owner variance that is added to every direction; the
    means of the classes weigh each owner by its number of pictures to the `power`. The logits have
    unit deviation and mean zero over the features, owners and classes weighed so.
    """
    middle = features.mean(axis=0, dtype=np.float64)
    spread = features.std(axis=0, dtype=np.float64)
    # A channel that hardly ever speaks must not be blown up: rounding would speak louder.
    spread += 0.02 * float(np.median(spread)) + 1e-9
    standard = (features - middle.astype(np.float32)) / spread.astype(np.float32)
    names = sorted({(sample.label.value, sample.owner) for sample in samples})
    group = np.array([names.index((sample.label.value, sample.owner)) for sample in samples])
    counts = np.bincount(group)
    means = np.zeros((len(names), features.shape[1]), np.float32)
    np.add.at(means, group, standard)
    means /= counts[:, None]
    is_ai = np.array([label == "ai" for label, _ in names])
    weight = counts.astype(np.float64) ** power
    weight = np.where(is_ai, weight / weight[is_ai].sum(), weight / weight[~is_ai].sum())
    signed = np.where(is_ai, weight, -weight)
    between = means.T.astype(np.float64) @ signed
    direction = _solve(standard - means[group], between, shrink)
    seen = _times(means, direction)
    offset = (seen[is_ai] @ weight[is_ai] + seen[~is_ai] @ weight[~is_ai]) / 2
    scale = 1 / float(np.std(_times(standard, direction)))
    line = scale * direction / spread
    return Head(line, float(-scale * offset - middle @ line))


def _solve(within: Features, between: Floats, shrink: float) -> Floats:
    """Solve (within' within / n + shrink * mean variance * I) x = between, without the d x d matrix."""
    count, width = within.shape
    gram = np.zeros((count, count))
    for block in _blocks(within):
        part = within[:, block].astype(np.float64)
        gram += part @ part.T
    ridge = shrink * float(np.trace(gram)) / min(count, width)
    inner = np.linalg.solve(gram + ridge * np.eye(count), _times(within, between))
    back = [inner @ within[:, block].astype(np.float64) for block in _blocks(within)]
    solved: Floats = (between - np.concatenate(back)) * (count / ridge)
    return solved


def _times(features: Features, right: Floats) -> Floats:
    """Multiply features (n, d) by a vector (d,) in double precision, without a second copy of them all."""
    product = np.zeros(len(features))
    for block in _blocks(features):
        product += features[:, block].astype(np.float64) @ right[block]
    return product


def _blocks(features: Features) -> list[slice]:
    return [slice(start, start + _COLUMNS) for start in range(0, features.shape[1], _COLUMNS)]
