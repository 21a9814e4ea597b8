"""Two worker hosts, each with a network, a name and a disk of its own; one is cut off in mid-work."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.chaos.account import Account
from tests.chaos.ground import Ground, MissingError
from tests.chaos.report import Report
from tests.chaos.web import serve
from tests.servers import Server
from tests.store.bytes.s3_server import S3Server
from tests.whole.installation import LIGHT, installed

BRIDGE, MIDDLE = "kantei-chaos0", "10.213.0.1"
BRIDGE_GOES = ("link", "del", BRIDGE)


class Host:
    """A network namespace behind a virtual cable."""

    def __init__(self, number: int) -> None:
        self.name, self.cable, self.address = f"kantei-chaos{number}", f"kchaos{number}", f"10.213.0.{number}"
        inner = f"{self.cable}i"
        _ip("netns", "add", self.name)
        _ip("link", "add", self.cable, "type", "veth", "peer", "name", inner, "netns", self.name)
        _ip("link", "set", self.cable, "master", BRIDGE, "up")
        for line in (
            ("link", "set", "lo", "up"),
            ("addr", "add", f"{self.address}/24", "dev", inner),
            ("link", "set", inner, "up"),
        ):
            _ip("-n", self.name, *line)

    def start(self, folder: Path, settings: dict[str, str], *command: str) -> "subprocess.Popen[bytes]":
        """Run a command of Kantei here."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KANTEI_")}
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.name, sys.executable, "-m", "kantei", *command],  # noqa: S607
                env=environ | settings | {"KANTEI_DATA_DIR": str(folder)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def cut(self, *, off: bool) -> None:
        """Pull the cable, or put it in again."""
        _ip("link", "set", self.cable, "down" if off else "up")


def hosts(ground: Ground) -> Report:
    """Cut one of two worker hosts off while both examine; put its cable in again later."""
    report = Report()
    with (
        _network(2) as (first, second),
        Server(host=MIDDLE) as web,
        S3Server(host=MIDDLE) as s3,
    ):
        settings = {
            **ground.settings(MIDDLE),
            **s3.settings,
            "KANTEI_SECRET_KEY": "a key that two hosts share, long enough",
            "KANTEI_FETCH_ALLOW": f"{MIDDLE}/32",
            "KANTEI_WORKER_CONCURRENCY": "1",
            "KANTEI_SWEEP_INTERVAL": "1",
        }
        with installed(ground.new_folder("middle"), program=LIGHT, **settings) as whole:
            account = Account(whole)
            folders = [ground.new_folder(name) for name in ("first", "second")]
            workers = [
                host.start(folder, whole.environ | settings, "worker")
                for host, folder in zip((first, second), folders, strict=True)
            ]
            try:
                _wait_until(folders, "start", lambda folder: " ready." in (folder / "log").read_text())
                urls = serve(web, account, ground.many(200, 60), distinct=ground.many(200, 60))
                account.submit(urls)
                # A child that is at work has made its file of places.
                _wait_until(folders, "begin", lambda folder: (folder / "hosts" / "hosts.lock").exists())
                second.cut(off=True)
                time.sleep(ground.many(30, 5))
                second.cut(off=False)
                account.settle()
                report.close(account)
            finally:
                for worker in workers:
                    worker.terminate()
                for worker in workers:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        worker.wait(10)
                    worker.kill()
                    worker.wait()
            report.figures["objects_in_s3"] = len(s3.objects)
    return report


def _wait_until(folders: list[Path], what: str, is_done: Callable[[Path], bool]) -> None:
    """Wait until something is true of each host's folder. Errors: RuntimeError, naming what was not done."""
    deadline = time.monotonic() + 60
    while not all(map(is_done, folders)):
        if time.monotonic() > deadline:
            raise RuntimeError(f"a worker host did not {what}")
        time.sleep(0.1)


@contextlib.contextmanager
def _network(count: int) -> Iterator[list[Host]]:
    if os.geteuid() != 0:
        raise MissingError("networks of our own need root")
    if shutil.which("ip") is None:
        raise MissingError("ip is not installed (apt-get install iproute2)", "iproute2")
    _clear(count)  # what a run that was killed left behind
    try:
        _ip("link", "add", BRIDGE, "type", "bridge")
    except RuntimeError as error:
        raise MissingError(f"no network of our own: {error}") from None
    made: list[Host] = []
    try:
        try:
            _ip("addr", "add", f"{MIDDLE}/24", "dev", BRIDGE)
            _ip("link", "set", BRIDGE, "up")
            made += [Host(number + 2) for number in range(count)]
        except RuntimeError as error:
            raise MissingError(f"no worker hosts of our own: {error}") from None
        yield made
    finally:
        _clear(count)


def _clear(count: int) -> None:
    for command in (*(("netns", "del", f"kantei-chaos{number + 2}") for number in range(count)), BRIDGE_GOES):
        with contextlib.suppress(RuntimeError):  # it is not there
            _ip(*command)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
