"""Cut the pictures into folds between owners, never through one."""

from collections import Counter
from collections.abc import Sequence

from core.vocabulary import Label
from model.samples import Sample


def owner_folds(samples: Sequence[Sample], count: int) -> list[int]:
    """Give each sample its fold, 0..count-1; both labels are spread as evenly as owners allow.

    Who collects pictures of both kinds lands in one fold with each label by itself: a fold is a set
    of owners for a label.
    """
    fold_of: dict[tuple[Label, str], int] = {}
    for label in Label:
        load = [0] * count
        sizes = Counter(sample.owner for sample in samples if sample.label is label)
        for owner, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
            fold = load.index(min(load))
            load[fold] += size
            fold_of[label, owner] = fold
    return [fold_of[sample.label, sample.owner] for sample in samples]
