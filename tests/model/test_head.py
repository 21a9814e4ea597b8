"""The head: it must look past the owners."""

from pathlib import Path

import numpy as np
import pytest

from core.vocabulary import Label
from model.figures import auc
from model.head import fit_head
from model.samples import Sample


def _world(rng: np.random.Generator, owners: int, each: int) -> tuple[np.ndarray, list[Sample]]:
    """Draw features in which each owner varies wildly along directions of no meaning."""
    samples, rows = [], []
    for label in Label:
        for owner in range(owners):
            for _ in range(each):
                row = rng.normal(0, 1, 60)
                row[:10] += rng.normal(0, 6) * np.ones(10)  # within every owner, of no meaning
                row[10:20] += 0.8 if label is Label.AI else -0.8
                row[0] += 3 * (label is Label.AI)
                rows.append(row)
                samples.append(Sample(Path("p"), str(len(rows)), label, "s", f"{label}{owner}"))
    return np.array(rows, dtype=np.float32), samples


def test_unseen_owners_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    features, samples = _world(rng, owners=4, each=12)
    others, truth = _world(rng, owners=4, each=12)
    head = fit_head(features, samples, shrink=0.1)
    is_ai = np.array([sample.is_ai for sample in truth])
    plain = features[[s.is_ai for s in samples]].mean(0) - features[[not s.is_ai for s in samples]].mean(0)
    ours, theirs = auc(head.logits(others), is_ai), auc(others @ plain, is_ai)
    assert ours > 0.95
    assert ours > theirs + 0.03


def test_logits_lie_around_zero_with_unit_deviation() -> None:
    features, samples = _world(np.random.default_rng(1), owners=3, each=10)
    logits = fit_head(features, samples, shrink=0.1).logits(features)
    is_ai = np.array([sample.is_ai for sample in samples])
    assert logits.std() == pytest.approx(1, abs=0.05)
    assert logits[is_ai].mean() == pytest.approx(-logits[~is_ai].mean(), abs=0.05)


def test_the_direction_solves_the_equation_it_claims_to() -> None:
    """Compare with the plain d x d solution on few features."""
    features, samples = _world(np.random.default_rng(2), owners=3, each=10)
    shrink, count = 0.2, len(features)
    spread = features.std(0) + 0.02 * np.median(features.std(0))
    standard = (features - features.mean(0)) / spread
    groups = sorted({(s.label, s.owner) for s in samples})
    member = np.array([groups.index((s.label, s.owner)) for s in samples])
    means = np.array([standard[member == g].mean(0) for g in range(len(groups))])
    within = standard - means[member]
    ridge = shrink * np.trace(within @ within.T) / min(within.shape) / count
    is_ai = np.array([label is Label.AI for label, _ in groups])
    between = means[is_ai].mean(0) - means[~is_ai].mean(0)
    wanted = np.linalg.solve(within.T @ within / count + ridge * np.eye(60), between) / (
        features.std(0) + 1e-6
    )
    got = fit_head(features, samples, shrink).weight
    assert np.corrcoef(wanted, got)[0, 1] > 0.9999


def test_the_order_of_adding_does_not_show_in_what_is_published() -> None:
    """Threads add in an order of their own: so do shuffled columns."""
    features, samples = _world(np.random.default_rng(3), owners=3, each=30)
    noise = np.random.default_rng(4).normal(0, 1, (len(features), 3000)).astype(np.float32)
    features = np.concatenate([features, noise], axis=1)
    order = np.random.default_rng(5).permutation(features.shape[1])
    plain = fit_head(features, samples, shrink=0.15).weight
    shuffled = np.empty_like(plain)
    shuffled[order] = fit_head(features[:, order], samples, shrink=0.15).weight
    assert np.abs(shuffled / plain - 1).max() < 1e-8
    assert np.array_equal(shuffled.astype(np.float16), plain.astype(np.float16))
