"""How quickly decided pictures of the same look are found among a million.

    python -m bench.desk.alike --database postgresql+psycopg://user@host/empty
        [--images 1000000] [--rounds 200]

Fills an empty database with decided images whose looks lie as those of real pictures do: one pair in 300
shares one of its 16 words. Prints p50, p95 and the slowest in milliseconds. Ends with 1 where none was found.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from bench.desk.million import ask_each, asked_database, steps, without_indexes
from bench.table import say
from core.clock import now
from core.ids import new_id
from core.vocabulary import Finding, Outcome, Role
from store.base.database import Database
from store.known.alike import alike_images
from store.known.known_images import word_columns
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.known_tables import DecidedLook
from store.tables.people_tables import Moderator
from store.tables.review_states import ReviewState

KIND = "bench"
DIMENSIONS = 13  # with this many, pairs share words as often as real looks do


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measure how quickly pictures of the same look are found.")
    parser.add_argument("--images", type=int, default=1_000_000)
    with asked_database(parser) as (database, given):
        fill(database, given.images)
        with database.reading() as session:
            some = list(session.scalars(select(DecidedLook.image_sha256).limit(given.rounds)))

        def ask(sha256: str) -> int:
            with database.reading() as session:
                return len(alike_images(session, session.get_one(Image, sha256), limit=3))

        nothing = ask_each("most alike", some, ask).count(0)
    say(f"nothing found for {nothing} of {len(some)}")
    sys.exit(1 if nothing == len(some) else 0)


def fill(database: Database, count: int) -> None:
    """Fill a database if it is empty."""
    rng = np.random.default_rng(3)
    directions = rng.standard_normal((DIMENSIONS, 256))
    with database.writing() as session:
        if session.scalar(select(DecidedLook.image_sha256).limit(1)) is not None:
            return
        decision_id = _decide(session)
    with without_indexes(database, DecidedLook, f"{count:,} decided images"):
        for step in steps(count):
            bits = rng.standard_normal((step, DIMENSIONS)) @ directions > 0
            looks = [row.tobytes().hex() for row in np.packbits(bits, axis=1)]
            _add(database, list(_rows(looks, decision_id)))


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
