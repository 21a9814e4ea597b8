"""Examining many pictures at once, with one process per core."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.settings.setting_values import cores
from core.settings.settings import Settings
from core.vocabulary import Failure, FailureCode
from kantei.checking.looking import Look, Looker

_looker: list[Looker] = []  # one in each child


def look_at_all(sources: list[str], settings: Settings, heatmaps: Path | None) -> Iterator[Look]:
    """A look at each source, in their order, as they finish."""
    processes = min(len(sources), settings.worker_concurrency, cores())
    if processes <= 1:
        looker = Looker(settings, heatmaps, settings.classifier_threads)
        yield from (looker.look(source) for source in sources)
        return
    done = 0
    try:
        with _pool(processes, settings, heatmaps) as pool:
            for look in pool.map(_look, sources):
                yield look
                done += 1
    except BrokenProcessPool:
        # A picture killed its process. Each of the rest gets a process of its own, so that the one
        # is found and the others are examined.
        yield from (_look_alone(source, settings, heatmaps) for source in sources[done:])


def _look_alone(source: str, settings: Settings, heatmaps: Path | None) -> Look:
    try:
        with _pool(1, settings, heatmaps) as pool:
            return pool.submit(_look, source).result()
    except BrokenProcessPool:
        crashed = say(FailureDetail.DECODER_CRASHED)
        failure = Failure(FailureCode.CRASHED_WORKER, crashed, permanent=True)
        return Look(source, failure=failure)


def _pool(processes: int, settings: Settings, heatmaps: Path | None) -> ProcessPoolExecutor:
    # Forked before any runtime is loaded: the children start at once and load their own.
    return ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_start_child,
        initargs=(settings, heatmaps),
    )


def _start_child(settings: Settings, heatmaps: Path | None) -> None:
    _looker.append(Looker(settings, heatmaps, threads=1))  # the other cores have pictures of their own


def _look(source: str) -> Look:
    return _looker[-1].look(source)
