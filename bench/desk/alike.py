"""How quickly decided pictures of the same look are found among a million.

    python -m bench.desk.alike --database postgresql+psycopg://user@host/empty
        [--images 1000000] [--rounds 200]

Fills an empty database with decided images whose looks lie as those of real pictures do: one pair in 300
shares one of its 16 words. Prints p50, p95 and the slowest in milliseconds. Ends with 1 where none was found.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, insert, select, text

from bench.desk.known import report, say
from core.clock import now
from core.ids import new_id
from core.vocabulary import Finding, Outcome, Role
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.known.alike import alike_images
from store.known.known_images import word_columns
from store.tables.case_tables import Decision, Image, Moderator, Verdict
from store.tables.known_tables import DecidedLook
from store.tables.review_states import ReviewState

STEP = 5_000
KIND = "bench"
DIMENSIONS = 13  # with this many, pairs share words as often as real looks do
LOOKS = cast("Table", DecidedLook.__table__)


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measure how quickly pictures of the same look are found.")
    parser.add_argument("--database", required=True, help="an empty database, or one that this filled")
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    database = Database(given.database)
    migrate(database)
    started = time.perf_counter()
    if fill(database, given.images):
        say(f"{given.images:,} decided images in {time.perf_counter() - started:.0f} s")
    with database.reading() as session:
        some = list(session.scalars(select(DecidedLook.image_sha256).limit(given.rounds)))
    times, nothing = [], 0
    for sha256 in some:
        started = time.perf_counter()
        with database.reading() as session:
            found = alike_images(session, sha256, limit=3)
        times.append((time.perf_counter() - started) * 1000)
        nothing += not found
    report("most alike", times)
    say(f"nothing found for {nothing} of {len(times)}")
    database.close()
    sys.exit(1 if nothing == len(times) else 0)


def fill(database: Database, count: int) -> bool:
    """Fill an empty database; tell whether it was empty. Indexes are made when the rows are there."""
    rng = np.random.default_rng(3)
    directions = rng.standard_normal((DIMENSIONS, 256))
    with database.writing() as session:
        if session.scalar(select(DecidedLook.image_sha256).limit(1)) is not None:
            return False
        decision_id = _decide(session)
    indexes = list(LOOKS.indexes)
    with database.engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    for start in range(0, count, STEP):
        bits = rng.standard_normal((min(STEP, count - start), DIMENSIONS)) @ directions > 0
        looks = [row.tobytes().hex() for row in np.packbits(bits, axis=1)]
        _add(database, list(_rows(looks, decision_id)))
    with database.engine.begin() as connection:
        for index in indexes:
            index.create(connection)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("analyze" if database.is_sqlite else "vacuum analyze"))
    return True


def _decide(session: Any) -> str:
    """One decision that stands for all."""
    sha256 = "0" * 64
    image = Image(
        sha256=sha256, width=9, height=9, format="png", bytes=9, review=ReviewState.CLOSED, created_at=now()
    )
    person = Moderator(email="bench@example.com", role=Role.MODERATOR, password_hash="")
    session.add_all([image, person])
    session.flush()
    verdict = Verdict(
        image_sha256=sha256,
        finding=Finding.FLAGGED,
        score=0.9,
        model="bench",
        policy="bench",
        reasons=[],
        evidence=[],
    )
    session.add(verdict)
    session.flush()
    made = Decision(image_sha256=sha256, verdict_id=verdict.id, moderator_id=person.id, outcome=Outcome.HUMAN)
    session.add(made)
    session.flush()
    return str(made.id)


def _rows(looks: list[str], decision_id: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    at = now()
    for look in looks:
        sha256 = new_id() * 2
        image = {"sha256": sha256, "look": look, "look_kind": KIND, "reported_id": decision_id}
        plain = {"width": 9, "height": 9, "format": "png", "bytes": 9, "risk": 0.5, "score": 0.5}
        yield (
            image | plain | {"review": ReviewState.CLOSED, "created_at": at},
            {"image_sha256": sha256, "kind": KIND, "hash": look, "decided_at": at, **word_columns(look)},
        )


def _add(database: Database, rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    with database.writing() as session:
        session.execute(insert(Image), [image for image, _ in rows])
        session.execute(insert(DecidedLook), [look for _, look in rows])


if __name__ == "__main__":
    main()
