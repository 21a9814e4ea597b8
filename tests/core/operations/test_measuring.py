"""Processes of one machine measure together: nothing is lost with one that dies, and no file is left over."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from core.operations.measuring import STALE, show_all

pytestmark = pytest.mark.processes

PROCESS = """
import sys
from pathlib import Path
from prometheus_client import Counter, Histogram
from core.operations.measuring import measure_together

measuring = measure_together(Path(sys.argv[1]), sys.argv[2])
counter = Counter("done", "Work done.", ["kind"], registry=measuring.new)
seconds = Histogram("took", "Time taken.", registry=measuring.new)
for _ in range(int(sys.argv[3])):
    counter.labels("good").inc()
    seconds.observe(0.3)
print("shared" if measuring.new is None else "alone", flush=True)
sys.stdin.read()
"""
Start = Callable[[str, int], "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "metrics" / "here"


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start processes that count to a number and then wait."""
    running: list[subprocess.Popen[str]] = []

    def start(part: str, count: int) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(folder), part, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "shared\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def shown(folder: Path) -> str:
    return generate_latest(show_all(folder)).decode()


def test_a_scrape_shows_what_every_process_counted(folder: Path, start: Start) -> None:
    start("worker", 3)
    start("worker", 4)
    start("sweep", 5)
    text = shown(folder)
    assert 'done_total{kind="good"} 12.0' in text
    assert 'took_bucket{le="0.5"} 12.0' in text
    assert 'took_bucket{le="0.25"} 0.0' in text


def test_the_successor_of_a_killed_process_counts_on_in_its_files(folder: Path, start: Start) -> None:
    for count in (3, 4, 5):
        process = start("worker", count)
        process.kill()
        process.wait()
    assert 'done_total{kind="good"} 12.0' in shown(folder)
    assert len(list(folder.glob("counter_*"))) == 1


def test_folders_of_machines_that_are_no_more_are_swept_away(folder: Path, start: Start) -> None:
    long_ago = time.time() - 2 * STALE
    for name in ("gone", "fresh"):
        other = folder.parent / name
        other.mkdir(parents=True)
        (other / "worker-0.lock").touch()
        if name == "gone":
            os.utime(other, (long_ago, long_ago))
    start("worker", 1)
    os.utime(folder, (long_ago, long_ago))  # old, but a process of it lives
    subprocess.run(
        [sys.executable, "-c", PROCESS, str(folder.parent / "next"), "api", "0"],
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
    )
    assert sorted(path.name for path in folder.parent.iterdir()) == ["fresh", "here", "next"]


def test_where_nothing_can_be_written_a_process_measures_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, str(tmp_path / "file" / "metrics"), "api", "2"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "alone\n"
    assert "this process counts alone" in done.stderr
