"""How many submissions a second the API accepts: `script/bench accepting` (see `bench/service/api.py`)."""

import multiprocessing
from argparse import Namespace
from collections.abc import Iterator

from bench.servers import fresh_servers
from bench.service.api import Target, drive, hundred, memory, serving, single, thousand
from bench.table import Row, percentile, spread

# What it is called, the body, its size, connections, requests a second (None: as many as it takes), goal
CASES = (
    ("single", single, 1, 8, None, ">= 150/s, p99 <= 250 ms"),
    ("single, 150/s asked", single, 1, 8, 150.0, "p99 <= 250 ms"),
    ("batches of 100", hundred, 100, 2, None, ">= 400/s, p99 <= 250 ms"),
    ("batches of 100, 400/s asked", hundred, 100, 2, 4.0, "p99 <= 250 ms"),
    ("batches of 1,000", thousand, 1000, 2, None, ">= 400/s"),
)


def rows(given: Namespace) -> Iterator[Row]:
    """Measure every case on each way of running Kantei, with nobody working the queue off."""
    for name in given.backends:
        if name == "servers":
            with fresh_servers() as settings:
                urls = (settings["KANTEI_DATABASE_URL"], settings["KANTEI_BROKER_URL"])
                yield from _measure(given, *urls, "Redis and PostgreSQL")
        else:
            yield from _measure(given, "", "", "embedded defaults")


def _measure(given: Namespace, database: str, broker: str, name: str) -> Iterator[Row]:
    with serving(database, broker, 1) as target:
        for what, body, size, clients, pace, goal in CASES:
            rates, times = [], []
            for _ in range(given.rounds):
                found = _drive(target, clients, given.seconds / given.rounds, body, pace)
                rates.append(len(found) * size / (given.seconds / given.rounds))
                times += [1000 * seconds for seconds in found]
            rate, noise = spread(rates, 0, "/s")
            p99 = f"p50 {percentile(times, 0.5):.0f} ms, p99 {percentile(times, 0.99):.0f} ms"
            yield Row(f"accepting, {what}, {name}", goal, f"{rate}, {p99}", f"{noise}; {len(times)} requests")
        yield Row(
            f"memory of the serving process after it, {name}", "<= 150 MB", f"{memory(target.pid):.0f} MB"
        )


def _drive(target: Target, clients: int, seconds: float, body: object, pace: float | None) -> list[float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: list[float] = pool.apply(drive, (target, clients, seconds, body, pace))
    return found
