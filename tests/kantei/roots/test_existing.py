"""Commands that need a server's data find it, or say where it is; they never make another."""

import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import kantei as package
from kantei.__main__ import kantei
from kantei.roots import existing

COMMANDS = [
    "client add Shop",
    "client list",
    "client key 1",
    "moderator add you@example.com",
    "purge",
    "known list",
    "known forget x",
    "export --decisions out",
]


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in which no server has ever been started, as the working folder."""
    folder = tmp_path / "wrong"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("KANTEI_DATA_DIR", "KANTEI_DATABASE_URL", "KANTEI_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(existing, "PROCESSES", tmp_path / "proc")
    monkeypatch.setattr(package, "__file__", str(tmp_path / "installed" / "kantei" / "__init__.py"))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, command: str) -> Result:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/kantei", *command.split()])
    return CliRunner().invoke(kantei, command.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_made_in_a_folder_without_a_server(
    command: str, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, command)
    assert done.exit_code == 1, done.output
    assert f"{wrong}/data has no Kantei database" in done.output
    assert f"KANTEI_DATA_DIR=DIR kantei {command}" in done.output
    assert len(done.output.splitlines()) == 1
    assert list(wrong.iterdir()) == []


def test_the_command_with_the_folder_of_the_running_server_is_printed(
    wrong: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, tmp_path: Path
) -> None:
    data, process = tmp_path / "its data", tmp_path / "proc" / "17"
    data.mkdir()
    process.mkdir(parents=True)
    shutil.copy(sqlite_template, data / "kantei.sqlite3")
    (process / "cmdline").write_bytes(b"/usr/bin/python\0-m\0kantei\0serve\0")
    (process / "environ").write_bytes(b"HOME=/root\0KANTEI_DATA_DIR=its data\0")
    (process / "cwd").symlink_to(tmp_path)
    (tmp_path / "proc" / "18").mkdir()  # one that has just ended
    done = run(monkeypatch, "client add Shop")
    assert f"run `KANTEI_DATA_DIR='{data}' kantei client add Shop`" in done.output


def test_what_is_there_is_used(wrong: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> None:
    (wrong / "data").mkdir()
    shutil.copy(sqlite_template, wrong / "data" / "kantei.sqlite3")
    lacks_key = run(monkeypatch, "client add Shop")
    assert (lacks_key.exit_code, "no secret key" in lacks_key.output) == (1, True)
    (wrong / "data" / "secret_key").write_text("k" * 64, encoding="utf-8")
    done = run(monkeypatch, "client add Shop")
    assert done.exit_code == 0, done.output
    assert "API key" in done.output


def test_an_empty_or_older_database_is_not_changed(
    wrong: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> None:
    data = wrong / "data"
    data.mkdir()
    (data / "secret_key").write_text("k" * 64, encoding="utf-8")
    (data / "kantei.sqlite3").touch()
    assert "the database is empty; start Kantei" in run(monkeypatch, "client list").output
    shutil.copy(sqlite_template, data / "kantei.sqlite3")
    with sqlite3.connect(data / "kantei.sqlite3") as connection:
        connection.execute("update alembic_version set version_num = '0001'")
    done = run(monkeypatch, "client list")
    assert (done.exit_code, "revision 0001" in done.output) == (1, True)
    assert "kantei migrate" in done.output
