"""Real prefork children on both brokers: woken at once, replaced when killed, one kept for who waits."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.broker.queue import CelerySender, make_celery
from core.ids import new_id
from core.vocabulary import Priority
from tests.clocks import wait_until
from tests.services import leave_out
from tests.whole.own_servers import MissingError, Redis
from worker.consumer import RETRY
from worker.tasks import YIELD

pytestmark = pytest.mark.processes

WORKER = """
import os, sys, time
from pathlib import Path
from core.broker.queue import make_celery
from worker.tasks import add_tasks, start_worker

class Examiner:
    def examine(self, submission_id):
        with open(sys.argv[3], "a") as log:
            log.write(f"{os.getpid()} {submission_id} {os.nice(0)}\\n")
        time.sleep(20 if submission_id.startswith("slow") else 0.02)

    check = examine

is_express = "express" in sys.argv
app = make_celery(sys.argv[1], Path(sys.argv[2]))
add_tasks(app, Examiner, Examiner, fetch_timeout=20, is_express=is_express)
start_worker(app, concurrency=1 if is_express else 2, is_express=is_express)
"""


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.redis)])
def broker(request: pytest.FixtureRequest) -> str:
    if request.param == "embedded":
        return "filesystem://"
    url: str = request.getfixturevalue("redis_url")
    return url


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.touch()
    return path


@pytest.fixture
def worker(broker: str, tmp_path: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with running([broker, str(tmp_path), str(log)]) as process:
        yield process


@pytest.fixture
def express(broker: str, tmp_path: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with running([broker, str(tmp_path), str(log), "express"]) as process:
        yield process


def test_celerys_own_lines_are_in_the_format_of_all_others(tmp_path: Path, log: Path) -> None:
    logs = "from core.operations.logs import LogFormat, set_up_logs\nset_up_logs(LogFormat.JSON, 'worker')\n"
    process = subprocess.Popen(
        [sys.executable, "-c", logs + WORKER, "filesystem://", str(tmp_path), str(log)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    sender = CelerySender(make_celery("filesystem://", tmp_path))
    sender.send([new_id()], Priority.NORMAL)
    wait_until(lambda: log.read_text(encoding="utf-8") != "", "nothing was examined")
    process.terminate()
    printed, _ = process.communicate(timeout=60)
    lines = [json.loads(line) for line in printed.splitlines() if line]
    assert any("Warm shutdown" in line["message"] for line in lines), printed
    assert {line["part"] for line in lines} <= {"worker"} | {""}


@contextlib.contextmanager
def running(arguments: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.terminate()
    process.wait(30)


def wait_for(log: Path, ids: list[str], seconds: float = 30) -> list[list[str]]:
    deadline = time.monotonic() + seconds
    while True:
        lines = [line.split() for line in log.read_text().splitlines()]
        if {line[1] for line in lines if len(line) == 3} >= set(ids):
            return lines
        assert time.monotonic() < deadline, f"{len(lines)} of {len(ids)} examined"
        time.sleep(0.02)


def test_an_idle_worker_takes_a_message_at_once(
    worker: "subprocess.Popen[bytes]", broker: str, tmp_path: Path, log: Path
) -> None:
    sender = CelerySender(make_celery(broker, tmp_path))
    first, second, third = new_id(), new_id(), new_id()
    sender.send([first], Priority.NORMAL)
    wait_for(log, [first])
    began = time.monotonic()
    sender.send([second], Priority.NORMAL)
    wait_for(log, [second])
    # A worker that polled once a second, as kombu's folder transport does, would need longer.
    assert time.monotonic() - began < 0.5
    sender.ask_outside(third)
    wait_for(log, [third])


def test_urgent_submissions_are_examined_before_those_that_came_first(
    broker: str, tmp_path: Path, log: Path, request: pytest.FixtureRequest
) -> None:
    sender = CelerySender(make_celery(broker, tmp_path))
    patient = [new_id() for _ in range(50)]
    urgent = [new_id() for _ in range(5)]
    sender.send(patient, Priority.LOW)
    sender.send(urgent, Priority.HIGH)
    request.getfixturevalue("worker")
    order = [line[1] for line in wait_for(log, [*patient, *urgent])]
    # What the children had in hand before all queues were known blurs the order; by chance alone, all five
    # would come in the first half once in fifty runs.
    assert set(order[:25]) >= set(urgent)


def test_who_waits_is_examined_while_all_other_children_are_at_something_long(
    worker: "subprocess.Popen[bytes]",
    express: "subprocess.Popen[bytes]",
    broker: str,
    tmp_path: Path,
    log: Path,
) -> None:
    sender = CelerySender(make_celery(broker, tmp_path))
    long = [f"slow-{number}" for number in range(4)]
    sender.send(long, Priority.NORMAL)
    held = wait_for(log, long[:2])
    first, urgent = new_id(), new_id()
    sender.send([first], Priority.HIGH)
    wait_for(log, [first])  # the express child is up
    began = time.monotonic()
    sender.send([urgent], Priority.HIGH)
    (mine,) = (line for line in wait_for(log, [urgent]) if line[1] == urgent)
    assert time.monotonic() - began < 5  # and not the twenty seconds of the others
    # The express child took none of theirs, and goes before them on the processor.
    assert {line[1] for line in wait_for(log, [urgent])} == {*long[:2], first, urgent}
    assert int(mine[2]) == int(held[0][2]) - YIELD
    worker.kill()  # with its children: nobody waits for them to end


def test_a_worker_is_back_as_soon_as_its_broker_is(tmp_path: Path, log: Path) -> None:
    try:
        redis = Redis()
    except MissingError as error:
        leave_out("redis", str(error))
    redis.start()
    with running([redis.url(0), str(tmp_path), str(log)]):
        sender, first, second = CelerySender(make_celery(redis.url(0), tmp_path)), new_id(), new_id()
        assert sender.send([first], Priority.NORMAL) == 1
        wait_for(log, [first])
        redis.kill()
        _wait_for_tries(redis.port, 4)  # Celery's own pauses, 2, 4, 6 s, would have grown by then
        redis.start()
        began = time.monotonic()
        assert CelerySender(make_celery(redis.url(0), tmp_path)).send([second], Priority.NORMAL) == 1
        wait_for(log, [second])
        assert time.monotonic() - began < RETRY + 1.5
    redis.kill()


def _wait_for_tries(port: int, count: int) -> None:
    """Stand where a broker was until somebody has tried to reach it so often; turn each away."""
    with socket.create_server(("127.0.0.1", port)) as door:
        door.settimeout(30)
        for _ in range(count):
            door.accept()[0].close()


def test_when_children_are_killed_others_take_their_place_and_their_messages(
    worker: "subprocess.Popen[bytes]", broker: str, tmp_path: Path, log: Path
) -> None:
    sender = CelerySender(make_celery(broker, tmp_path))
    ids = [new_id() for _ in range(200)]
    sender.send(ids, Priority.NORMAL)
    first = wait_for(log, ids[:10])
    for child in {int(line[0]) for line in first}:
        os.kill(child, signal.SIGKILL)
    wait_for(log, ids)


def test_children_do_not_outlive_a_worker_that_is_killed(
    worker: "subprocess.Popen[bytes]", broker: str, tmp_path: Path, log: Path
) -> None:
    ids = [new_id() for _ in range(10)]
    CelerySender(make_celery(broker, tmp_path)).send(ids, Priority.NORMAL)
    children = {int(line[0]) for line in wait_for(log, ids)}
    worker.kill()
    worker.wait(10)
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children), "no orphans are left")
