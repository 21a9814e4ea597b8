"""Kantei against hash-and-match of the same URLs: `script/bench hashing`.

HMA is not on PyPI, so `bench/service/hash_service.py` stands for it, on gunicorn with a process a core.
It needs `threatexchange`, `flask`, `gunicorn` and `requests`, in an environment of its own whose Python
BENCH_HASHING_PYTHON names. It decodes at full size and hashes; it classifies nothing.
"""

import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

from bench.pictures import make_pictures, served
from bench.servers import as_shipped, fresh_servers
from bench.service.overhead import work_through
from bench.table import Row, spread
from core.settings.setting_values import cores
from core.settings.settings import read_settings
from kantei.roots.joining import open_database
from tests.whole.installation import free_port

HERE = Path(__file__).parents[2]
PYTHON = os.environ.get("BENCH_HASHING_PYTHON", sys.executable)


def rows(given: Namespace) -> Iterator[Row]:
    """Measure in turns, new pictures and then the same again, which Kantei knows by their bytes."""
    if subprocess.run(
        [PYTHON, "-c", "import threatexchange, flask, gunicorn"], check=False, capture_output=True
    ).returncode:
        yield Row(
            "against hash-and-match", "ahead", "not measured: BENCH_HASHING_PYTHON has no threatexchange"
        )
        return
    count = max(4, given.pictures // given.rounds)
    with (
        served(make_pictures(given.folder, min(200, given.pictures))) as address,
        tempfile.TemporaryDirectory() as folder,
        fresh_servers() as settings,
        as_shipped(Path(folder), **settings) as kantei,
        _hash_service() as theirs,
    ):
        database = open_database(read_settings(kantei.environ))
        first, again = [], []
        others: list[float] = []
        for turn in range(given.rounds):
            urls = [f"{address}{turn * count + index}.bin" for index in range(count)]
            others.append(theirs(urls))
            first.append(work_through(kantei, database, urls))
            again.append(work_through(kantei, database, urls))
        database.close()
    yield Row("hash-and-match: pictures a second", "", *spread([count / s for s in others], 1))
    yield Row("Kantei, pictures that it sees first: a second", "", *spread([count / s for s in first], 1))
    yield Row("Kantei, pictures that it has seen: a second", "", *spread([count / s for s in again], 1))
    for name, own in (("first seen", first), ("seen before", again)):
        ratios = [other / mine for other, mine in zip(others, own, strict=True)]
        yield Row(f"Kantei against hash-and-match, {name}: times as fast", "> 1", *spread(ratios, 2))


@contextmanager
def _hash_service() -> Iterator[Callable[[list[str]], float]]:
    port = free_port()
    command = [PYTHON, "-m", "gunicorn", "-w", str(cores()), "-b", f"127.0.0.1:{port}", "--preload"]
    with subprocess.Popen(
        [*command, "bench.service.hash_service:app"], cwd=HERE, stderr=subprocess.DEVNULL
    ) as service:
        session = requests.Session()

        def look(url: str) -> None:
            answer = session.get(f"http://127.0.0.1:{port}/lookup", params={"url": url}, timeout=60)
            answer.raise_for_status()

        def seconds(urls: list[str]) -> float:
            began = time.perf_counter()
            with ThreadPoolExecutor(2 * cores()) as pool:
                list(pool.map(look, urls))
            return time.perf_counter() - began

        try:
            _wait(port)
            yield seconds
        finally:
            service.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return
