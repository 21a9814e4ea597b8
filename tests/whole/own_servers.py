"""A PostgreSQL and a Redis of our own, so that they can be killed without anybody else noticing."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from tests.whole.installation import free_port


class MissingError(Exception):
    """Something that is needed is not there; the text says what, `service` what has to be installed."""

    def __init__(self, text: str, service: str = "") -> None:
        super().__init__(text)
        self.service = service


class PostgreSql:
    """One cluster in a folder, run as an unprivileged user."""

    def __init__(self, folder: Path) -> None:
        self._bin = _programs()
        self._data = folder / "postgresql"
        self._data.mkdir(mode=0o700)
        self.port = free_port()
        self._prefix: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self._data, "postgres", "postgres")
            _let_through(folder)
            self._prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "kantei", "--no-sync")
        settings = (
            f"port = {self.port}\nlisten_addresses = '*'\nunix_socket_directories = '{self._data}'\n"
            "fsync = off\nmax_connections = 200\nshared_buffers = 32MB\n"
        )
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(settings)
        with (self._data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write("host all all 10.213.0.0/16 trust\n")  # the network of our own worker hosts

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self._data / "log"), "start")

    def kill(self) -> None:
        """Stop at once, as a crash would."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def restart(self, mode: str) -> None:
        """Restart: `fast` breaks every transaction off, `immediate` is a crash."""
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "-l", str(self._data / "log"), "restart")

    def new_database(self, name: str) -> None:
        """Make an empty database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{name}"')

    def url(self, name: str, host: str = "127.0.0.1") -> str:
        """Write the URL of a database."""
        return f"postgresql://kantei@{host}:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._prefix, str(self._bin / program), *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()[-500:]}")


class Redis:
    """One server without persistence: what it held is gone when it dies."""

    def __init__(self) -> None:
        if shutil.which("redis-server") is None:
            raise MissingError("redis-server is not installed", "redis")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "0.0.0.0", "--save", ""]  # noqa: S104
        self._process = subprocess.Popen(
            [*command, "--appendonly", "no", "--protected-mode", "no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(redis.RedisError), redis.Redis(port=self.port) as client:
                if client.ping():
                    return
            if time.monotonic() > deadline:
                raise RuntimeError("redis-server does not answer")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it; every message is lost."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def empty(self) -> None:
        """Throw every message away."""
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def url(self, number: int, host: str = "127.0.0.1") -> str:
        """Write the URL of a database."""
        return f"redis://{host}:{self.port}/{number}"


@dataclass(frozen=True, slots=True)
class OwnServers:
    """Both, running."""

    postgresql: PostgreSql
    redis: Redis


@contextlib.contextmanager
def own_servers(folder: Path) -> Iterator[OwnServers]:
    """Start both in a folder, and stop both in the end. Errors: MissingError."""
    postgresql, broker = PostgreSql(folder), Redis()
    postgresql.start()
    try:
        broker.start()
        try:
            yield OwnServers(postgresql, broker)
        finally:
            broker.kill()
    finally:
        with contextlib.suppress(RuntimeError):
            postgresql.kill()


def _let_through(folder: Path) -> None:
    """Let the unprivileged user pass through folders that are root's alone."""
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if parent.owner() == "root" and not mode & 0o001:
            parent.chmod(mode | 0o011)


def _programs() -> Path:
    if (found := shutil.which("initdb")) and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    raise MissingError("PostgreSQL's server programs are not installed", "postgresql")
