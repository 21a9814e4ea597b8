"""Politeness: so many connections to one host from all processes of this machine."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.vocabulary import FailureCode
from tests.servers import Asked, Reply, Server, Talk
from tests.worker.outbound.outside import MakeFetcher
from worker.outbound.deadline import Deadline
from worker.outbound.fetch_error import FetchError, HostBusyError, HostSlowError
from worker.outbound.hosts import HostPlaces, Promptness

pytestmark = pytest.mark.processes

PATIENCE = 0.2
HOLDER = """
import sys, time
from pathlib import Path
from worker.outbound.deadline import Deadline
from worker.outbound.hosts import HostPlaces, Promptness
with HostPlaces(Path(sys.argv[1]), 1).hold(sys.argv[2], Deadline(10)):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def hold_elsewhere(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Hold a host's only place in another process."""
    running: list[subprocess.Popen[str]] = []

    def hold(host: str) -> subprocess.Popen[str]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), host],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        running.append(holder)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        return holder

    yield hold
    for holder in running:
        holder.kill()
        holder.communicate()


@pytest.fixture
def places(tmp_path: Path) -> Iterator[HostPlaces]:
    """Make one place for each host."""
    made = HostPlaces(tmp_path, 1)
    yield made
    made.close()


def test_a_place_held_by_another_process_is_waited_for_and_no_longer_than_told(
    hold_elsewhere: Callable[[str], object], places: HostPlaces
) -> None:
    hold_elsewhere("busy.test")
    start = time.monotonic()
    with pytest.raises(HostBusyError) as caught, places.hold("busy.test", Deadline(0.3)):
        pass
    assert 0.25 < time.monotonic() - start < 3
    assert not caught.value.is_permanent
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 5
    with places.hold("other.test", Deadline(0.3)):
        pass


def test_the_places_of_a_process_that_was_killed_are_free(
    hold_elsewhere: Callable[[str], subprocess.Popen[str]], places: HostPlaces
) -> None:
    holder = hold_elsewhere("busy.test")
    holder.kill()
    holder.wait()
    with places.hold("busy.test", Deadline(1)):
        pass


def test_threads_of_one_process_share_its_places(places: HostPlaces) -> None:
    with (
        places.hold("busy.test", Deadline(1)),
        pytest.raises(HostBusyError),
        places.hold("busy.test", Deadline(0.1)),
    ):
        pass
    with places.hold("busy.test", Deadline(0.1)):
        pass


def test_a_place_is_given_back_when_its_holder_fails(places: HostPlaces) -> None:
    with pytest.raises(KeyError), places.hold("busy.test", Deadline(1)):
        raise KeyError
    with places.hold("busy.test", Deadline(0.1)):
        pass


def test_ten_thousand_hosts_leave_one_empty_file(places: HostPlaces, tmp_path: Path) -> None:
    for number in range(10_000):
        with places.hold(f"{number}.test", Deadline(1)):
            pass
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [("hosts.lock", 0)]


def test_a_child_born_by_fork_waits_for_its_parents_places_as_for_any_others(places: HostPlaces) -> None:
    heard, said = os.pipe()
    with places.hold("busy.test", Deadline(1)):
        child = os.fork()
        if child == 0:
            os._exit(_wait_for_place(places, said))
        assert os.read(heard, 1) == b"B"  # busy, since it is ours
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(heard)
    os.close(said)


def _wait_for_place(places: HostPlaces, said: int) -> int:
    try:
        with places.hold("busy.test", Deadline(0.1)):
            return 1
    except HostBusyError:
        os.write(said, b"B")
    try:
        with places.hold("busy.test", Deadline(5)):
            return 0
    except HostBusyError:
        return 2


