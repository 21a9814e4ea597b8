"""How quickly look-alikes are found among a million hashes.

    python -m bench.desk.known --database postgresql+psycopg://user@host/empty
        [--hashes 1000000] [--rounds 200]

Fills an empty database with a list of random hashes and asks
for pictures that are 31 bits from one of them, and for pictures that look like none, as a worker does for
every picture. Prints p50, p95 and the slowest in milliseconds, and the size of the table with its indexes.
Ends with 1 where a look-alike was missed or a stranger was found.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Table, insert, select, text

from core.known.known_image import PictureHash
from core.vocabulary import Label
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.known.known_images import NEAR, find_known, word_columns
from store.tables.known_tables import HashList, ListedHash

STEP = 5_000
TABLE = cast("Table", ListedHash.__table__)


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measure how quickly look-alikes are found.")
    parser.add_argument("--database", required=True, help="an empty database, or one that this filled")
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    database = Database(given.database)
    migrate(database)
    chance = random.Random(11)  # noqa: S311  # invented hashes
    started = time.perf_counter()
    if fill(database, given.hashes):
        say(f"{given.hashes:,} hashes in {time.perf_counter() - started:.0f} s{_size(database)}")
    with database.reading() as session:
        some = list(session.scalars(select(ListedHash.hash).limit(given.rounds)))
    near, missed = [], 0
    for digits in some:
        turned = int(digits, 16) ^ sum(1 << bit for bit in chance.sample(range(256), NEAR))
        took, found = ask(database, f"{turned:064x}")
        near.append(took)
        missed += found == 0
    far, strangers = [], 0
    for _ in range(given.rounds):
        took, found = ask(database, f"{chance.getrandbits(256):064x}")
        far.append(took)
        strangers += found
    report("31 bits away", near)
    report("like none", far)
    say(f"missed {missed} of {len(near)}, found {strangers} strangers")
    database.close()
    sys.exit(1 if missed or strangers else 0)


def fill(database: Database, count: int) -> bool:
    """Fill an empty list; tell whether it was empty. Indexes are made when the rows are there."""
    with database.writing() as session:
        if session.scalar(select(ListedHash.hash).limit(1)) is not None:
            return False
        one = HashList(name="bench", count=count)
        session.add(one)
        session.flush()
        list_id = one.id
    indexes = list(TABLE.indexes)
    with database.engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    chance = random.Random(7)  # noqa: S311  # invented hashes
    for start in range(0, count, STEP):
        _add(database, list(_rows(chance, list_id, min(STEP, count - start))))
    with database.engine.begin() as connection:
        for index in indexes:
            index.create(connection)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("analyze" if database.is_sqlite else "vacuum analyze"))
    return True


def _add(database: Database, rows: list[dict[str, object]]) -> None:
    """Add rows; PostgreSQL takes them in bulk."""
    with database.writing() as session:
        if database.is_sqlite:
            session.execute(insert(ListedHash), rows)
            return
        driver: Any = session.connection().connection.driver_connection
        names = ", ".join(rows[0])
        with driver.cursor() as cursor, cursor.copy(f"COPY listed_hashes ({names}) FROM STDIN") as copy:
            for row in rows:
                bits = f"{int(str(row['hash']), 16):0256b}"
                copy.write_row([bits if name == "hash" else str(value) for name, value in row.items()])


def ask(database: Database, digits: str) -> tuple[float, int]:
    """Ask as a worker does; give milliseconds and how many were found."""
    started = time.perf_counter()
    with database.reading() as session:
        found = find_known(session, PictureHash(digits, 100), but="0" * 64)
    return (time.perf_counter() - started) * 1000, len(found)


def _rows(chance: random.Random, list_id: str, count: int) -> Iterator[dict[str, object]]:
    for _ in range(count):
        digits = f"{chance.getrandbits(256):064x}"
        yield {"list_id": list_id, "hash": digits, "label": Label.AI, **word_columns(digits)}


def _size(database: Database) -> str:
    if database.is_sqlite:
        return ""
    with database.reading() as session:
        return ", " + str(
            session.scalar(text("select pg_size_pretty(pg_total_relation_size('listed_hashes'))"))
        )


def report(name: str, times: list[float]) -> None:
    """Print a line."""
    times = sorted(times)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    say(f"{name:14} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   slowest {times[-1]:6.1f} ms")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201  # a program for people


if __name__ == "__main__":
    main()
