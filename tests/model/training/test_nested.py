"""The nested choice: nothing that is said of an owner may rest on that owner's own pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.vocabulary import Label
from model.data.figures import auc
from model.data.folds import owner_folds
from model.data.samples import Sample
from model.training.choosing import Looks, choose, choose_lines, fit_rule, nested_choice
from model.training.nested import HeadSet, fit_head_set, load_head_set

FOLDS, RIDGES = 4, (1.0, 5.0)


def _marked(owners: int, each: int, signal: float) -> tuple[np.ndarray, list[Sample]]:
    """Draw pictures that show their owner plainly, and their label by `signal` deviations."""
    rng = np.random.default_rng(7)
    rows, samples = [], []
    for label in Label:
        for owner in range(owners):
            mark = rng.normal(0, 4, 40)
            for _ in range(each):
                row = rng.normal(0, 1, 60)
                row[:40] += mark
                row[50] += signal if label is Label.AI else -signal
                rows.append(row)
                samples.append(
                    Sample(Path("p"), f"{len(rows)}", label, "s", f"{label}{owner}", number=len(rows))
                )
    return np.array(rows, dtype=np.float32), samples


def _fit(features: np.ndarray, samples: Sequence[Sample], place: Path) -> tuple[HeadSet, np.ndarray]:
    fold_of = np.array(owner_folds(samples, FOLDS))
    heads = fit_head_set(
        features, samples, fold_of, shrink=0.15, ridges=RIDGES, place=place, say=lambda _: None
    )
    return heads, fold_of


def _is_ai(samples: Sequence[Sample]) -> np.ndarray:
    return np.array([sample.is_ai for sample in samples])


@pytest.mark.slow
def test_where_only_owners_can_be_learned_unseen_ones_are_not_told_apart(tmp_path: Path) -> None:
    """A head that had seen a picture's owner would know its label: these say nothing of it."""
    features, samples = _marked(owners=16, each=6, signal=0)
    heads, fold_of = _fit(features, samples, tmp_path / "heads")
    nested, is_ai = heads.judge(features, fold_of), _is_ai(samples)
    assert auc(heads.whole(5.0).logits(features), is_ai) > 0.9  # the same head, asked about what it learned
    assert auc(nested.outer[1], is_ai) < 0.6
    for fold, judged in enumerate(nested.inner):
        others = fold_of != fold
        assert np.isnan(judged[:, ~others]).all()
        assert auc(judged[1][others], is_ai[others]) < 0.6


def test_no_judgement_of_a_fold_moves_with_the_labels_of_that_fold(tmp_path: Path) -> None:
    """Turn the labels of one fold around: whatever its pictures are told by must stay what it was."""
    features, samples = _marked(owners=8, each=6, signal=1.0)
    heads, fold_of = _fit(features, samples, tmp_path / "heads")
    turned = [
        Sample(s.path, s.name, Label.HUMAN if s.is_ai else Label.AI, s.source, s.owner, number=s.number)
        if fold == 2
        else s
        for s, fold in zip(samples, fold_of, strict=True)
    ]
    others = fit_head_set(
        features, turned, fold_of, shrink=0.15, ridges=RIDGES, place=tmp_path / "turned", say=lambda _: None
    )
    before, after = heads.judge(features, fold_of), others.judge(features, fold_of)
    inside = fold_of == 2
    assert np.allclose(before.outer[:, inside], after.outer[:, inside])
    # What is chosen for fold 2 rests on judgements that do not know it either.
    assert np.allclose(before.inner[2][:, ~inside], after.inner[2][:, ~inside])
    assert not np.allclose(before.outer[:, ~inside], after.outer[:, ~inside])

    def conclude(nested: object, pictures: Sequence[Sample]) -> tuple[object, np.ndarray, np.ndarray]:
        nothing, cells = np.full_like(before.outer, np.nan), np.full(len(samples), -1)
        outer = Looks(nested.outer, nothing, cells)  # type: ignore[attr-defined]
        inner = [Looks(one, nothing, cells) for one in nested.inner]  # type: ignore[attr-defined]
        choices, logits, sides = nested_choice(inner, outer, pictures, fold_of, 1)
        return choices[2], logits[inside], sides[inside]

    first, second = conclude(before, samples), conclude(after, turned)
    assert first[0] == second[0]
    assert np.array_equal(first[1], second[1])
    assert np.array_equal(first[2], second[2])


