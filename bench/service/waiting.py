"""What hosts that take their time cost: `script/bench waiting`.

Pictures come from a server that answers after a fifth of a second, as servers do that are not next door. A
worker with a child for each core, and one with as many as Kantei has by default, take turns.
"""

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.pictures import make_pictures, served
from bench.servers import as_shipped
from bench.service.overhead import work_through
from bench.table import Row, spread
from core.settings.setting_values import cores
from core.settings.settings import read_settings
from kantei.roots.joining import open_database

PAUSE = 0.2  # seconds


def rows(given: Namespace) -> Iterator[Row]:
    """Measure with both numbers of children, on embedded defaults."""
    count = max(4, given.pictures // given.rounds)
    speeds: dict[int, list[float]] = {cores(): [], read_settings().worker_concurrency: []}
    with served(make_pictures(given.folder, min(200, given.pictures)), pause=PAUSE) as address:
        for turn in range(given.rounds + 1):
            for children, found in speeds.items():
                first = (turn * len(speeds) + list(speeds).index(children)) * count
                urls = [f"{address}{first + number}.bin" for number in range(count)]
                took = _seconds(children, urls)
                if turn:  # the first round warms the machine
                    found.append(count / took)
    for children, found in speeds.items():
        yield Row(
            f"pictures a second from hosts that answer after {PAUSE:g} s, {children} children",
            "",
            *spread(found, 2),
        )


def _seconds(children: int, urls: list[str]) -> float:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kantei = stack.enter_context(as_shipped(folder, KANTEI_WORKER_CONCURRENCY=str(children)))
        database = open_database(read_settings(kantei.environ))
        stack.callback(database.close)
        return work_through(kantei, database, urls)
