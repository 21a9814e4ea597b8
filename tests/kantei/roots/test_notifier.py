"""The notifier hears the ring that is meant for it, and sleeps through the others."""

import threading
from pathlib import Path

from core.broker.bell import CALLBACKS_DUE, make_bell
from kantei.roots.notifier import WakingListener


def test_a_ring_for_who_waits_leaves_the_notifier_asleep(tmp_path: Path) -> None:
    wake = threading.Event()
    bell = make_bell("filesystem://", tmp_path)
    bell.listen(WakingListener(wake))
    bell.ring("a" * 32)
    assert not wake.wait(0.2)
    bell.ring(CALLBACKS_DUE)
    assert wake.wait(5)
