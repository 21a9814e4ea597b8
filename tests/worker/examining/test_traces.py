"""A trace begins with a request, goes with the message, and goes on in the worker's child."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from core.broker.queue import CelerySender, make_celery
from core.ids import new_id
from core.operations import tracing
from core.vocabulary import Priority

WORKER = """
import sys
from pathlib import Path
from core.broker.queue import make_celery
from core.operations.tracing import current_trace, start_tracing
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from worker.tasks import add_tasks, start_worker

class Examiner:
    def examine(self, submission_id):
        with open(sys.argv[2], "a") as log:
            log.write(f"{submission_id} {current_trace()}\\n")

def join():
    start_tracing("http://127.0.0.1:9/", "worker", exporter=InMemorySpanExporter())
    return Examiner()

app = make_celery("filesystem://", Path(sys.argv[1]))
add_tasks(app, join, join, fetch_timeout=1)
start_worker(app, concurrency=1)
"""


@pytest.fixture
def traced() -> Iterator[InMemorySpanExporter]:
    """Trace this process for one test."""
    exporter = InMemorySpanExporter()
    tracing.start_tracing("http://127.0.0.1:9/", "test", exporter=exporter)
    yield exporter
    tracing._tracers.clear()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "log"
    path.touch()
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp_path), str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield path
    process.terminate()
    process.wait(30)


@pytest.mark.processes
def test_the_worker_goes_on_with_the_trace_of_the_request(
    traced: InMemorySpanExporter, tmp_path: Path, log: Path
) -> None:
    sender = CelerySender(make_celery("filesystem://", tmp_path))
    with_trace, without = new_id(), new_id()
    with tracing.trace_span("POST /v1/submissions"):
        expected = tracing.current_trace()
        sender.send([with_trace], Priority.NORMAL)
    sender.send([without], Priority.NORMAL)
    deadline = time.monotonic() + 60
    while len(lines := log.read_text().splitlines()) < 2:
        assert time.monotonic() < deadline, lines
        time.sleep(0.05)
    found = dict(line.split() for line in lines)
    assert found[with_trace] == expected
    assert found[without] not in {"", expected}  # what the sweeper sends begins a trace of its own


def test_where_traces_are_off_nothing_is_carried() -> None:
    with tracing.trace_span("anything", {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}):
        assert tracing.carry() == {}
        assert tracing.current_trace() == ""
