"""The doctor finds what is broken, says what to do, and tells no secret."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.settings.settings import read_settings
from kantei.operations.doctor import doctor
from kantei.roots.joining import open_database
from kantei.roots.migrate import migrate
from store.tables.review_tables import Event

KEY = "0123456789abcdefghijklmnopqrstuv"


def ask(tmp_path: Path, **environ: str) -> tuple[int, dict[str, list[dict[str, str]]], str]:
    """Run the doctor; give its exit code, its checks by name, and all that it said."""
    env = {"KANTEI_DATA_DIR": str(tmp_path), "KANTEI_SECRET_KEY": KEY, **environ}
    for name in [name for name in os.environ if name.startswith("KANTEI_")]:
        env.setdefault(name, "")
    done = CliRunner(env=env).invoke(doctor, ["--json"])
    said: dict[str, Any] = json.loads(done.output)
    assert said["well"] == (done.exit_code == 0)
    checks: dict[str, list[dict[str, str]]] = {}
    for checked in said["checks"]:
        checks.setdefault(checked["check"], []).append(checked)
        assert checked["state"] == "well" or checked["advice"], checked
    return done.exit_code, checks, done.output


def test_a_sound_installation_is_well(tmp_path: Path) -> None:
    database = open_database(read_settings({"KANTEI_DATA_DIR": str(tmp_path)}))
    migrate(database)
    database.close()
    (tmp_path / "sweeper.alive").touch()
    code, checks, _ = ask(tmp_path)
    assert code == 0
    states = {name: {one["state"] for one in found} for name, found in checks.items()}
    states.pop("disk")  # how much room this machine has is not ours to say
    assert states == {
        name: {"well"}
        for name in (
            "settings",
            "secret key",
            "database",
            "migrations",
            "clock",
            "known images",
            "retention",
            "broker",
            "blobs",
            "classifier",
            "sweeper",
        )
    }
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]  # no probe is left


@pytest.mark.parametrize(
    ("environ", "check", "says"),
    [
        ({"KANTEI_SECRET_KEY": "a" * 64}, "secret key", "guessed"),
        ({"KANTEI_MAX_PIXELS": "many"}, "settings", "KANTEI_MAX_PIXELS"),
        ({"KANTEI_DATABASE_URL": "postgresql://k:hunter2@127.0.0.1:9/k"}, "database", "not responding"),
        pytest.param(
            {"KANTEI_BROKER_URL": "redis://:hunter2@127.0.0.1:9/0"},
            "broker",
            "not responding",
            marks=pytest.mark.slow,  # kombu tries again, after a second
        ),
        (
            {
                "KANTEI_BLOBS_URL": "s3://bucket?endpoint=http://127.0.0.1:9",
                "KANTEI_BLOBS_ACCESS_KEY": "key",
                "KANTEI_BLOBS_SECRET_KEY": "hunter2",
            },
            "blobs",
            "cannot store files",
        ),
    ],
)
def test_what_is_broken_is_named_and_nothing_secret_told(
    tmp_path: Path, environ: dict[str, str], check: str, says: str
) -> None:
    code, checks, output = ask(tmp_path, **environ)
    assert code == 1
    broken = [one for one in checks[check] if one["state"] == "broken"]
    assert says in broken[0]["said"]
    assert "hunter2" not in output


def test_a_folder_without_a_server_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    code, checks, _ = ask(tmp_path / "not" / "there", KANTEI_SECRET_KEY="")
    assert code == 0
    assert f"{tmp_path}/not/there has no Kantei database" in checks["database"][0]["said"]
    assert checks["database"][0]["state"] == "warning"
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_setting_is_pointed_out(tmp_path: Path) -> None:
    _, checks, _ = ask(tmp_path, KANTEI_FETCH_TIMOUT="5")
    assert {
        "check": "settings",
        "state": "warning",
        "said": "KANTEI_FETCH_TIMOUT is not a setting; did you mean KANTEI_FETCH_TIMEOUT?",
        "advice": "Rename or remove it. The README lists every setting.",
    } in checks["settings"]
    code, checks, _ = ask(tmp_path, KANTEI_FETCH_TIMOUT="5", KANTEI_MAX_PIXELS="many")  # and beside an error
    assert (code, len(checks["settings"])) == (1, 2)


def test_another_versions_database_is_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "kantei.sqlite3") as connection:
        connection.execute("create table alembic_version (version_num varchar(32))")
        connection.execute("insert into alembic_version values ('9999')")
    code, checks, _ = ask(tmp_path)
    assert code == 1
    assert "kantei migrate" in checks["migrations"][0]["advice"]


def test_a_purge_that_is_long_ago_is_seen(tmp_path: Path) -> None:
    database = open_database(read_settings({"KANTEI_DATA_DIR": str(tmp_path)}))
    migrate(database)
    with database.writing() as session:
        session.add(Event(kind="purged", created_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)))
    database.close()
    _, checks, _ = ask(tmp_path)
    assert checks["retention"][0]["state"] == "warning"
    assert checks["retention"][0]["said"] == "last purge 2026-01-02 03:04 UTC"


def test_a_dead_sweeper_and_an_open_key_are_seen(tmp_path: Path) -> None:
    alive, key = tmp_path / "sweeper.alive", tmp_path / "secret_key"
    alive.touch()
    os.utime(alive, (time.time() - 3600, time.time() - 3600))
    key.write_text(KEY)
    key.chmod(0o644)
    _, checks, _ = ask(tmp_path, KANTEI_SECRET_KEY="")
    assert checks["sweeper"][0]["state"] == "warning"
    assert "can be read by other users" in checks["secret key"][0]["said"]


@pytest.mark.processes
def test_people_read_marks_and_advice(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "KANTEI_DATA_DIR": str(tmp_path), "KANTEI_SECRET_KEY": "b" * 32}
    done = subprocess.run(
        [sys.executable, "-m", "kantei", "doctor"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "FAIL  secret key" in done.stdout
    assert "-> Make one with" in done.stdout
    assert done.stderr == ""
