"""A worker that is done wakes who waits for it."""

import threading
from pathlib import Path

import pytest

from core.broker.bell import Bell, BellListener, FolderBell, RedisBell, make_bell


@pytest.fixture(params=["folder", pytest.param("redis", marks=pytest.mark.redis)])
def bell(request: pytest.FixtureRequest, tmp_path: Path) -> Bell:
    url = "filesystem://" if request.param == "folder" else request.getfixturevalue("redis_url")
    return make_bell(url, tmp_path)


def ring_until(bell: Bell, heard: threading.Event, submission_id: str) -> bool:
    # A subscription over the network is open a moment after it was asked for.
    for _ in range(50):
        bell.ring(submission_id)
        if heard.wait(0.1):
            return True
    return False


def test_a_ring_wakes_who_waits_for_this_submission_alone(bell: Bell) -> None:
    listener = BellListener()
    bell.listen(listener)
    with listener.waiting_for("a" * 32) as mine, listener.waiting_for("b" * 32) as other:
        assert ring_until(bell, mine, "a" * 32)
        assert not other.is_set()


def test_two_processes_that_listen_are_both_woken(bell: Bell) -> None:
    first, second = BellListener(), BellListener()
    bell.listen(first)
    bell.listen(second)
    with first.waiting_for("a" * 32) as one, second.waiting_for("a" * 32) as two:
        assert ring_until(bell, one, "a" * 32)
        assert ring_until(bell, two, "a" * 32)


def test_who_has_stopped_waiting_is_forgotten() -> None:
    listener = BellListener()
    with listener.waiting_for("a" * 32):
        pass
    listener.hear("a" * 32)
    assert listener._waiting == {}


def test_the_socket_of_a_dead_listener_is_swept_away(tmp_path: Path) -> None:
    bell = FolderBell(tmp_path / "bell")
    (tmp_path / "bell" / "1-dead").touch()
    bell.ring("a" * 32)
    assert list((tmp_path / "bell").iterdir()) == []


def test_a_bell_without_its_server_is_silent(tmp_path: Path) -> None:
    RedisBell("redis://127.0.0.1:1/0").ring("a" * 32)
