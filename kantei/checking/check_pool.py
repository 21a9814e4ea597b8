"""Examining many pictures at once, with one process per core."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
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


def look_at_all(
    sources: list[str],
    settings: Settings,
    heatmaps: Mapping[str, Path],
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Look]:
    """A look at each source, in their order; `advance` is called for each that is done, in any order.

    `heatmaps` says where the heat map of a source is to be saved.
    """
    processes = min(len(sources), settings.worker_concurrency, cores())
    pool = _pool(processes, settings, heatmaps) if processes > 1 else None
    if pool is None:
        looker = Looker(settings, heatmaps, settings.classifier_threads)
        for source in sources:
            look = looker.look(source)
            advance()
            yield look
        return
    done = 0
    try:
        with pool:
            futures = [pool.submit(_look, source) for source in sources]
            for future in futures:
                future.add_done_callback(lambda _: advance())
            for future in futures:
                yield future.result()
                done += 1
    except BrokenProcessPool:
        # A picture killed its process. Each of the rest gets a process of its own, so that the one
        # is found and the others are examined.
        yield from (_look_alone(source, settings, heatmaps) for source in sources[done:])


def _look_alone(source: str, settings: Settings, heatmaps: Mapping[str, Path]) -> Look:
    crashed = Failure(FailureCode.CRASHED_WORKER, say(FailureDetail.DECODER_CRASHED), permanent=True)
    pool = _pool(1, settings, heatmaps)
    if pool is None:
        return Look(source, failure=crashed)
    try:
        with pool:
            return pool.submit(_look, source).result()
    except BrokenProcessPool:
        return Look(source, failure=crashed)


def _pool(processes: int, settings: Settings, heatmaps: Mapping[str, Path]) -> ProcessPoolExecutor | None:
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


def _start_child(settings: Settings, heatmaps: Mapping[str, Path], fetching: Gate) -> None:
    # The other cores have pictures of their own.
    _looker.append(Looker(settings, heatmaps, threads=1, fetching=fetching))


def _look(source: str) -> Look:
    return _looker[-1].look(source)
