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
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select, text

from bench.desk.million import ask_each, asked_database, steps, without_indexes
from bench.table import say
from core.known.known_image import PictureHash
from core.vocabulary import Label
from store.base.database import Database
from store.known.known_images import NEAR, find_known, word_columns
from store.tables.known_tables import HashList, ListedHash


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measure how quickly look-alikes are found.")
    parser.add_argument("--hashes", type=int, default=1_000_000)
    with asked_database(parser) as (database, given):
        chance = random.Random(11)  # noqa: S311  # invented hashes
        fill(database, given.hashes)
        with database.reading() as session:
            some = list(session.scalars(select(ListedHash.hash).limit(given.rounds)))

        def ask(number: int) -> int:
            with database.reading() as session:
                return len(find_known(session, PictureHash(f"{number:064x}", 100), but="0" * 64))

        turned = [int(one, 16) ^ sum(1 << bit for bit in chance.sample(range(256), NEAR)) for one in some]
        near = ask_each("31 bits away", turned, ask)
        far = ask_each("like none", [chance.getrandbits(256) for _ in range(given.rounds)], ask)
    missed, strangers = near.count(0), sum(far)
    say(f"missed {missed} of {len(near)}, found {strangers} strangers")
    sys.exit(1 if missed or strangers else 0)


def fill(database: Database, count: int) -> None:
    """Fill a list if there is none."""
    with database.writing() as session:
        if session.scalar(select(ListedHash.hash).limit(1)) is not None:
            return
        one = HashList(name="bench", count=count)
        session.add(one)
        session.flush()
        list_id = one.id
    chance = random.Random(7)  # noqa: S311  # invented hashes
    with without_indexes(database, ListedHash, f"{count:,} hashes"):
        for step in steps(count):
            _add(database, list(_rows(chance, list_id, step)))
    if not database.is_sqlite:
        size = text("select pg_size_pretty(pg_total_relation_size('listed_hashes'))")
        with database.reading() as session:
            say(f"{session.scalar(size)} with indexes")


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


def _rows(chance: random.Random, list_id: str, count: int) -> Iterator[dict[str, object]]:
    for _ in range(count):
        digits = f"{chance.getrandbits(256):064x}"
        yield {"list_id": list_id, "hash": digits, "label": Label.AI, **word_columns(digits)}


if __name__ == "__main__":
    main()
