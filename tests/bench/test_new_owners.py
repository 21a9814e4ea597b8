"""Pictures of new owners are taken only as they were listed."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from bench.classifier import new_owners
from bench.classifier.new_owners import MANIFEST, fetch_pictures, main
from model.data.samples import read_samples
from tests.servers import Server

COLUMNS = ("file", "label", "repo", "path", "commit", "sha256")


def _listed(place: Path, **pictures: bytes) -> Path:
    with place.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, (name, data) in enumerate(pictures.items()):
            label = "ai" if number % 2 else "human"
            digest = hashlib.sha256(data).hexdigest()
            rows.writerow([f"files/{name}.png", label, "owner/art", f"my {name}#1.png", "c0ffee", digest])
    return place


def test_a_picture_is_fetched_by_its_commit_and_not_twice(tmp_path: Path) -> None:
    manifest = _listed(tmp_path / "listed.csv", a=b"first", b=b"second")
    with Server() as server:
        for name, data in (("a", b"first"), ("b", b"second")):
            server.reply(f"/owner/art/c0ffee/my%20{name}%231.png", data)
        for _ in range(2):
            assert fetch_pictures(tmp_path, server.url().rstrip("/"), manifest) == []
        assert len(server.asked) == 2
    assert [sample.path.read_bytes() for sample in read_samples(tmp_path)] == [b"first", b"second"]


def test_what_changed_or_is_gone_is_named_and_left_out(tmp_path: Path) -> None:
    manifest = _listed(tmp_path / "listed.csv", a=b"first", b=b"second", c=b"third", d=b"fourth")
    with Server() as server:
        for name, data in (("a", b"first"), ("b", b"second"), ("c", b"painted over")):
            server.reply(f"/owner/art/c0ffee/my%20{name}%231.png", data)
        lost = fetch_pictures(tmp_path, server.url().rstrip("/"), manifest)
    assert [row["file"] for row, _ in lost] == ["files/c.png", "files/d.png"]
    assert "SHA-256" in lost[0][1]
    assert "404" in lost[1][1]
    assert [sample.name for sample in read_samples(tmp_path)] == ["files/a.png", "files/b.png"]


def test_where_nothing_can_be_fetched_everything_is_named_and_the_command_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The published figures are of all pictures, so a part of them must not look like a success."""
    monkeypatch.setattr(new_owners, "MANIFEST", _listed(tmp_path / "listed.csv", a=b"first"))
    with Server() as server:
        place = tmp_path / "not there yet"
        assert main([str(place), "--from", server.url().rstrip("/")]) == 1
    said = capsys.readouterr().out
    assert "owner/art/my a#1.png: 404" in said
    assert "could not be fetched: 1" in said


def test_the_list_names_no_owner_or_picture_of_the_training_data() -> None:
    """The classifier has not met them: that is what the list is for."""
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["sha256"] for row in rows}) == len(rows) >= 800
    unseen = MANIFEST.parents[1] / "unseen"
    learned = (unseen / "scores.tsv").read_text(encoding="utf-8")
    assert not [row["sha256"] for row in rows if row["sha256"] in learned]
    sources = json.loads((unseen / "report.json").read_text(encoding="utf-8"))["tables"]["source"]
    owners = {source["name"].split("/")[0].lower() for source in sources}
    assert len(owners) > 200
    assert not [row["repo"] for row in rows if row["repo"].split("/")[0].lower() in owners]
