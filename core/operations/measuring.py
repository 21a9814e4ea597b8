"""Metrics of several processes: where they are stored, and how one process shows them all.

A process alone keeps its figures in memory. Parts that share a data folder on one machine keep them
in files of a common folder (prometheus_client's multiprocess mode), so that a scrape of any one shows
all. Each process writes a file of its own, under a place that it holds by a kernel lock; the successor
of one that died takes over its place and counts on, so there are never more files than there were
processes at once, and no count ever falls.
"""

import fcntl
import logging
import os
import re
import shutil
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector

# Sizes of the files, set aside before they are mapped: a full disk then costs the measures, while a
# page that cannot be written later would kill the process (SIGBUS).
SET_ASIDE = {"counter": 256 * 1024, "histogram": 2 * 1024 * 1024}
PLACES = 1024  # processes of one part on one machine
STALE = 24 * 3600.0  # seconds after which the folder of a machine without processes is swept away

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Measuring:
    """Where new measures register, and what a scrape shows.

    `new` is None where values live in files: they are then shown by who reads the files.
    """

    new: CollectorRegistry | None
    shown: CollectorRegistry = field(default_factory=CollectorRegistry)


def measure_alone() -> Measuring:
    """Keep what this process measures in its memory."""
    registry = CollectorRegistry()
    return Measuring(registry, registry)


def measuring_folder(data_dir: Path) -> Path:
    """Name the folder of this machine; the data folder may be shared by many."""
    return data_dir / "metrics" / re.sub(r"[^0-9A-Za-z-]", "-", socket.gethostname())


def measure_together(folder: Path, part: str) -> Measuring:
    """Keep what this process measures in a folder that the parts of one machine share.

    To be called after the last fork, before any measure is made. Where the folder cannot be written,
    this process measures alone.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep_away_dead(folder)
        place = _take_place(folder, part)
        for kind, size in SET_ASIDE.items():
            _set_aside(folder / f"{kind}_{place}.db", size)
    except OSError as error:
        log.warning("metrics of this machine are not shared, this process counts alone: %s", error)
        return measure_alone()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # where the library looks for it
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]  # it has none
    return Measuring(None, show_all(folder))


def show_all(folder: Path) -> CollectorRegistry:
    """Show the measures of every process of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # the same
    return registry


_held: list[int] = []  # files whose locks are our places; closing one would give the place away


def _take_place(folder: Path, part: str) -> str:
    for number in range(PLACES):
        file = os.open(folder / f"{part}-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if _lock(file):
            _held.append(file)
            return f"{part}-{number}"
        os.close(file)
    raise OSError(f"no room for the metrics of {part} in {folder}")


def _lock(file: int) -> bool:
    try:
        # A record lock: it belongs to this process alone and ends with it, however it ends.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _set_aside(path: Path, size: int) -> None:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(file).st_size < size:
            os.posix_fallocate(file, 0, size)
    finally:
        os.close(file)


def _sweep_away_dead(folder: Path) -> None:
    """Remove the folders of machines that are no more; a container has a new name after each start."""
    for other in folder.parent.iterdir():
        if other == folder or time.time() - other.stat().st_mtime < STALE:
            continue
        files = [os.open(path, os.O_RDWR | os.O_CLOEXEC) for path in other.glob("*.lock")]
        try:
            if all(_lock(file) for file in files):
                shutil.rmtree(other, ignore_errors=True)
        finally:
            for file in files:
                os.close(file)
