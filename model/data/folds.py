"""Cut the pictures into folds between owners, never through one; and weigh them by their owners."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Label
from model.data.samples import Sample


def owner_folds(samples: Sequence[Sample], count: int) -> list[int]:
    """The fold of each sample, 0..count-1; both labels are spread as evenly as owners allow.

    Who collects pictures of both kinds lands in one fold with each label by itself: a fold is a set
    of owners for a label. Where a label has one owner only (see `lone_labels`), nothing can be kept apart,
    and its pictures are dealt.
    """
    alone = lone_labels(samples)
    dealt = dict.fromkeys(alone, -1)
    fold_of: dict[tuple[Label, str], int] = {}
    for label in Label:
        load = [0] * count
        sizes = Counter(sample.owner for sample in samples if sample.label is label)
        for owner, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
            fold = load.index(min(load))
            load[fold] += size
            fold_of[label, owner] = fold
    folds = []
    for sample in samples:
        if sample.label in dealt:
            dealt[sample.label] += 1
            folds.append(dealt[sample.label] % count)
        else:
            folds.append(fold_of[sample.label, sample.owner])
    return folds


def lone_labels(samples: Sequence[Sample]) -> list[Label]:
    """The labels whose pictures all have one owner: figures for unseen owners are too optimistic there."""
    owners = {(sample.label, sample.owner) for sample in samples}
    return [label for label in Label if sum(one is label for one, _ in owners) == 1]


def spread(samples: Sequence[Sample], generated: float, power: float = 0.5) -> NDArray[np.float64]:
    """Weigh the pictures so that an owner counts as its number of pictures to the `power`.

    The generated ones have the share `generated` of the whole, which is 1.
    """
    sizes = Counter((sample.label, sample.owner) for sample in samples)
    weights = np.array([sizes[sample.label, sample.owner] ** (power - 1.0) for sample in samples])
    is_ai = np.array([sample.is_ai for sample in samples])
    weights[is_ai] *= generated / weights[is_ai].sum()
    weights[~is_ai] *= (1 - generated) / weights[~is_ai].sum()
    return weights


def draw_owners(owners: Sequence[str], draws: int, seed: int = 11) -> list[NDArray[np.int_]]:
    """Draw as many owners as there are, again and again: the rows of their pictures.

    Empty where there is one owner only.
    """
    names = np.array(owners)
    groups = [np.flatnonzero(names == name) for name in np.unique(names)]
    if len(groups) < 2:
        return []
    rng = np.random.default_rng(seed)
    picks = [rng.integers(0, len(groups), len(groups)) for _ in range(draws)]
    return [np.concatenate([groups[number] for number in pick]) for pick in picks]
