"""The order by doubt: closest to a threshold first, page by page, with nothing left out or shown twice."""

import random

import pytest
from sqlalchemy import insert, select

from core.clock import now
from store.base.database import Database
from store.desk.doubt_order import closest
from store.tables.case_tables import Image

# Eighths are exact in binary, so that scores on both sides of a line are truly as far from it.
SCORES = [index / 8 for index in range(9)]


@pytest.mark.parametrize("lines", [(0.5,), (0.25, 0.75), (0.25, 0.875), (0.0, 1.0)])
def test_pages_by_doubt_are_the_whole_in_order(database: Database, lines: tuple[float, ...]) -> None:
    chance = random.Random(7)
    scores = {f"{chance.getrandbits(256):064x}": chance.choice(SCORES) for _ in range(60)}
    facts = {"width": 1, "height": 1, "format": "png", "bytes": 1, "created_at": now()}
    with database.writing() as session:
        session.execute(
            insert(Image), [{"sha256": one, "score": score, **facts} for one, score in scores.items()]
        )
    seen: list[str] = []
    with database.reading() as session:
        after = None
        while page := closest(session, select(Image), lines, after=after, limit=7):
            seen += page
            after = (scores[page[-1]], page[-1])
    assert len(seen) == len(scores)
    assert set(seen) == set(scores)
    distances = [min(abs(scores[one] - line) for line in lines) for one in seen]
    assert distances == sorted(distances)
