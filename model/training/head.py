"""The linear layer that reads the features: a logistic regression that looks past the owners.

Pictures of one collection resemble each other in ways that say nothing about who made them: subject,
taste, the tool that saved them. The features are whitened by the scatter *within* each owner (the noise
of Fisher's discriminant 1936; within-class covariance normalisation, Hatch et al. 2006), which turns
away from all of these directions at once; each owner's scatter counts alike. There are far more features
than pictures, so the scatter is shrunk towards a multiple of the identity. In the whitened space the
pictures that are hard to tell decide, not the mean of those that are easy: a logistic regression with a
ridge. Everything is solved in the space of the pictures (Woodbury; the kernel trick), in double precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data.figures import sigmoid
from model.data.samples import Sample

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Owners = NDArray[np.int_]
Features = NDArray[np.float32]


# Columns that are in double precision at a time. In single precision the order in which threads add
# would be seen in the weights' last digits, and so in the digest of the published file.
_COLUMNS = 2048
_STEPS, _STILL = 40, 1e-6  # of Newton: at most so many, until no logit moves more
_EXACT = 1e-12  # of conjugate gradients: what may be left of the right side


@dataclass(frozen=True, slots=True)
class Head:
    """A line through feature space: logit = features @ weight + bias."""

    weight: Floats
    bias: float

    def logits(self, features: Features) -> Floats:
        """The logits of features (n, d)."""
        result: Floats = features.astype(np.float64) @ self.weight + self.bias
        return result


@dataclass(frozen=True, slots=True)
class LinearHead:
    """The same line as a sum of standardised pictures: logit = scale * (products @ pictures - offset)."""

    pictures: Floats
    offset: float
    scale: float


def fit_head(
    features: Features, samples: Sequence[Sample], shrink: float, ridge: float = 5.0, power: float = 0.5
) -> Head:
    """Fit the head to features (n, d) of as many samples.

    `shrink` is the share of the mean within-owner variance that is added to every direction; `ridge` that
    of the mean whitened square that the regression pays for its weights; an owner weighs as its number of
    pictures to the `power`, both labels alike. The logits have unit deviation and mean zero over the
    features, owners and classes weighed so.
    """
    standard, middle, spread = standardise(features)
    gram = gram_of(standard)
    line = fit_gram(gram, samples, shrink / min(features.shape), ridge, power)
    direction = np.concatenate(
        [line.pictures @ standard[:, block].astype(np.float64) for block in _blocks(standard)]
    )
    weight = line.scale * direction / spread
    return Head(weight, float(-line.scale * line.offset - middle @ weight))


def standardise(features: Features) -> tuple[Features, Floats, Floats]:
    """The features (n, d) less their means, over their deviations; and these means and deviations."""
    middle = features.mean(axis=0, dtype=np.float64)
    spread = features.std(axis=0, dtype=np.float64)
    # A channel that hardly ever speaks must not be blown up: rounding would speak louder.
    spread += 0.02 * float(np.median(spread)) + 1e-9
    return (features - middle.astype(np.float32)) / spread.astype(np.float32), middle, spread


def gram_of(standard: Features) -> Floats:
    """The products (n, n) of all pairs of pictures. Those of several banks of features add up."""
    gram = np.zeros((len(standard),) * 2)
    for block in _blocks(standard):
        part = standard[:, block].astype(np.float64)
        gram += part @ part.T
    return gram


def fit_gram(
    gram: Floats, samples: Sequence[Sample], shrink: float, ridge: float, power: float
) -> LinearHead:
    """Fit to the products (n, n) of standardised pictures; `shrink` is a share of the scatter's trace."""
    return fit_ridges(gram, samples, shrink, (ridge,), power)[0]


def fit_ridges(
    gram: Floats, samples: Sequence[Sample], shrink: float, ridges: Sequence[float], power: float
) -> list[LinearHead]:
    """Fit one head for each ridge; they share the whitening, which costs the most."""
    is_ai = np.array([sample.is_ai for sample in samples])
    names = sorted({(sample.label.value, sample.owner) for sample in samples})
    group = np.array([names.index((sample.label.value, sample.owner)) for sample in samples])
    weight = np.bincount(group)[group].astype(np.float64) ** (power - 1)
    weight /= np.where(is_ai, weight[is_ai].sum(), weight[~is_ai].sum())
    heads = []
    for pictures in _fit_pictures(gram, group, is_ai, weight, shrink=shrink, ridges=ridges):
        seen = gram @ pictures
        offset = (seen[is_ai] @ weight[is_ai] + seen[~is_ai] @ weight[~is_ai]) / 2
        heads.append(LinearHead(pictures, float(offset), 1 / float(np.std(seen))))
    return heads


