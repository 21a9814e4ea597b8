"""`kantei held` and `kantei purge` for one seller and one reader."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.v1.reports.report_routes import reader_pseudonym
from core.clock import now
from core.settings.settings import read_settings
from kantei.retention.held_command import held
from kantei.retention.purge_command import purge
from store.base.database import Database
from store.reports.reader_reports import add_report
from store.tables.marketplace_tables import Listing
from store.tables.submission_tables import Submission
from tests.clients import make_client


@pytest.fixture
def client_id(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path) -> str:
    """A client with one listing of the seller aiko, and one report by the reader u-1."""
    shutil.copy(sqlite_template, tmp_path / "kantei.sqlite3")
    settings = read_settings({"KANTEI_DATA_DIR": str(tmp_path)})  # makes the secret key
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("KANTEI_DATABASE_URL", raising=False)
    database = Database(f"sqlite:///{tmp_path / 'kantei.sqlite3'}")
    made = make_client(database).client.id
    reader = reader_pseudonym(settings.secret_key, made, "u-1")
    with database.writing() as session:
        session.add(Listing(client_id=made, listing_id="L1", title="Fox", seller="aiko"))
        row = Submission(client_id=made, source="report", image_url="https://a.example/1.png")
        session.add(row)
        session.flush()
        add_report(session, row, reader, reason="Six fingers.", url_sha256=None, at=now())
    database.close()
    return made


def test_what_is_held_is_printed_and_erased(client_id: str) -> None:
    for option, name, part in (("--seller", "aiko", "Fox"), ("--reader", "u-1", "Six fingers.")):
        arguments = ["--client", client_id, option, name]
        printed = CliRunner().invoke(held, arguments)
        assert printed.exit_code == 0, printed.output
        assert json.loads(printed.output)
        assert part in printed.output
        erased = CliRunner().invoke(purge, arguments)
        assert erased.exit_code == 0, erased.output
        assert "erased" in erased.output
        gone = CliRunner().invoke(held, arguments)
        assert gone.exit_code == 1
        assert "not found" in gone.output


def test_half_a_question_is_refused(client_id: str) -> None:
    assert CliRunner().invoke(held, ["--seller", "aiko"]).exit_code == 2
    assert CliRunner().invoke(purge, ["--seller", "aiko"]).exit_code == 2
    assert CliRunner().invoke(held, ["--client", client_id, "--seller", "aiko"]).exit_code == 0
