"""`kantei known`: lists of hashes in the field's own forms come in, and decisions go out as such a list."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.clock import now
from core.known_image import PictureHash
from core.vocabulary import Finding, Judgement, Label, Outcome, Role
from kantei.known_commands import known
from store.database import Database
from store.decisions import Seen, decide
from store.images import ImageFacts, record_verdict
from store.known_images import find_known
from store.tables import Image, Moderator

ONE, TWO, THREE = "0f" * 32, "a5" * 32, "3c" * 32


@pytest.fixture
def kept(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KANTEI_DATABASE_URL", str(sqlite_database.url))
    return sqlite_database


def run(*arguments: str) -> Result:
    return CliRunner().invoke(known, arguments)


def told(database: Database, digits: str) -> list[tuple[str | None, Label]]:
    with database.reading() as session:
        found = find_known(session, PictureHash(digits, 100), but="0" * 64)
    return [(one.list_name, one.label) for one in found]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "exchange.csv",
            "\n".join(
                (
                    "collab,signal_type,signal_str,category,tags",
                    f"C,pdq,{ONE},POSITIVE_CLASS,x ai",
                    f"C,video_md5,{'0' * 32},POSITIVE_CLASS,",
                )
            ),
        ),
        ("hasher.csv", f"{ONE.upper()},100,some/file.jpg\n{TWO},49,flat.jpg\n"),
        ("signals.txt", f"pdq {ONE}\nurl https://a.example/\n"),
        ("bare.txt", f"{ONE}\n\nnonsense\n"),
        (
            "matcher.jsonl",
            json.dumps({"signal_type": "pdq", "signal_value": ONE, "tags": ["ai"]}) + "\nnot json\n",
        ),
        ("matcher.json", json.dumps([{"signal_type": "pdq", "signal_value": ONE}, 7])),
    ],
)
def test_the_forms_of_the_field_are_read_and_what_is_left_out_is_told(
    kept: Database, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    result = run("import", str(file), "--source", "Partner", "--label", "ai")
    assert result.exit_code == 1
    assert "1 hashes taken, 1 left out; the list “Partner” holds 1" in result.output
    assert "left out: 1 with " in result.output
    assert told(kept, ONE) == [("Partner", Label.AI)]
    assert told(kept, TWO) == []


def test_what_no_tag_and_no_option_labels_is_left_out(kept: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"signal_type,signal_str,tags\npdq,{ONE},human\npdq,{TWO},\npdq,{THREE},ai human\n")
    result = run("import", str(file), "--source", "Partner")
    assert "1 hashes taken, 2 left out" in result.output
    assert told(kept, ONE) == [("Partner", Label.HUMAN)]


def test_a_list_that_comes_again_is_added_to_and_can_be_forgotten(kept: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(f"{ONE}\n{ONE}\n")
    assert run("import", str(file), "--source", "Partner", "--label", "ai").exit_code == 0
    file.write_text(f"{ONE}\n{TWO}\n")
    again = run("import", str(file), "--source", "Partner", "--label", "human")
    assert "holds 2" in again.output
    assert told(kept, ONE) == [("Partner", Label.HUMAN)]
    assert "2  " in run("list").output
    assert "2 hashes forgotten" in run("forget", "Partner").output
    assert told(kept, ONE) == []
    assert run("forget", "Partner").exit_code == 1


def test_a_file_that_is_no_list_is_refused(kept: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    for text in ("{}", "[", "\udcff"):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        result = run("import", str(file), "--source", "Partner", "--label", "ai")
        assert result.exit_code == 1
        assert "Error: list.json" in result.output


def test_what_people_decided_goes_out_and_comes_in_elsewhere(kept: Database, tmp_path: Path) -> None:
    rulings = [(ONE, 100, Outcome.AI), (TWO, 90, Outcome.HUMAN), (THREE, 20, Outcome.AI)]
    with kept.writing() as session:
        moderator = Moderator(email="m@example.com", role=Role.LEAD, password_hash="x")
        session.add(moderator)
        session.flush()
        for digits, quality, outcome in rulings:
            sha256 = digits[::-1]
            record_verdict(
                session,
                ImageFacts(sha256, 9, 9, "png", 9),
                score=0.5,
                model="m",
                judgement=Judgement(Finding.UNCERTAIN, None, "p", ()),
                evidence=(),
                picture_hash=PictureHash(digits, quality),
            )
            seen = Seen(sha256, session.get_one(Image, sha256).verdict_id or "", None)
            decide(session, seen, moderator_id=moderator.id, outcome=outcome, note="", at=now())
    written = run("export").stdout
    rows = {row["signal_str"]: row for row in csv.DictReader(io.StringIO(written))}
    assert set(rows) == {ONE, TWO}
    assert (rows[ONE]["signal_type"], rows[ONE]["category"], rows[ONE]["tags"]) == (
        "pdq",
        "POSITIVE_CLASS",
        "ai",
    )
    assert rows[TWO]["category"] == "NEGATIVE_CLASS"
    lines = run("export", "--format", "jsonl", "--label", "human").stdout.splitlines()
    assert [json.loads(line)["signal_value"] for line in lines] == [TWO]
    file = tmp_path / "ours.csv"
    file.write_text(written)
    assert run("import", str(file), "--source", "Elsewhere").exit_code == 0
    assert ("Elsewhere", Label.HUMAN) in told(kept, TWO)
