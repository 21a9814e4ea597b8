"""Data sets: manifests, folders, digests, folds."""

import json
from pathlib import Path

import pytest

from core.vocabulary import Label
from kantei.training.splits import of_split
from model.data.folds import lone_labels, owner_folds, spread
from model.data.samples import Sample, SamplesError, digest, read_samples


def _folder(root: Path) -> Path:
    for name in ("ai/a/1.png", "ai/b/2.jpg", "human/3.webp", "human/notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_a_folder_of_labels_is_read_with_its_sources(tmp_path: Path) -> None:
    samples = read_samples(_folder(tmp_path))
    assert [(s.name, s.label, s.source) for s in samples] == [
        ("ai/a/1.png", Label.AI, "ai/a"),
        ("ai/b/2.jpg", Label.AI, "ai/b"),
        ("human/3.webp", Label.HUMAN, "human"),
    ]


def test_exported_decisions_name_their_sources(tmp_path: Path) -> None:
    _folder(tmp_path)
    (tmp_path / "labels.jsonl").write_text(json.dumps({"file": "ai/a/1.png", "source": "client-7"}) + "\n")
    assert read_samples(tmp_path)[0].owner == "client-7"


def test_a_manifest_is_read_with_its_facets(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(
        "file,label,split,repo,kind\nx.webp,ai,train,anna/one,sd\ny.webp,human,test,bob/two,sprite\n"
    )
    first, second = read_samples(tmp_path)
    assert (first.owner, first.source, first.split, first.facets) == (
        "anna",
        "anna/one",
        "train",
        {"kind": "sd"},
    )
    assert not second.is_ai
    assert second.number == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "has no column file and no label"),
        (b"label\nai\n", "has no column file$"),
        (b"file,label\n", "pictures of both labels"),
        (b"file,label\na.png,ai\n", "pictures of both labels"),
        (b"file,label\na.png,ai\nb.png,robot\n", "line 3: label must be ai or human, not 'robot'"),
        (b"file,label\na.png\n", "line 2: label must be ai or human, not None"),
        ("file,label\n線画.png,ai\n".encode("shift_jis"), "is not UTF-8 text"),
    ],
)
def test_an_unusable_manifest_is_refused_and_says_where(tmp_path: Path, text: bytes, why: str) -> None:
    (tmp_path / "manifest.csv").write_bytes(text)
    with pytest.raises(SamplesError, match=why):
        read_samples(tmp_path)


def test_pictures_that_are_not_there_are_missed_before_the_work_begins(tmp_path: Path) -> None:
    text = "file,label,split\na.png,ai,train\nb.png,human,train\nc.png,ai,test\n"
    (tmp_path / "manifest.csv").write_text(text)
    (tmp_path / "a.png").touch()
    samples = read_samples(tmp_path)
    with pytest.raises(SamplesError, match=r"1 of 2 pictures are missing; the first is .*b\.png"):
        of_split(samples, "train")
    (tmp_path / "b.png").touch()
    assert len(of_split(samples, "train")) == 2


def test_a_folder_without_both_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ai").mkdir()
    with pytest.raises(SamplesError):
        read_samples(tmp_path)


def _samples() -> list[Sample]:
    return [
        Sample(Path("p"), f"{label}/{owner}/{n}", label, owner, owner)
        for label in Label
        for owner, count in (("anna", 30), ("bob", 20), ("carol", 11), ("dan", 9), ("eve", 1))
        for n in range(count)
    ]


def test_no_owner_is_cut_by_a_fold_and_folds_are_even() -> None:
    samples = _samples()
    folds = owner_folds(samples, 3)
    for label in Label:
        homes = {(s.owner, f) for s, f in zip(samples, folds, strict=True) if s.label is label}
        assert len(homes) == 5
        sizes = [
            sum(f == n for s, f in zip(samples, folds, strict=True) if s.label is label) for n in range(3)
        ]
        assert max(sizes) - min(sizes) <= 10


def test_a_folder_below_a_label_is_an_owner(tmp_path: Path) -> None:
    for place in ("ai/alice/x/1.png", "ai/bob/1.png", "human/alice/1.png", "human/1.png"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    owners = {sample.name: sample.owner for sample in read_samples(tmp_path)}
    assert owners == {
        "ai/alice/x/1.png": "alice",
        "ai/bob/1.png": "bob",
        "human/alice/1.png": "alice",
        "human/1.png": "human",
    }


def test_a_label_of_one_owner_is_dealt_to_all_folds_and_told() -> None:
    samples = [s for s in _samples() if s.label is Label.HUMAN]
    samples += [Sample(Path("p"), str(n), Label.AI, "ai", "ai") for n in range(9)]
    folds = owner_folds(samples, 3)
    assert [fold for s, fold in zip(samples, folds, strict=True) if s.label is Label.AI] == [0, 1, 2] * 3
    assert lone_labels(samples) == [Label.AI]


def test_the_digest_ignores_order_and_sees_labels() -> None:
    samples = _samples()
    assert digest(samples) == digest(samples[::-1])
    assert digest(samples) != digest(samples[1:])


def test_an_owner_of_four_times_the_pictures_counts_twice() -> None:
    owners = (("large", Label.HUMAN, 40), ("small", Label.HUMAN, 10), ("maker", Label.AI, 5))
    samples = [
        Sample(Path("p"), f"{owner}/{n}", label, owner, owner)
        for owner, label, count in owners
        for n in range(count)
    ]
    weights = spread(samples, 0.3)
    assert weights[:40].sum() == pytest.approx(2 * weights[40:50].sum())
    assert weights[50:].sum() == pytest.approx(0.3)
    assert weights.sum() == pytest.approx(1)
