"""What the processes of an installation hold and have worked, as Linux tells it."""

import os
from pathlib import Path

from tests.whole.installation import Installation

PARTS = ("api", "worker", "sweep")


def resident_mib(pid: int) -> float:
    """A process's resident memory in MiB, shared pages counted whole."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def worked_ms(pid: int) -> float:
    """The processor time in ms that a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def by_part(kantei: Installation) -> dict[str, list[int]]:
    """The process ids of each part: the first process, then its children."""
    return {part: kantei.children(part) for part in PARTS}
