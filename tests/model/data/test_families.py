"""Owners that are one for the folds."""

from pathlib import Path

import numpy as np

from core.known.known_image import PictureHash
from core.vocabulary import Label
from model.data.families import join_families
from model.data.samples import Sample


def _sample(owner: str) -> Sample:
    return Sample(Path("p"), owner, Label.HUMAN, f"{owner}/x", owner)


def _hash(seed: int, *, flip: int = 0, quality: int = 100) -> PictureHash:
    bits = np.random.default_rng(seed).integers(0, 2, 256, dtype=np.uint8)
    bits[:flip] ^= 1
    return PictureHash(np.packbits(bits).tobytes().hex(), quality)


def test_owners_that_hold_near_copies_of_a_picture_are_one() -> None:
    samples = [_sample("origin"), _sample("fork"), _sample("other")]
    joined = join_families(samples, [_hash(1), _hash(1, flip=20), _hash(2)])
    assert [sample.owner for sample in joined] == ["fork", "fork", "other"]


def test_ties_pass_on_through_a_third_owner() -> None:
    samples = [_sample("a"), _sample("b"), _sample("b"), _sample("c")]
    joined = join_families(samples, [_hash(1), _hash(1), _hash(2), _hash(2)])
    assert {sample.owner for sample in joined} == {"a"}


def test_plain_pictures_tie_nobody() -> None:
    samples = [_sample("a"), _sample("b")]
    joined = join_families(samples, [_hash(1, quality=10), _hash(1, quality=10)])
    assert [sample.owner for sample in joined] == ["a", "b"]


def test_an_account_and_its_twin_are_one() -> None:
    samples = [_sample("Some-Name"), _sample("somename"), _sample("somenames")]
    joined = join_families(samples, [_hash(number) for number in range(3)])
    assert [sample.owner for sample in joined] == ["Some-Name", "Some-Name", "somenames"]
