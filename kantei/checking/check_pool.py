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
from kantei.checking.looking import Gate, Look, Looker

_looker: list[Looker] = []  # one in each child


def look_at_all(sources: list[str], settings: Settings, heatmaps: Path | None) -> Iterator[Look]:
    """A look at each source, in their order, as they finish."""
    processes = min(len(sources), settings.worker_concurrency, cores())
    pool = _pool(processes, settings, heatmaps) if processes > 1 else None
    if pool is None:
        looker = Looker(settings, heatmaps, settings.classifier_threads)
        yield from (looker.look(source) for source in sources)
        return
    done = 0
    try:
        with pool:
            for look in pool.map(_look, sources):
                yield look
                done += 1
    except BrokenProcessPool:
        # A picture killed its process. Each of the rest gets a process of its own, so that the one
        # is found and the others are examined.
        yield from (_look_alone(source, settings, heatmaps) for source in sources[done:])


def _look_alone(source: str, settings: Settings, heatmaps: Path | None) -> Look:
    crashed = Failure(FailureCode.CRASHED_WORKER, say(FailureDetail.DECODER_CRASHED), permanent=True)
    pool = _pool(1, settings, heatmaps)
    if pool is None:
        return Look(source, failure=crashed)
    try:
        with pool:
            return pool.submit(_look, source).result()
    except BrokenProcessPool:
        return Look(source, failure=crashed)


def _pool(processes: int, settings: Settings, heatmaps: Path | None) -> ProcessPoolExecutor | None:
    """Processes beside this one; None where the system has no room for their locks, `/dev/shm` on Linux."""
    # Forked before any runtime is loaded: the children start at once and load their own.
    context = multiprocessing.get_context("fork")
    try:
        fetching = context.BoundedSemaphore(settings.fetch_per_host)  # so many over all, were they one host's
        return ProcessPoolExecutor(
            processes,
            mp_context=context,
            initializer=_start_child,
            initargs=(settings, heatmaps, fetching),
        )
    except OSError:
        return None


def _start_child(settings: Settings, heatmaps: Path | None, fetching: Gate) -> None:
    # The other cores have pictures of their own.
    _looker.append(Looker(settings, heatmaps, threads=1, fetching=fetching))


def _look(source: str) -> Look:
    return _looker[-1].look(source)
