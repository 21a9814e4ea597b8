"""Figures with their noise, side by side in one table."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LEAST = 5  # rounds; a median of fewer says little


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, what is wanted, what came out, and how far the rounds lay apart."""

    what: str
    goal: str
    measured: str
    noise: str = ""


def spread(values: Sequence[float], digits: int = 0, unit: str = "") -> tuple[str, str]:
    """The median, and the smallest and largest with their number, as a table shows them."""
    middle = f"{statistics.median(values):,.{digits}f}{unit}"
    return middle, f"{min(values):,.{digits}f} to {max(values):,.{digits}f} in {len(values)}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share, 0..1, of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def markdown(rows: Sequence[Row]) -> str:
    """Write a table."""
    lines = ["| what | goal | measured | noise |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {r.what} | {r.goal} | {r.measured} | {r.noise} |" for r in rows)])


def machine() -> str:
    """Name the machine that measures, by its cores and their kind."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    kinds = set()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text(encoding="utf-8").splitlines() if "model name" in line]
        kinds = {name.split(":", 1)[1].strip() for name in names}
    return f"{cores} cores, {', '.join(sorted(kinds)) or 'of an unknown kind'}"


def busy_elsewhere() -> str:
    """The load of the machine, which is near 0 on a quiet one."""
    return f"load {os.getloadavg()[0]:.1f}"


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201  # a program for people
