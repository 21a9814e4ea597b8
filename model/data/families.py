"""Which owners are one for the folds: an account and its twin, a fork and its origin."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.known.known_image import PictureHash
from model.data.samples import Sample

NEAR = 31  # bits of PDQ that may differ between copies of one picture, as its authors advise
PLAIN = 50  # PDQ's quality, 0..100, below which a picture is too plain to tell


def join_families(samples: Sequence[Sample], hashes: Sequence[PictureHash]) -> list[Sample]:
    """Name every sample's owner after the first of all owners that are tied to it.

    Two owners are tied where their names differ in case and punctuation alone, or where they hold near copies
    of a picture. `hashes` are the samples' PDQ hashes, in their order.
    """
    names = sorted({sample.owner for sample in samples})
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    def tie(one: str, other: str) -> None:
        first, second = sorted((root(one), root(other)))
        parent[second] = first

    spelled: dict[str, str] = {}
    for name in names:
        tie(name, spelled.setdefault(re.sub(r"[^a-z0-9]", "", name.lower()) or name, name))
    for one, other in near_pairs(hashes):
        tie(samples[one].owner, samples[other].owner)
    return [replace(sample, owner=root(sample.owner)) for sample in samples]


def near_pairs(hashes: Sequence[PictureHash]) -> list[tuple[int, int]]:
    """Find the pairs (i, j), i < j, whose hashes are near; plain pictures are near to nothing."""
    telling = np.array([number for number, one in enumerate(hashes) if one.quality >= PLAIN], dtype=np.intp)
    if not len(telling):
        return []
    bits = np.array([np.unpackbits(np.frombuffer(bytes.fromhex(hashes[i].hex), np.uint8)) for i in telling])
    signs = bits.astype(np.float32) * 2 - 1
    pairs = []
    for start in range(0, len(signs), 512):
        differ = (signs.shape[1] - signs[start : start + 512] @ signs.T) / 2
        for row, column in np.argwhere(differ <= NEAR):
            if start + row < column:
                pairs.append((int(telling[start + row]), int(telling[column])))
    return pairs
