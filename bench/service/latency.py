"""How soon one waiting client has its answer: `script/bench latency`.

Five pictures of a megapixel a second, each submitted by its URL and waited for with `wait`, on an
installation that has nothing else to do. The time runs from the moment the picture was due to the
answer with its verdict, so that a server that falls behind shows it.
"""

import json
import math
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.pictures import draw, make_pictures, served
from bench.servers import as_shipped, fresh_servers
from bench.table import Row, percentile
from model.serving.info import read_model_info
from tests.whole.installation import Installation

PACE = 5.0
SIZE = (1216, 832)
CLIENTS = 16


def rows(given: Namespace) -> Iterator[Row]:
    """Measure on each way of running Kantei."""
    pictures = (
        make_pictures(given.folder, 100) if given.folder else [draw(n, SIZE, "JPEG") for n in range(20)]
    )
    with served(pictures) as address:
        if "servers" in given.backends:
            with fresh_servers() as settings:
                yield from _measure(given, address, "Redis and PostgreSQL", settings)
        if "embedded" in given.backends:
            yield from _measure(given, address, "embedded defaults", {})


def _measure(given: Namespace, address: str, name: str, settings: dict[str, str]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, as_shipped(Path(folder), **settings) as kantei:
        for number in range(6):
            _check(kantei, HTTPConnection("127.0.0.1", kantei.port), f"{address}{900_000 + number}.bin")
        count = max(100, int(given.seconds * PACE))
        found = _at_pace(kantei, [f"{address}{number}.bin" for number in range(count)])
    times = [1000 * seconds for seconds, _ in found]
    again = sum(_was_looked_at_again(answer) for _, answer in found)
    noise = f"{min(times):.0f} to {max(times):.0f} in {len(times)}, {again} of them looked at again"
    yield Row(
        f"one check with `wait`, 5 a second, p50, {name}",
        "<= 150 ms",
        f"{percentile(times, 0.5):.0f} ms",
        noise,
    )
    yield Row(
        f"one check with `wait`, 5 a second, p99, {name}",
        "<= 500 ms",
        f"{percentile(times, 0.99):.0f} ms",
        noise,
    )


def _at_pace(kantei: Installation, urls: list[str]) -> list[tuple[float, dict[str, Any]]]:
    start = time.perf_counter() + 0.5

    def run(number: int) -> list[tuple[float, dict[str, Any]]]:
        connection = HTTPConnection("127.0.0.1", kantei.port, timeout=60)
        found = []
        for turn in range(number, len(urls), CLIENTS):
            due = start + turn / PACE
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = _check(kantei, connection, urls[turn])
            found.append((time.perf_counter() - due, answer))
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [item for found in pool.map(run, range(CLIENTS)) for item in found]


def _check(kantei: Installation, connection: HTTPConnection, url: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {kantei.key}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/submissions", json.dumps({"image_url": url}), headers)
    made = json.loads(connection.getresponse().read())
    connection.request("GET", f"/v1/submissions/{made['id']}?wait=30", headers=headers)
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    if answer["state"] != "examined":
        raise RuntimeError(f"{answer}: {kantei.tail()}")
    return answer


def _was_looked_at_again(answer: dict[str, Any]) -> bool:
    info = read_model_info()
    lines = info.thresholds
    logit, clear, flagged = (
        math.log(p / (1 - p))
        for p in (min(max(answer["verdict"]["score"], 1e-9), 1 - 1e-9), lines.clear_below, lines.flagged_from)
    )
    return clear - info.margin < logit < clear or flagged <= logit < flagged + info.margin