def test_no_more_fetches_than_permitted_reach_one_host_at_once(
    make_fetcher: MakeFetcher, server: Server, tmp_path: Path
) -> None:
    lock = threading.Lock()
    now = most = 0

    def count(_: Asked) -> Reply:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.03)
        with lock:
            now -= 1
        return Reply(b"x")

    url = server.view("/a.png", count)
    fetcher = make_fetcher(per_host=2, slots_dir=tmp_path, timeout=20)
    threads = [threading.Thread(target=fetcher.fetch, args=(url,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
    assert len(server.asked) == 12


def _places(folder: Path | None = None) -> HostPlaces:
    """Make three places for each host, one for a slow one."""
    return HostPlaces(folder, 3, per_slow_host=1, promptness=Promptness(folder, PATIENCE))


def _make_prompt(places: HostPlaces, host: str) -> None:
    with places.hold(host, Deadline(1)):
        pass


def test_a_host_that_takes_long_keeps_one_place_and_nobody_waits_for_it() -> None:
    places = _places()
    _make_prompt(places, "slow.test")
    with places.hold("slow.test", Deadline(1)):
        time.sleep(1.5 * PATIENCE)
        began = time.monotonic()
        with pytest.raises(HostBusyError), places.hold("slow.test", Deadline(10)):
            pass
        assert time.monotonic() - began < 1
        with places.hold("other.test", Deadline(1)):
            pass
    with (
        places.hold("slow.test", Deadline(1)),  # it was slow the last time
        pytest.raises(HostBusyError),
        places.hold("slow.test", Deadline(10)),
    ):
        pass


def test_all_slow_hosts_together_keep_one_place_and_prompt_ones_keep_theirs() -> None:
    places = _places()
    for host in ("slow.test", "slower.test"):
        with places.hold(host, Deadline(1)):
            time.sleep(1.5 * PATIENCE)
    _make_prompt(places, "prompt.test")
    with places.hold("slow.test", Deadline(1)):
        with pytest.raises(HostSlowError), places.hold("slower.test", Deadline(10)):
            pass
        with places.hold("prompt.test", Deadline(1)), places.hold("new.test", Deadline(1)):
            pass
    with places.hold("slower.test", Deadline(1)):
        pass


def test_a_host_that_ends_in_time_again_has_all_its_places() -> None:
    places = _places()
    with places.hold("slow.test", Deadline(1)):
        time.sleep(1.5 * PATIENCE)
    _make_prompt(places, "slow.test")
    with places.hold("slow.test", Deadline(1)), places.hold("slow.test", Deadline(1)):
        pass


def test_a_host_that_nothing_is_known_of_is_tried_by_one_while_others_wait_for_its_answer() -> None:
    places = _places()
    entered = threading.Event()

    def enter() -> None:
        with places.hold("new.test", Deadline(5)):
            entered.set()

    second = threading.Thread(target=enter)
    with places.hold("new.test", Deadline(1)):
        second.start()
        assert not entered.wait(PATIENCE / 2)
    assert entered.wait(1)
    second.join()


def test_all_processes_know_of_a_slow_host(tmp_path: Path) -> None:
    places, others = _places(tmp_path), Promptness(tmp_path, PATIENCE)
    with places.hold("slow.test", Deadline(1)):
        assert not others.is_slow("slow.test")
        time.sleep(1.5 * PATIENCE)
        assert others.is_slow("slow.test")
    assert others.is_slow("slow.test")
    _make_prompt(places, "slow.test")
    assert others.is_prompt("slow.test")
    others.close()
    places.close()


def test_a_slow_host_leaves_fetches_for_others(make_fetcher: MakeFetcher, server: Server) -> None:
    fetcher = make_fetcher(per_host=2, per_slow_host=1, timeout=1.2)
    asked = threading.Event()

    def drip(talk: Talk) -> None:
        asked.set()
        talk.drip(bytes(1000), 0.1)

    slow = server.script("/slow.png", drip)
    held = threading.Thread(target=pytest.raises, args=(FetchError, fetcher.fetch, slow))
    held.start()
    assert asked.wait(5), "the other thread has the place"
    began = time.monotonic()
    with pytest.raises(HostBusyError):
        fetcher.fetch(slow)
    assert time.monotonic() - began < 0.9  # a quarter of the time that a fetch may take, and no more
    held.join()
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(slow)
    assert caught.value.reason is FailureCode.TIMED_OUT  # once more, by one


def test_a_folder_that_cannot_be_used_is_our_failure_and_not_the_hosts(
    make_fetcher: MakeFetcher, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "hosts.lock").mkdir()
    with pytest.raises(IsADirectoryError):
        make_fetcher(slots_dir=tmp_path).fetch(server.reply("/a.png", b"x"))
