"""`kantei known`: lists of hashes in the field's own forms come in, and decisions go out as such a list."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image as Picture
from sqlalchemy import select

from core.clock import now
from core.known.known_image import PictureHash
from core.vocabulary import Finding, Judgement, Label, Outcome, Role
from kantei.known.known_commands import known
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.desk.decisions import Seen, decide
from store.known.hash_backfill import unhashed
from store.known.known_images import find_known
from store.tables.case_tables import Image
from store.tables.known_tables import ImageHash, KnownChange
from store.tables.people_tables import Moderator
from store.verdicts.images import record_verdict
from tests.reporting import report
from worker.known.hash_older import hash_older

ONE, TWO, THREE = "0f" * 32, "a5" * 32, "3c" * 32


@pytest.fixture
def kept(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KANTEI_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("KANTEI_SECRET_KEY", "k" * 32)
    return sqlite_database


def run(*arguments: str) -> Result:
    return CliRunner().invoke(known, arguments)


def told(database: Database, digits: str) -> list[tuple[str | None, Label | None]]:
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
    assert "hashes imported: 1, skipped: 1; the list “Partner” now has 1" in result.output
    assert "skipped: 1, " in result.output
    assert told(kept, ONE) == [("Partner", Label.AI)]
    assert told(kept, TWO) == []


def test_what_no_tag_and_no_option_labels_is_left_out(kept: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"signal_type,signal_str,tags\npdq,{ONE},human\npdq,{TWO},\npdq,{THREE},ai human\n")
    result = run("import", str(file), "--source", "Partner")
    assert "hashes imported: 1, skipped: 2" in result.output
    assert told(kept, ONE) == [("Partner", Label.HUMAN)]


@pytest.mark.parametrize("category", ["NEGATIVE_CLASS", "FALSE_POSITIVE", "INVESTIGATION_SEED"])
def test_a_picture_that_a_list_says_is_not_generated_is_not_taken_for_generated(
    kept: Database, tmp_path: Path, category: str
) -> None:
    head, row = "signal_type,signal_str,category,tags", f"pdq,{ONE},{category}"
    file = tmp_path / "list.csv"
    file.write_text(f"{head}\n{row},\n{row},ai\npdq,{TWO},{category},human\npdq,{THREE},true_positive,\n")
    result = run("import", str(file), "--source", "Partner", "--label", "ai")
    assert "hashes imported: 2, skipped: 2" in result.output
    assert "a category that denies the label, or only suspects it" in result.output
    assert told(kept, ONE) == []
    assert told(kept, TWO) == [("Partner", Label.HUMAN)]
    assert told(kept, THREE) == [("Partner", Label.AI)]


def test_a_list_that_comes_again_is_added_to_and_can_be_forgotten(kept: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(f"{ONE}\n{ONE}\n")
    assert run("import", str(file), "--source", "Partner", "--label", "ai").exit_code == 0
    file.write_text(f"{ONE}\n{TWO}\n")
    again = run("import", str(file), "--source", "Partner", "--label", "human")
    assert "now has 2" in again.output
    assert told(kept, ONE) == [("Partner", Label.HUMAN)]
    assert "2  " in run("list").output
    assert "hashes deleted: 2" in run("forget", "Partner").output
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
    assert ONE not in run("export").stdout
    report(kept)
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


def _store(kept: Database, blobs: FolderBlobs, data: bytes, outcome: Outcome | None = None) -> str:
    """Store an image as before hashes were kept, and decide it."""
    sha256 = blobs.put(data)
    with kept.writing() as session:
        record_verdict(
            session,
            ImageFacts(sha256, 9, 9, "png", len(data)),
            score=0.5,
            model="m",
            judgement=Judgement(Finding.UNCERTAIN, None, "p", ()),
            evidence=(),
        )
        if outcome is not None:
            moderator = Moderator(email=f"{sha256[:8]}@example.com", role=Role.LEAD, password_hash="x")
            session.add(moderator)
            session.flush()
            seen = Seen(sha256, session.get_one(Image, sha256).verdict_id or "", None)
            decide(session, seen, moderator_id=moderator.id, outcome=outcome, note="", at=now())
    report(kept)
    return sha256


def _noise(form: str, seed: int) -> bytes:
    """Draw a picture of large patches, which has a hash of quality."""
    patches = np.random.default_rng(seed).integers(0, 255, (12, 12, 3)).astype(np.uint8)
    out = io.BytesIO()
    Picture.fromarray(patches).resize((96, 96), Picture.Resampling.NEAREST).save(out, form)
    return out.getvalue()


def test_older_images_are_hashed_a_few_at_a_time_and_their_rulings_spread(
    kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    monkeypatch.setattr("worker.known.hash_older.STEP", 2)
    decided = _store(kept, blobs, _noise("PNG", 1), Outcome.AI)
    copy = _store(kept, blobs, _noise("BMP", 1))
    other = _store(kept, blobs, _noise("PNG", 2))
    broken = _store(kept, blobs, b"no picture")
    gone = _store(kept, blobs, b"gone")
    blobs.delete(gone)
    # Cut off after its first step, it has kept that, and goes on.
    with pytest.raises(KeyboardInterrupt):
        hash_older(kept, blobs, max_pixels=10_000, say=_interrupt)
    with kept.reading() as session:
        assert len(session.scalars(select(ImageHash.image_sha256)).all()) <= 2
    first = run("backfill")
    assert first.exit_code == 0, first.output
    assert "skipped: 1 without a stored file, 1 unreadable" in first.output
    assert "images hashed: 0; skipped: 1 without a stored file, 1 unreadable" in run("backfill").output
    with kept.reading() as session:
        assert set(session.scalars(select(ImageHash.image_sha256))) == {decided, copy, other}
        # The ruling is noted for its copy, whichever of the two was hashed first.
        assert set(session.scalars(select(KnownChange.image_sha256))) & {decided, copy}
        assert other not in set(session.scalars(select(KnownChange.image_sha256)))
        assert broken in unhashed(session, after="", limit=9)


def _interrupt(_: object) -> None:
    raise KeyboardInterrupt
