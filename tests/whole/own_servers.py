"""A PostgreSQL and a Redis of one's own, to be restarted and emptied without anybody else noticing."""

import contextlib
import getpass
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

DEBIAN = Path("/usr/lib/postgresql")


class NoServerError(Exception):
    """A program that is needed is not installed."""


@dataclass(frozen=True, slots=True)
class OwnServers:
    """Where they listen, and how PostgreSQL is told to do something."""

    database_url: str
    broker_url: str
    pg_ctl: tuple[str, ...]

    def restart_database(self, mode: str) -> None:
        """Restart PostgreSQL: `fast` breaks every transaction off, `immediate` is a crash."""
        subprocess.run([*self.pg_ctl, "restart", "-m", mode, "-w"], check=True, stdout=subprocess.DEVNULL)

    def empty_broker(self) -> None:
        """Throw every message away."""
        with redis.Redis.from_url(self.broker_url) as client:
            client.flushdb()


@contextlib.contextmanager
def own_servers(folder: Path) -> Iterator[OwnServers]:
    """Start both in a folder, stop both in the end. Errors: NoServerError."""
    port = free_port()
    data = folder / "postgresql"
    data.mkdir()
    as_owner = _as_owner(folder, data)
    initdb = [*as_owner, _find("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL)
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c max_connections=200"
    )
    control = (*as_owner, _find("pg_ctl"), "-D", str(data), "-l", str(data / "log"), "-s")
    subprocess.run([*control, "start", "-w", "-o", options], check=True)
    try:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as server:
            server.execute("create database kantei")
        with _own_redis(folder) as broker_url:
            yield OwnServers(f"postgresql://postgres@127.0.0.1:{port}/kantei", broker_url, control)
    finally:
        subprocess.run([*control, "stop", "-m", "immediate"], check=False)


@contextlib.contextmanager
def _own_redis(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [_find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL) as process:
        try:
            url = f"redis://127.0.0.1:{port}/0"
            with redis.Redis.from_url(url) as client:
                for _ in range(100):
                    with contextlib.suppress(redis.ConnectionError):
                        client.ping()
                        break
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()


def _as_owner(folder: Path, data: Path) -> tuple[str, ...]:
    """PostgreSQL refuses to run as root: then it is `postgres` who owns the folder and runs it."""
    if getpass.getuser() != "root":
        return ()
    shutil.chown(data, "postgres", "postgres")
    for parent in (folder, *folder.parents):
        if parent.owner() == "root" and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    return ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")


def _find(name: str) -> str:
    folders = sorted(DEBIAN.glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)]))
    if found is None:
        raise NoServerError(name)
    return found
