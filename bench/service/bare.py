"""The bare loop: processes that fetch, decode and classify pictures, and do nothing else.

What Kantei adds to it (accepting, queueing, claiming, provenance, thumbnails, storing, telling) is
its overhead.
"""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import JoinableQueue

import urllib3

from core.settings.settings import read_settings
from model.serving.picture import decode_picture
from model.serving.runtime import Classifier


class BareLoop:
    """Processes that wait for URLs, the classifier loaded."""

    def __init__(self, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._urls: JoinableQueue[str | None] = context.JoinableQueue()
        self._processes = [
            context.Process(target=_run, args=(self._urls,), daemon=True) for _ in range(processes)
        ]
        for process in self._processes:
            process.start()

    def seconds(self, urls: list[str]) -> float:
        """Work through URLs and give the time that it took."""
        began = time.perf_counter()
        for url in urls:
            self._urls.put(url)
        self._urls.join()
        return time.perf_counter() - began

    def stop(self) -> None:
        """End the processes."""
        for _ in self._processes:
            self._urls.put(None)
        for process in self._processes:
            process.join()


@contextmanager
def bare_loop() -> Iterator[BareLoop]:
    """Start as many processes as a worker has children."""
    loop = BareLoop(read_settings().worker_concurrency)
    try:
        yield loop
    finally:
        loop.stop()


def _run(urls: "JoinableQueue[str | None]") -> None:
    settings = read_settings()
    classifier = Classifier.load(threads=settings.classifier_threads)
    with urllib3.PoolManager() as pool:
        while (url := urls.get()) is not None:
            picture = decode_picture(
                pool.request("GET", url).data,
                max_pixels=settings.max_pixels,
                looks_native=classifier.looks_native,
            )
            classifier.classify(picture)
            urls.task_done()
