"""`kantei serve` keeps its parts alive, and sleeps while they are."""

import os
import signal
import time
from pathlib import Path

from tests.whole.installation import Installation, installed


def test_a_part_that_dies_is_started_anew_and_nobody_looks_at_those_that_live(tmp_path: Path) -> None:
    with installed(tmp_path, program="tests.whole.light") as whole:
        _wait_until_greeted(whole)
        before = _wakings(whole.process.pid)
        time.sleep(2)
        assert _wakings(whole.process.pid) - before < 5
        for _ in range(2):
            (sweeper,) = whole.children("sweep")
            os.kill(sweeper, signal.SIGKILL)
            assert _anew(whole, sweeper) != sweeper
        began = time.monotonic()
        whole.process.send_signal(signal.SIGTERM)
        assert whole.process.wait(timeout=30) == 0
        assert time.monotonic() - began < 20
    assert whole.tail().count("sweep exited with status -9, restarting") == 2


def _wait_until_greeted(whole: Installation) -> None:
    deadline = time.monotonic() + 60
    while "Press Ctrl-C to stop" not in whole.tail():
        assert time.monotonic() < deadline, whole.tail()
        time.sleep(0.1)


def _wakings(pid: int) -> int:
    """How often a process has gone to sleep (proc(5), `voluntary_ctxt_switches`)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (found,) = [line.split()[1] for line in lines if line.startswith("voluntary_ctxt_switches")]
    return int(found)


def _anew(whole: Installation, killed: int) -> int:
    deadline = time.monotonic() + 30
    while True:
        try:
            (now,) = whole.children("sweep")
        except ValueError:
            now = killed
        if now != killed:
            return now
        assert time.monotonic() < deadline, whole.tail()
        time.sleep(0.1)
