"""`kantei judge-again`: open cases get a verdict by the model that is active now, and clients are told."""

import io
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as Picture
from sqlalchemy import select

from core.vocabulary import Finding, Judgement, Label
from kantei.verdicts.judge_again_command import judge_again
from model.serving.info import read_model_info
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.tables.case_tables import Image, Verdict
from store.verdicts.images import record_verdict


@pytest.fixture
def cases(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    """Two open cases that an earlier model flagged; the file of one is lost."""
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KANTEI_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("KANTEI_SECRET_KEY", "k" * 32)
    noise = np.random.default_rng(0).integers(0, 255, (96, 96, 3), np.uint8)
    out = io.BytesIO()
    Picture.fromarray(noise).save(out, "PNG")
    kept = FolderBlobs(tmp_path / "blobs").put(out.getvalue())
    with sqlite_database.writing() as session:
        for sha256 in (kept, "ff" * 32):
            record_verdict(
                session,
                ImageFacts(sha256, 96, 96, "png", len(out.getvalue())),
                score=0.99,
                model="former-1",
                judgement=Judgement(Finding.FLAGGED, Label.AI, "former", ("A reason.",)),
                evidence=(),
            )
    return sqlite_database


def run(*arguments: str) -> str:
    result = CliRunner().invoke(judge_again, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.slow
def test_open_cases_are_judged_by_the_active_model_once(cases: Database) -> None:
    output = run()
    assert "cases judged again: 1" in output
    assert f"{'ff' * 32}: the image file is missing" in output
    with cases.reading() as session:
        query = select(Verdict.model).join(Image, Image.verdict_id == Verdict.id)
        assert sorted(session.scalars(query)) == ["former-1", read_model_info().version]
    assert "cases judged again: 0" in run()


def test_a_dry_run_counts_and_changes_nothing(cases: Database) -> None:
    assert "verdict from another model or policy: 2" in run("--dry-run")
    with cases.reading() as session:
        assert set(session.scalars(select(Verdict.model))) == {"former-1"}
