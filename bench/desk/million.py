"""Tables of a million rows that a measurement fills and then asks again and again."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import sqlalchemy
from sqlalchemy import text

from bench.table import percentile, say
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.base.table import Table

STEP = 5_000  # rows of one transaction
T = TypeVar("T")


@contextmanager
def asked_database(parser: ArgumentParser) -> Iterator[tuple[Database, Namespace]]:
    """Read the command line, and open the database that it names, migrated."""
    parser.add_argument("--database", required=True, help="an empty database, or one that this filled")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    database = Database(given.database)
    migrate(database)
    try:
        yield database, given
    finally:
        database.close()


def steps(count: int) -> Iterator[int]:
    """How many rows each transaction adds."""
    return (min(STEP, count - start) for start in range(0, count, STEP))


@contextmanager
def without_indexes(database: Database, table: type[Table], words: str) -> Iterator[None]:
    """Make a table's indexes when its rows are there; let the database take stock."""
    started = time.perf_counter()
    indexes = list(cast("sqlalchemy.Table", table.__table__).indexes)
    with database.engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    yield
    with database.engine.begin() as connection:
        for index in indexes:
            index.create(connection)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("analyze" if database.is_sqlite else "vacuum analyze"))
    say(f"{words} in {time.perf_counter() - started:.0f} s")


def ask_each(name: str, things: Iterable[T], ask: Callable[[T], int]) -> list[int]:
    """Ask for each thing, print how long it took, and give how many each answer had."""
    times, counts = [], []
    for thing in things:
        started = time.perf_counter()
        counts.append(ask(thing))
        times.append((time.perf_counter() - started) * 1000)
    p50, p95, slowest = (percentile(times, share) for share in (0.5, 0.95, 1))
    say(f"{name:14} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   slowest {slowest:6.1f} ms")
    return counts
