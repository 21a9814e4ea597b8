"""What the first start makes, and what of it the audit log says."""

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from core.settings.settings import read_settings
from kantei.roots.greeting import FIRST_CLIENT, FIRST_MODERATOR, greet
from store.base.database import Database
from store.people.audit_log import ActFilter, list_acts
from store.tables.client_tables import Client


def test_the_log_says_how_the_first_admin_and_the_first_client_came_about(
    tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(sqlite_template, tmp_path / "kantei.sqlite3")
    settings = read_settings({"KANTEI_DATA_DIR": str(tmp_path)})
    greet(settings, "127.0.0.1", 8000)
    assert re.search(r"one-time password \S+", capsys.readouterr().out)
    greet(settings, "127.0.0.1", 8000)
    assert "one-time password" not in capsys.readouterr().out
    database = Database(f"sqlite:///{tmp_path / 'kantei.sqlite3'}")
    with database.reading() as session:
        lines = list_acts(session, ActFilter())
        client_id = session.scalars(select(Client.id)).one()
    database.close()
    assert {(line.kind, line.subject, line.who) for line in lines} == {
        ("moderator_added", FIRST_MODERATOR, None),
        ("client_added", FIRST_CLIENT, None),
    }
    details = {line.kind: line.detail for line in lines}
    assert details["moderator_added"] == {"by": "command line", "role": "admin"}
    assert details["client_added"] == {"by": "command line", "id": client_id}
