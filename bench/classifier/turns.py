"""Whose pictures a measurement takes, where it cannot take all of them."""

from collections import Counter
from collections.abc import Sequence


def take_turns(owners: Sequence[str]) -> list[int]:
    """Order pictures by their owners: the first of each owner, then the second of each, and so on."""
    seen: Counter[str] = Counter()
    rounds = []
    for owner in owners:
        seen[owner] += 1
        rounds.append(seen[owner])
    return sorted(range(len(owners)), key=rounds.__getitem__)
