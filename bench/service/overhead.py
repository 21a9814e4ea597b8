"""What Kantei adds to fetching, decoding and classifying: `script/bench overhead`.

In turns, the bare loop and the whole of Kantei work through the same pictures: submitted in batches
over HTTP, through broker, worker and database to stored verdicts. The ratio of each pair of rounds
counts, so that a machine that grows busier does not favour either.
"""

import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from bench.pictures import make_pictures, served
from bench.servers import as_shipped, fresh_servers
from bench.service.bare import BareLoop, bare_loop
from bench.table import Row, spread
from core.settings.settings import read_settings
from core.vocabulary import State
from kantei.roots.joining import open_database
from store.base.database import Database
from store.tables.submission_tables import Submission
from tests.whole.installation import Installation

BATCH = 100
# Seconds between two looks whether all is done: they cost what is measured, and are rare while many wait.
LOOK, NEAR_END = 0.2, 0.02
FEW = 8  # pictures that are worked through in less than a look
GOALS = {"embedded defaults": 0.75, "Redis and PostgreSQL": 0.85}


def rows(given: Namespace) -> Iterator[Row]:
    """Measure both ways of running Kantei."""
    with bare_loop() as bare, served(make_pictures(given.folder, min(200, given.pictures))) as address:
        if "servers" in given.backends:
            with fresh_servers() as settings:
                yield from _measure(given, bare, address, "Redis and PostgreSQL", settings)
        if "embedded" in given.backends:
            yield from _measure(given, bare, address, "embedded defaults", {})


def _measure(
    given: Namespace, bare: BareLoop, address: str, name: str, settings: dict[str, str]
) -> Iterator[Row]:
    count = given.pictures // given.rounds
    ratios, alone, whole = [], [], []
    with tempfile.TemporaryDirectory() as folder, as_shipped(Path(folder), **settings) as kantei:
        database = open_database(read_settings(kantei.environ))
        work_through(kantei, database, [f"{address}{number}.bin" for number in range(8)])  # warm
        for turn in range(given.rounds):
            urls = [f"{address}{turn * count + number + 8}.bin" for number in range(count)]
            pair = [partial(bare.seconds, urls), partial(work_through, kantei, database, urls)]
            took = [measure() for measure in (pair if turn % 2 else pair[::-1])]
            bare_took, kantei_took = took if turn % 2 else took[::-1]
            alone.append(count / bare_took)
            whole.append(count / kantei_took)
            ratios.append(bare_took / kantei_took)
        database.close()
    yield Row(f"pictures a second of the bare loop, beside {name}", "", *spread(alone, 2))
    yield Row(f"pictures a second through everything, {name}", "", *spread(whole, 2))
    goal = f">= {GOALS[name]}"
    yield Row(f"overhead: everything against the bare loop, {name}", goal, *spread(ratios, 3))


def work_through(kantei: Installation, database: Database, urls: list[str]) -> float:
    """Submit and wait for the last verdict, as the rows say: a client's polling is not ours."""
    began = time.perf_counter()
    for at in range(0, len(urls), BATCH):
        kantei.submit(urls[at : at + BATCH])
    waiting = select(func.count()).where(Submission.state.in_((State.QUEUED, State.PROCESSING)))
    while True:
        with database.reading() as session:
            left = session.scalar(waiting) or 0
        if not left:
            break
        time.sleep(LOOK if left > FEW else NEAR_END)
    took = time.perf_counter() - began
    with database.reading() as session:
        failed = session.scalar(select(func.count()).where(Submission.state == State.FAILED))
    if failed:
        raise RuntimeError(f"{failed} pictures failed: {kantei.tail()}")
    return took
