"""A process whose parent is killed ends, too."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

# A parent that starts a child, prints the child's number, and waits to be killed.
PARENT = """
import os, signal, subprocess, sys, time
from functools import partial
from core.operations.dying import die_with
parent = os.getpid() if sys.argv[1] == "here" else 1
child = subprocess.Popen(["sleep", "60"], preexec_fn=partial(die_with, parent, signal.SIGKILL))
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such thing")
@pytest.mark.parametrize("known_parent", ["here", "died before"])
def test_a_child_ends_with_its_parent_also_one_that_died_too_early(known_parent: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, known_parent], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline() or 0)
        if known_parent == "here":
            assert _runs(child)
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while _runs(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"  # a zombie waits for its parent
