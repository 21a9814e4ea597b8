"""Pictures that were mended must stay mended."""

import hashlib
from pathlib import Path

from core.vocabulary import Label
from model.evaluation import Judged
from model.regression import Mended, newly_mended, read_mended, relapsed, write_mended
from model.samples import Sample


def _judged(folder: Path, name: str, logit: float) -> Judged:
    path = folder / name
    path.write_bytes(name.encode())
    return Judged(Sample(path, name, Label.HUMAN, "s", "o"), logit, sharpness=0.0, pixels=0.0)


def test_a_relapse_is_told_and_strangers_are_not(tmp_path: Path) -> None:
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in ("good", "bad", "absent")]
    mended = [Mended(digest, Label.HUMAN, "m-1", 0.9, "m-2", 0.1) for digest in digests]
    place = tmp_path / "list.json"
    write_mended(mended, place)
    judged = [_judged(tmp_path, "good", -2), _judged(tmp_path, "bad", 2), _judged(tmp_path, "stranger", 2)]
    found, again = relapsed(judged, read_mended(place))
    assert found == 2
    assert [item.sha256 for item, _ in again] == [digests[1]]


def test_what_a_new_model_mends_is_kept_once(tmp_path: Path) -> None:
    judged = [_judged(tmp_path, name, -2) for name in ("mended", "right before", "listed", "stranger")]
    judged.append(_judged(tmp_path, "still wrong", 2))
    before = {"mended": 0.91234, "right before": 0.2, "listed": 0.8, "still wrong": 0.9}
    listed = Mended(hashlib.sha256(b"listed").hexdigest(), Label.HUMAN, "m-1", 0.8, "m-2", 0.1)
    found = newly_mended("m-2", before, "m-3", judged, [listed])
    assert found == [Mended(hashlib.sha256(b"mended").hexdigest(), Label.HUMAN, "m-2", 0.9123, "m-3", 0.1192)]


def test_the_list_in_the_repository_can_be_read() -> None:
    assert len(read_mended()) >= 1
    assert all((item.mended_score >= 0.5) == (item.label is Label.AI) for item in read_mended())


def test_where_there_is_no_list_nothing_is_checked(tmp_path: Path) -> None:
    assert read_mended(tmp_path / "none.json") == []
