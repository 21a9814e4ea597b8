"""The commands of `docs/operating.md` back up a server on PostgreSQL and restore it on an empty machine."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from core.clock import now
from core.vocabulary import Source, State
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.bytes.blobs import FolderBlobs, blob_key
from store.clients.clients import find_key
from store.intake.submissions import SubmissionRequest
from store.tables.case_tables import Image
from tests.clients import SECRET_KEY, make_client
from tests.conftest import POSTGRESQL
from tests.services import leave_out
from tests.submissions import add_submission

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
PICTURES = [b"the first picture", b"the second picture", b"an upload that waits"]


@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """The URL of an empty database for the old machine, and of another for the new one."""
    names = [f"kantei_runbook_{place}_{os.getpid()}" for place in ("old", "new")]
    if shutil.which("pg_dump") is None:
        leave_out("postgresql", "pg_dump is not here")
    try:
        server = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        leave_out("postgresql", str(error).splitlines()[0])
    with server:
        for name in names:
            server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        old, new = (f"{POSTGRESQL.rsplit('/', 1)[0]}/{name}" for name in names)
        yield old, new
        for name in names:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def block(title: str) -> str:
    found = re.search(rf"^```sh\n# {title}\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def run(commands: str, url: str, data: Path, folder: Path, status: int = 0) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KANTEI_")}
    done = subprocess.run(
        ["bash", "-euc", commands],  # noqa: S607  # wherever bash is
        cwd=folder,
        env={
            **environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "KANTEI_DATABASE_URL": url,
            "KANTEI_DATA_DIR": str(data),
            "KANTEI_SECRET_KEY": SECRET_KEY,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == status, (done.stdout, done.stderr)
    return done.stdout


@pytest.mark.postgresql
def test_what_was_backed_up_is_restored_whole_on_an_empty_machine(
    two_databases: tuple[str, str], tmp_path: Path
) -> None:
    old_url, new_url = two_databases
    old_data, new_data = tmp_path / "old", tmp_path / "new"
    old = Database(old_url.replace("postgresql://", "postgresql+psycopg://", 1))
    migrate(old)
    blobs = FolderBlobs(old_data / "blobs")
    digests = [blobs.put(picture) for picture in PICTURES]
    key = make_client(old).api_key
    with old.writing() as session:
        client = find_key(session, key)
        assert client
        for sha256 in digests[:2]:
            session.add(Image(sha256=sha256, width=1, height=1, format="png", bytes=1))
        asked = SubmissionRequest(Source.API, upload_sha256=digests[2])
        add_submission(session, client.client_id, asked).state = State.QUEUED
    old.close()

    run(block("back up"), old_url, old_data, tmp_path)
    shutil.rmtree(old_data)
    said = run(block("restore"), new_url, new_data, tmp_path)
    assert "checked: 3, missing: 0, damaged: 0" in said

    new = Database(new_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with new.reading() as session:
        assert find_key(session, key)
    new.close()
    lost, damaged = (new_data / "blobs" / blob_key(sha256) for sha256 in digests[:2])
    lost.unlink()
    damaged.write_bytes(b"other bytes")
    report = json.loads(run("kantei doctor --blobs --json", new_url, new_data, tmp_path, status=1))
    (files,) = [one for one in report["checks"] if one["check"] == "image files"]
    assert files["said"] == "checked: 3, missing: 1, damaged: 1"
    assert digests[0] in files["advice"]
    assert digests[1] in files["advice"]
    assert now().year >= 2026
