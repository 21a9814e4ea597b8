"""The head: it must look past the owners."""

from pathlib import Path

import numpy as np
import pytest

from core.vocabulary import Label
from model.data.figures import auc
from model.data.samples import Sample
from model.training.head import fit_head


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
    """Compare with the plain regression on few features, by Newton's method over features, not pictures."""
    features, samples = _world(np.random.default_rng(2), owners=3, each=10)
    shrink, ridge, count = 0.2, 0.5, len(features)
    spread = features.std(0) + 0.02 * np.median(features.std(0))
    standard = (features - features.mean(0)) / spread
    owners = [(s.label, s.owner) for s in samples]
    within = np.concatenate([_centred(standard, owners, owner) for owner in sorted(set(owners))])
    scatter = within.T @ within
    noise = scatter + shrink * np.trace(scatter) / min(features.shape) * np.eye(60)
    paid = ridge * np.trace(standard @ np.linalg.solve(noise, standard.T)) / count
    is_ai = np.array([s.is_ai for s in samples])
    seen = np.concatenate([standard, np.ones((count, 1))], axis=1)
    paying = np.zeros((61, 61))
    paying[:60, :60] = paid * noise
    weight = 1.0  # every owner has as many pictures as the next, and so has every label
    line = np.zeros(61)
    for _ in range(50):
        p = 1 / (1 + np.exp(-seen @ line))
        slope = seen.T @ (weight * (p - is_ai)) + paying @ line
        line -= np.linalg.solve(seen.T @ (seen * (weight * p * (1 - p))[:, None]) + paying, slope)
    got = fit_head(features, samples, shrink, ridge).weight
    assert np.corrcoef(line[:60] / spread, got)[0, 1] > 1 - 1e-8


def _centred(standard: np.ndarray, owners: list[tuple[Label, str]], owner: tuple[Label, str]) -> np.ndarray:
    inside = standard[[one == owner for one in owners]]
    centred: np.ndarray = inside - inside.mean(0)
    return centred


def test_who_has_many_pictures_says_no_more_of_the_noise_than_others() -> None:
    features, samples = _world(np.random.default_rng(6), owners=3, each=10)
    often = [number for number, sample in enumerate(samples) if sample.owner == "ai0"] * 3
    more = np.concatenate([features, features[often]])
    plain = fit_head(features, samples, shrink=0.2, power=0.0).weight
    crowded = fit_head(more, [*samples, *(samples[number] for number in often)], shrink=0.2, power=0.0).weight
    assert np.corrcoef(plain, crowded)[0, 1] > 0.995


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
