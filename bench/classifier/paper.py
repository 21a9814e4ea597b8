"""Kantei against what a reader of the paper would write: `script/bench paper` (needs the extra `train`).

A Celery worker with as many children as cores, which is Celery's default, Pillow, Keras' `model.predict`
a picture at a time: once with a network of the same cost as ours, once as it would be deployed, MobileNetV2
on one squeezed view. Both brokers are Redis. In turns, the same pictures; the ratio of each pair counts.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from celery import Celery

from bench.pictures import make_pictures, served
from bench.servers import REDIS, as_shipped, fresh_database
from bench.service.overhead import work_through
from bench.table import Row, spread
from core.settings.setting_values import cores
from core.settings.settings import read_settings
from kantei.roots.joining import open_database
from model.serving.info import INFO_FILE, WEIGHTS

HERE = Path(__file__).parents[2]
THEIRS = REDIS.rsplit("/", 1)[0] + "/8"
CASES = (
    ("the same network", "ours", ">= 5 times"),
    ("MobileNetV2 on one view", "paper", "(seven views here)"),
)


def rows(given: Namespace) -> Iterator[Row]:
    """Measure against both of their networks."""
    if importlib.util.find_spec("keras") is None:
        yield Row("against Celery, Pillow and Keras", ">= 5 times", "not measured: install the extra `train`")
        return
    count = max(4, given.pictures // given.rounds // 4)
    with (
        served(make_pictures(given.folder, min(200, given.pictures))) as address,
        tempfile.TemporaryDirectory() as folder,
        fresh_database() as url,
        as_shipped(Path(folder), KANTEI_DATABASE_URL=url, KANTEI_BROKER_URL=REDIS) as kantei,
    ):
        database = open_database(read_settings(kantei.environ))
        number = 0
        for name, network, goal in CASES:
            with _paper_worker(network) as theirs:
                ours, others, ratios = [], [], []
                for turn in range(given.rounds + 1):
                    urls = [f"{address}{number + index}.bin" for index in range(count)]
                    number += count
                    other, own = theirs(urls), work_through(kantei, database, urls)
                    if turn:  # the first loads TensorFlow
                        others.append(count / other)
                        ours.append(count / own)
                        ratios.append(other / own)
            yield Row(f"Celery, Pillow, Keras with {name}: pictures a second", "", *spread(others, 2))
            yield Row("Kantei beside it: pictures a second", "", *spread(ours, 2))
            yield Row(f"Kantei against Keras with {name}: times as fast", goal, *spread(ratios, 2))
        database.close()


@contextmanager
def _paper_worker(network: str) -> Iterator[Callable[[list[str]], float]]:
    with tempfile.TemporaryDirectory() as folder, redis.Redis.from_url(THEIRS) as client:
        client.flushdb()
        done = Path(folder) / "done"
        done.touch()
        recipe = json.loads((WEIGHTS / INFO_FILE).read_text(encoding="utf-8"))["training"]["recipe"]
        environ = {
            **os.environ,
            "BENCH_BROKER": THEIRS,
            "BENCH_DONE": str(done),
            "BENCH_NETWORK": network,
            "BENCH_BACKBONES": ",".join(recipe["backbones"]),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        app = Celery(broker=THEIRS)

        def seconds(urls: list[str]) -> float:
            before, began = done.stat().st_size, time.perf_counter()
            for url in urls:
                app.send_task("bench.classifier.paper_worker.look", args=[url], queue="paper")
            while done.stat().st_size < before + len(urls):
                if time.perf_counter() - began > 600:
                    raise RuntimeError("their worker does not get on")
                time.sleep(0.02)
            return time.perf_counter() - began

        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "bench.classifier.paper_worker",
            "worker",
            "-P",
            "prefork",
        ]
        command += ["-c", str(cores()), "-l", "ERROR"]
        silent = subprocess.DEVNULL
        with subprocess.Popen(command, env=environ, cwd=HERE, stdout=silent, stderr=silent) as worker:
            try:
                yield seconds
            finally:
                worker.terminate()
                worker.wait(60)
                client.flushdb()
