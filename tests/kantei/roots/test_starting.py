"""A process that cannot start says why in one line, after waiting for what may still come up."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from core.settings.settings import Settings, read_settings
from kantei.roots.start_error import StartError
from kantei.roots.starting import PAUSES, ready_broker, ready_database, ready_folder, ready_port

PARTS = ["api", "worker", "sweep", "serve", "migrate"]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, none of which is waited for."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    return lambda **more: read_settings({"KANTEI_DATA_DIR": str(tmp_path / "data"), **more})


def test_a_dead_database_is_waited_for_with_growing_pauses(
    settings: Callable[..., Settings], pauses: list[float]
) -> None:
    dead = settings(KANTEI_DATABASE_URL="postgresql://k:hunter2@127.0.0.1:9/k")
    with pytest.raises(StartError, match=r"database is not responding.*127\.0\.0\.1.*; start it") as end:
        ready_database(dead)
    assert pauses == list(PAUSES)
    assert "hunter2" not in end.value.message
    assert "\n" not in end.value.message


def test_a_database_that_comes_up_in_the_meantime_is_used(
    settings: Callable[..., Settings], pauses: list[float]
) -> None:
    left = [
        OperationalError("", None, Exception("FATAL:  the database system is starting up")),
        OperationalError("", None, Exception("Connection refused")),
    ]

    def prepare(_: object) -> None:
        if left:
            raise left.pop()

    ready_database(settings(KANTEI_DATABASE_URL="postgresql://127.0.0.1:9/k"), prepare)
    assert pauses == list(PAUSES[:2])


@pytest.mark.postgresql
def test_a_database_that_does_not_exist_is_not_waited_for(
    settings: Callable[..., Settings], pauses: list[float], postgresql_url: str
) -> None:
    wrong = settings(KANTEI_DATABASE_URL=postgresql_url.rsplit("/", 1)[0] + "/nodb")
    with pytest.raises(StartError, match='database "nodb" does not exist'):
        ready_database(wrong)
    assert pauses == []


def test_a_file_that_is_no_database_is_named(
    settings: Callable[..., Settings], pauses: list[float], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kantei.sqlite3").write_text("no database" * 100, encoding="utf-8")
    with pytest.raises(StartError, match="file is not a database"):
        ready_database(settings())
    assert pauses == []


@pytest.mark.slow  # kombu tries each time again, after a second
def test_a_dead_broker_is_waited_for(settings: Callable[..., Settings]) -> None:
    dead = settings(KANTEI_BROKER_URL="redis://:hunter2@127.0.0.1:9/0")
    with pytest.raises(StartError, match=r"broker is not responding: .*correct KANTEI_BROKER_URL") as end:
        ready_broker(dead, pauses=(0.1,))
    assert "hunter2" not in end.value.message


def test_an_impossible_broker_is_not_waited_for(
    settings: Callable[..., Settings], pauses: list[float]
) -> None:
    with pytest.raises(StartError, match="broker is not responding: Database is int"):
        ready_broker(settings(KANTEI_BROKER_URL="redis://127.0.0.1:9/zero"))
    assert pauses == []


def test_a_port_in_use_is_named_with_the_option(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"cannot listen on port {port} of 127.0.0.1: .*--metrics-port"):
            ready_port("127.0.0.1", port, "--metrics-port")
    assert len(pauses) == 3
    ready_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_not_waited_for(pauses: list[float]) -> None:
    with pytest.raises(StartError, match=r"of 192\.0\.2\.1"):
        ready_port("192.0.2.1", 8000)
    assert pauses == []


def test_a_folder_that_cannot_be_made_is_named(settings: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    key = "0123456789abcdefghijklmnopqrstuv"
    with pytest.raises(StartError, match=r"cannot write to the data folder .*file/data: Not a directory"):
        ready_folder(settings(KANTEI_DATA_DIR=str(tmp_path / "file" / "data"), KANTEI_SECRET_KEY=key))


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_whole_program_ends_with_one_line(form: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        env = {"PATH": os.environ["PATH"], "KANTEI_DATA_DIR": str(tmp_path), "KANTEI_LOG_FORMAT": form}
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "kantei", "api", "--port", str(port)],
            env=env | {"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    if form == "json":
        found = json.loads(line)
        assert (found["level"], found["part"]) == ("critical", "api")
        line = found["message"]
    assert f"cannot listen on port {port}" in line
    assert time.monotonic() - begun > 3.4
