"""How many submissions a second the API accepts, through a real gunicorn, and what that costs.

    python -m bench.service.api [--database URL] [--broker URL] [--seconds S] [--processes N]

Starts `kantei api` on an empty database and drives it over keep-alive connections from a process of
its own: singles at full speed, singles at a fixed pace (for the latency that a client sees when the
server is not saturated), and batches of 100 and 1,000. Prints rates, p50 and p99 in milliseconds and the
resident memory of the serving process. Client and server share the machine's cores.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.service.api_server import serving as api_serving
from bench.table import say


@dataclass(frozen=True, slots=True)
class Target:
    """A running server and a key for it."""

    port: int
    key: str
    pid: int


def main() -> None:
    """Run all three and print a table."""
    parser = argparse.ArgumentParser(description="Measure how many submissions a second the API accepts.")
    parser.add_argument("--database", default="", help="an empty database; SQLite in a new folder by default")
    parser.add_argument("--broker", default="", help="a Redis; the embedded broker by default")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each measurement takes")
    parser.add_argument("--clients", type=int, default=8, help="connections at once")
    parser.add_argument("--processes", type=int, default=1, help="serving processes")
    arguments = parser.parse_args()
    with serving(arguments.database, arguments.broker, arguments.processes) as target:
        say(f"{arguments.database or 'SQLite'} and {arguments.broker or 'embedded broker'}")
        say(f"resident memory at the start: {memory(target.pid):.0f} MB")
        clients, seconds = arguments.clients, arguments.seconds
        measure("singles, full speed", target, clients=clients, seconds=seconds, body=single, size=1)
        measure("singles, 150/s", target, clients=clients, seconds=seconds, body=single, size=1, pace=150)
        measure("batches of 100, 4/s", target, clients=2, seconds=seconds, body=hundred, size=100, pace=4)
        measure("batches of 1000", target, clients=2, seconds=seconds, body=thousand, size=1000)
        say(f"resident memory at the end: {memory(target.pid):.0f} MB")


def measure(
    name: str,
    target: Target,
    *,
    clients: int,
    seconds: float,
    body: Callable[[int], bytes],
    size: int,
    pace: float | None = None,
) -> None:
    """Drive the server from another process and print what it saw."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        times = pool.apply(drive, (target, clients, seconds, body, pace))
    times.sort()
    p50, p99 = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
    rate = len(times) * size / seconds
    say(f"{name:24} {rate:8.0f} submissions/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   n {len(times)}")


def drive(
    target: Target, clients: int, seconds: float, body: Callable[[int], bytes], pace: float | None
) -> list[float]:
    """Post from several threads for so many seconds; give the time of each answer in seconds."""
    times: list[float] = []
    start = time.perf_counter()

    def run(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", target.port, timeout=30)
        path = "/v1/submissions" if body is single else "/v1/submissions/batch"
        headers = {"Authorization": f"Bearer {target.key}", "Content-Type": "application/json"}
        turn = 0
        while (at := time.perf_counter()) - start < seconds:
            if pace is not None:
                due = start + (turn * clients + number) / pace
                if due > at:
                    time.sleep(due - at)
            turn += 1
            sent = time.perf_counter()
            connection.request("POST", path, body(turn * clients + number), headers)
            response = connection.getresponse()
            text = response.read()
            if response.status != 202:
                raise RuntimeError(f"{response.status}: {text[:300]!r}")
            times.append(time.perf_counter() - sent)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(run, range(clients)))  # so that an error in any of them is raised here
    return times


def single(number: int) -> bytes:
    """Write one submission."""
    return json.dumps(_entry(number)).encode()


def hundred(number: int) -> bytes:
    """Write a hundred."""
    return _batch(number, 100)


def thousand(number: int) -> bytes:
    """Write a thousand."""
    return _batch(number, 1000)


def _batch(number: int, size: int) -> bytes:
    return json.dumps({"submissions": [_entry(number * size + index) for index in range(size)]}).encode()


def _entry(number: int) -> dict[str, str]:
    return {
        "image_url": f"https://pictures.example/listings/{number}/original.png",
        "page_url": f"https://shop.example/listings/{number}",
        "title": f"Original drawing number {number}",
        "listing_id": str(number),
    }


@contextmanager
def serving(database: str, broker: str, processes: int) -> Iterator[Target]:
    """Run `kantei api` with an empty data folder."""
    with api_serving(database, broker, processes, source="api") as served:
        yield Target(served.port, served.client["api_key"], served.pid)


def memory(pid: int) -> float:
    """The resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