def test_fits_are_kept_and_not_made_again(tmp_path: Path) -> None:
    features, samples = _marked(owners=4, each=4, signal=1.0)
    heads, fold_of = _fit(features, samples, tmp_path / "heads")
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "heads").iterdir()}
    assert len(made) == 1 + 1 + FOLDS + FOLDS * (FOLDS - 1) // 2  # and the lines of all of them
    again, _ = _fit(features, samples, tmp_path / "heads")
    lines = tmp_path / "heads" / "lines.npz"
    assert {path: path.stat().st_mtime_ns for path in made if path != lines} == {
        path: when for path, when in made.items() if path != lines
    }
    loaded = load_head_set(tmp_path / "heads", FOLDS, RIDGES)
    assert np.array_equal(loaded.judge(features, fold_of).outer, again.judge(features, fold_of).outer)
    assert np.allclose(heads.judge(features, fold_of).outer, again.judge(features, fold_of).outer)


def _people(count: int, style: str, owners: int = 20) -> list[Sample]:
    facets = {"kind": style}
    return [
        Sample(Path("p"), f"{style}{n}", Label.HUMAN, "s", f"{style}{n % owners}", facets=facets)
        for n in range(count)
    ]


def _made(count: int) -> list[Sample]:
    return [Sample(Path("p"), f"ai{n}", Label.AI, "s", f"ai{n % 20}") for n in range(count)]


def test_flagged_begins_where_one_human_picture_in_a_hundred_is_accused() -> None:
    samples = _people(1000, "illustration", owners=200) + _made(400)
    rng = np.random.default_rng(0)
    logits = np.concatenate([rng.normal(-2, 1, 1000), rng.normal(1, 1, 400)])
    clear, declared, flagged = choose_lines(logits, samples)
    assert 0.005 <= (logits[:1000] >= flagged).mean() <= 0.01
    assert clear < declared < flagged
    assert (logits[:1000] >= declared).mean() <= 0.02
    assert 0.03 <= (logits[1000:] < clear).mean() <= 0.05


def test_a_style_of_its_own_is_not_flagged_above_three_in_a_hundred() -> None:
    """Ten of 2,000 in all are accused, but they would be a tenth of all chibi: the threshold gives way."""
    samples = _people(1900, "illustration", owners=200) + _people(100, "chibi", owners=100) + _made(400)
    rng = np.random.default_rng(0)
    logits = np.concatenate([rng.normal(-3, 0.3, 1900), rng.normal(0, 0.5, 100), rng.normal(2, 1, 400)])
    flagged = choose_lines(logits, samples)[2]
    assert (logits[1900:2000] >= flagged).mean() <= 0.03


def test_one_owner_who_is_accused_alone_widens_the_interval_and_moves_the_threshold() -> None:
    """Twenty accused of one owner in ten: with other owners it might be none, or four in a hundred."""
    samples = _people(2000, "illustration", owners=10) + _made(400)
    logits = np.concatenate([np.full(2000, -3.0), np.full(400, 2.0)])
    logits[:200:10] = 1.0  # 20 of the first owner's 200, one in a hundred of all
    assert choose_lines(logits, samples)[2] > 1.0


def test_the_native_look_counts_where_it_tells_and_never_against_itself() -> None:
    rng = np.random.default_rng(3)
    is_ai = rng.random(3000) < 0.4
    truth = np.where(is_ai, 1.0, -1.0)
    cells = rng.integers(0, 3, 3000)
    scaled = truth + rng.normal(0, 1, 3000)
    helps = np.array([1.0, 0.0, -1.0])[
        cells
    ]  # tells in the first cell, nothing in the second, lies in the third
    native = helps * truth + rng.normal(0, 1, 3000)
    line, weights = fit_rule(scaled, native, cells, 3, is_ai=is_ai, weights=np.ones(3000))
    assert line[0] > 1
    assert weights[0] > 1
    assert abs(weights[1]) < 0.2
    assert weights[2] == 0


def test_a_picture_without_a_native_look_is_judged_by_the_scaled_one_alone() -> None:
    rng = np.random.default_rng(4)
    samples = _people(300, "illustration") + _made(300)
    scaled = np.concatenate([rng.normal(-1, 1, 300), rng.normal(1, 1, 300)])[None]
    native = scaled + rng.normal(0, 0.1, 600)
    cells = np.where(np.arange(600) % 2, 0, -1)
    choice = choose(Looks(scaled, native, cells), samples, 1)
    absent = choice.logits(Looks(scaled, np.full_like(native, np.nan), cells))
    small = choice.logits(Looks(scaled, native, np.full(600, -1)))
    assert np.array_equal(absent, small)
    assert absent == pytest.approx(choice.alone[0] * scaled[0] + choice.alone[1])
