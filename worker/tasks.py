"""The Celery side of the worker: one thin task, and parts that are built after the fork."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.apps import worker as celery_worker
from celery.signals import setup_logging, worker_process_init

from core.broker.queue import EXAMINE_TASK, HEATMAP_TASK, OUTSIDE_TASK, queue_name
from core.operations.dying import die_with
from core.operations.logs import about, one_line, say_at_once
from core.operations.tracing import TRACE_HEADERS, trace_span
from core.vocabulary import Priority
from worker.desk.outside_check import OutsideChecker
from worker.examining.examine import Examiner
from worker.examining.paint import paint_heatmap

SPARE_SECONDS = 15  # for decoding, reading provenance and classifying, beside the fetch
# By so much do children that take everything yield the processor to those that serve the first queue alone
# (nice(2)). It costs nothing while no such child works; by 5, a picture amid a flood took twice its time.
YIELD = 10

log = logging.getLogger(__name__)


def time_limit(fetch_timeout: float) -> float:
    """Seconds after which a worker child that is still at one submission is killed."""
    return fetch_timeout + SPARE_SECONDS


def lease(fetch_timeout: float) -> timedelta:
    """How long a claim holds: a little longer than any child may work on it."""
    return timedelta(seconds=time_limit(fetch_timeout) + 3)


def add_tasks(
    app: Celery,
    join: Callable[[], Examiner],
    join_checker: Callable[[], OutsideChecker],
    *,
    fetch_timeout: float,
    is_express: bool = False,
) -> None:
    """Register the tasks; `join` builds the examiner, once in each child, after the fork.

    `join_checker` builds what sends pictures to services of others, once in each child that is asked to.

    Runtimes, database connections and locks do not survive a fork, so the parent has none of them.
    """
    examiners: list[Examiner] = []
    checkers: list[OutsideChecker] = []
    parent = os.getpid()

    @worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def start_child(**_: Any) -> None:
        die_with(parent, signal.SIGKILL)  # no orphan holds a claim
        if not is_express:
            os.nice(YIELD)  # before the runtime starts threads, which inherit it
        examiners.append(join())

    @app.task(bind=True, name=EXAMINE_TASK, time_limit=time_limit(fetch_timeout))  # type: ignore[untyped-decorator]  # Celery has no types
    def examine(task: Any, submission_id: str) -> None:
        if not examiners:
            examiners.append(join())
        carried = {name: value for name in TRACE_HEADERS if (value := task.request.get(name))}
        with trace_span("examine", carried, submission=submission_id), about(submission_id), one_line(log):
            examiners[0].examine(submission_id)

    @app.task(name=HEATMAP_TASK, time_limit=time_limit(0))  # type: ignore[untyped-decorator]  # the same
    def heatmap(verdict_id: str) -> None:
        if not examiners:
            examiners.append(join())
        paint_heatmap(examiners[0], verdict_id)

    @app.task(name=OUTSIDE_TASK, time_limit=time_limit(fetch_timeout))  # type: ignore[untyped-decorator]  # the same
    def outside(check_id: str) -> None:
        if not checkers:
            checkers.append(join_checker())
        checkers[0].check(check_id)


def start_worker(app: Celery, *, concurrency: int, is_express: bool = False) -> None:
    """Run a prefork worker until it is told to stop; an express one serves the first queue alone.

    Whoever waits before a picture, or sends one now and then, must not wait for a child to be done with
    someone's hundred thousand.
    """
    setup_logging.connect(_leave_logs)
    celery_worker.safe_say = _say
    # A child has to load the runtime before it reports; the default of four seconds is for less.
    app.conf.worker_proc_alive_timeout = 60
    # A decoder's leak must cost a child, not the machine.
    app.conf.worker_max_memory_per_child = 600_000  # KiB
    app.conf.worker_consumer = "worker.consumer:PatientConsumer"
    worker = app.Worker(
        hostname=_node_name(is_express=is_express),
        queues=[queue_name(Priority.HIGH)] if is_express else None,
        pool="prefork",
        concurrency=concurrency,
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="INFO",
        quiet=True,
    )
    worker.start()


def _leave_logs(**_: Any) -> None:
    """Leave the logs as they are: Celery sets up its own where no one listens to this signal."""


def _say(message: str, _file: object = None) -> None:
    """Celery prints what it has to say of signals; here it is a line like the others."""
    say_at_once(message.removeprefix("worker: "))


def is_alive(app: Celery, *, is_express: bool = False) -> bool:
    """Ask the worker of this machine for an answer; the embedded broker has no way to ask."""
    return bool(app.control.ping(destination=[_node_name(is_express=is_express)], timeout=5))


def _node_name(*, is_express: bool) -> str:
    # Celery's own names need differ within a machine, or one worker would answer for the other.
    return f"{'express' if is_express else 'celery'}@{socket.gethostname()}"
