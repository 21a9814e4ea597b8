"""Pictures that were mended must stay mended."""

from pathlib import Path

from core.vocabulary import Label
from model.data.scores import Said, read_scores, write_scores
from model.judging.regression import Mended, newly_mended, read_mended, write_mended
from model.judging.relapses import find_relapses, read_accepted, unaccepted
from model.serving.info import REPORTS, read_model_info


def _said(name: str, score: float, label: Label = Label.HUMAN) -> Said:
    return Said(name, label, score, f"sha-{name}")


def test_what_a_new_model_mends_is_kept_once() -> None:
    said = [_said(name, 0.11924) for name in ("mended", "right before", "listed", "stranger")]
    said.append(_said("still wrong", 0.8))
    before = [
        _said("mended", 0.91234),
        _said("right before", 0.2),
        _said("listed", 0.8),
        _said("still wrong", 0.9),
    ]
    listed = Mended("sha-listed", Label.HUMAN, "m-1", 0.8, "m-2", 0.1)
    found = newly_mended("m-2", before, "m-3", said, [listed])
    assert found == [Mended("sha-mended", Label.HUMAN, "m-2", 0.9123, "m-3", 0.1192)]


def test_the_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    mended = [Mended(f"sha-{name}", Label.AI, "m-1", 0.1, "m-2", 0.9) for name in ("b", "a")]
    write_mended(mended, tmp_path / "list.json")
    assert read_mended(tmp_path / "list.json") == mended[::-1]


def test_where_there_is_no_list_nothing_is_checked(tmp_path: Path) -> None:
    assert read_mended(tmp_path / "none.json") == []


def test_scores_come_back_as_they_were_written(tmp_path: Path) -> None:
    said = [_said("a b.png", 0.12345), _said("c.png", 1.0, Label.AI)]
    write_scores(said, tmp_path / "scores.tsv")
    assert read_scores(tmp_path / "scores.tsv") == said
    assert read_scores(tmp_path / "none.tsv") == []


def test_the_list_in_the_repository_can_be_read() -> None:
    assert len(read_mended()) >= 1
    assert all((item.mended_score >= 0.5) == (item.label is Label.AI) for item in read_mended())


def test_no_relapse_stands_in_the_repository_that_nobody_accepted() -> None:
    """The model in the repository, by the scores of its own report: its pictures are not needed."""
    said, mended = read_scores(REPORTS / "unseen" / "scores.tsv"), read_mended()
    here, relapses = find_relapses(said, mended)
    # The data change with their editions: of pictures that left them nothing can be said.
    version, listed = read_model_info().version, {one.sha256 for one in said}
    assert here > len(mended) / 2
    assert all(one.sha256 in listed for one in mended if one.mended_by == version)
    assert [str(one) for one in unaccepted(relapses, read_accepted(), version)] == []