def _fit_pictures(
    gram: Floats, group: Owners, is_ai: Bools, weight: Floats, *, shrink: float, ridges: Sequence[float]
) -> list[Floats]:
    """Find for each ridge the weights of the pictures, of which the direction is the sum.

    With W the pictures less their owner's mean, each owner counting alike, and r the ridge of shrinking,
    whitened squares are X (W'W + r)^-1 X' = (X X' - X W' (W W' + r)^-1 W X') / r.
    """
    alike = 1 / np.bincount(group)[group]
    alike = np.sqrt(alike / alike.mean())[:, None]
    ours = alike * _less_owners(gram, group)  # W X'
    within = alike * _less_owners(ours.T, group)  # W W'
    within[np.diag_indices(len(gram))] += shrink * float(np.trace(within))
    solved = np.linalg.solve(within, ours)
    kernel = gram - ours.T @ solved
    found = []
    for ridge in ridges:
        dual = _regress(kernel, is_ai, weight * len(gram) / 2, ridge)
        found.append(dual - _less_owners(alike * (solved @ dual)[:, None], group)[:, 0])
    return found


def _regress(kernel: Floats, is_ai: Bools, weight: Floats, ridge: float) -> Floats:
    """The dual weights of a logistic regression by Newton's method, with an unpenalised intercept."""
    paid = ridge * float(np.trace(kernel)) / len(kernel)
    logits, ones = np.zeros(len(kernel)), np.ones(len(kernel))
    dual, solved = logits, np.zeros((len(kernel), 2))
    for _ in range(_STEPS):
        p = sigmoid(logits)
        # The floor keeps a step finite where a picture is told for certain; it moves no fixed point.
        curve = np.maximum(p * (1 - p), 1e-3) * weight
        aim = logits + weight * (is_ai - p) / curve
        solved = _conjugate(kernel, paid / curve, np.stack([aim, ones], axis=1), solved)
        intercept = solved[:, 0].sum() / solved[:, 1].sum()
        dual = solved[:, 0] - intercept * solved[:, 1]
        before, logits = logits, kernel @ dual + intercept
        if np.abs(logits - before).max() < _STILL:
            break
    return dual


def _conjugate(kernel: Floats, diagonal: Floats, right: Floats, start: Floats) -> Floats:
    """Solve (kernel + diagonal) x = right for each column by conjugate gradients (Hestenes, Stiefel 1952).

    The diagonal is large, so a few dozen products with the kernel do what a factorisation needs n for.
    """
    root = np.sqrt(diagonal)[:, None]

    def apply(values: Floats) -> Floats:
        result: Floats = values + kernel @ (values / root) / root
        return result

    aim, found = right / root, start * root
    left = aim - apply(found)
    way, now = left.copy(), (left * left).sum(axis=0)
    enough = _EXACT**2 * (aim * aim).sum(axis=0)
    for _ in range(len(kernel)):
        if (now <= enough).all():
            break
        ahead = apply(way)
        step = np.where(now > enough, now / np.maximum((way * ahead).sum(axis=0), 1e-300), 0.0)
        found = found + step * way
        left = left - step * ahead
        before, now = now, (left * left).sum(axis=0)
        way = left + now / np.maximum(before, 1e-300) * way
    result: Floats = found / root
    return result


def _less_owners(rows: Floats, group: Owners) -> Floats:
    """Take each owner's mean from its rows."""
    means = np.zeros((group.max() + 1, rows.shape[1]))
    np.add.at(means, group, rows)
    means /= np.bincount(group)[:, None]
    centred: Floats = rows - means[group]
    return centred


def _blocks(features: Features) -> list[slice]:
    return [slice(start, start + _COLUMNS) for start in range(0, features.shape[1], _COLUMNS)]
