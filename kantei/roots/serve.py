"""`kantei serve`: all parts on one machine, each in a process of its own.

A part that crashes is restarted after a growing pause; its unfinished work is taken up again
by claims and the sweeper.
"""

import http.client
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial

import click

from core.operations.dying import die_with
from core.operations.logs import set_up_logs
from core.settings.settings import read_settings
from kantei.roots.greeting import greet
from kantei.roots.migrate import migrate
from kantei.roots.starting import ready_parts, ready_port
from kantei.roots.trust_lists import check_chosen

# glibc gives every thread an arena of its own to grow; two are enough, and spare 20 MB of the API.
SMALL_HEAP = {"MALLOC_ARENA_MAX": "2"}
PROGRAM = (sys.executable, "-m", "kantei")
LONGEST_PAUSE = 30.0
LOOK = 0.2  # seconds between two looks whether all is ready


@dataclass(slots=True)
class Part:
    """One process of the whole, and how often it has died of late."""

    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    due: float = field(default=0.0)

    def keep_alive(self) -> None:
        """Start the process where it is not running and its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        at = time.monotonic()
        if self.process is not None:
            lived = at - self.started
            self.deaths = 0 if lived > LONGEST_PAUSE else self.deaths + 1
            click.echo(
                f"kantei: {self.arguments[0]} exited with status {self.process.returncode}, restarting",
                err=True,
            )
            self.due = at + min(0.2 * 2**self.deaths, LONGEST_PAUSE)
            self.process = None
        if at >= self.due:
            self.process = subprocess.Popen(
                [*PROGRAM, *self.arguments],
                env=os.environ | SMALL_HEAP,
                preexec_fn=partial(_start_apart, os.getpid()),  # noqa: PLW1509  # one thread here
            )
            self.started = at


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on."
)
def serve(host: str, port: int) -> None:
    """Run API, worker and sweeper together until Ctrl-C."""
    settings = read_settings()
    set_up_logs(settings.log_format, "serve")
    check_chosen(settings)
    ready_parts(settings, migrate)
    ready_port(host, port)
    parts = [
        Part(["api", "--host", host, "--port", str(port)]),
        Part(["worker"]),
        Part(["sweep"]),
    ]
    if settings.express_concurrency:
        parts.append(Part(["worker", "--express"]))
    signals = _Signals()
    click.echo(f"Kantei is starting (data folder: {settings.data_dir})")
    is_ready = False
    while not signals.say_end:
        for part in parts:
            part.keep_alive()
        if not is_ready and _answers(host, port):
            is_ready = True
            greet(settings, host, port)
        signals.wait(_until_due(parts) if is_ready else LOOK)
    _end(parts)


class _Signals:
    """Waits for the end of a part, or for our own.

    A signal writes a byte into a pipe, which a wait is woken by: an event that is set by a handler could
    find its lock held by the very wait that it interrupts.
    """

    def __init__(self) -> None:
        self.say_end = False
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)

    def wait(self, seconds: float | None) -> None:
        """Wait for a signal, for so many seconds at most; None for as long as it takes."""
        if select.select([self._reader], [], [], seconds)[0]:
            os.read(self._reader, 4096)

    def _end(self, *_: object) -> None:
        self.say_end = True


def _until_due(parts: list[Part]) -> float | None:
    """Seconds until the first crashed part is restarted; None if all are running."""
    due = [part.due for part in parts if part.process is None]
    return max(0.0, min(due) - time.monotonic()) if due else None


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _end(parts: list[Part]) -> None:
    running = [part.process for part in parts if part.process is not None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start_apart(parent: int) -> None:
    die_with(parent, signal.SIGTERM)
    os.setpgrp()  # Ctrl-C reaches this process alone, which then ends the parts in order
