"""The queue costs the same however much is stored: its counts, and the page of a giant seller."""

from typing import Any

import pytest
from sqlalchemy import event, insert, text

from core.clock import now
from core.vocabulary import Source
from store.base.database import Database
from store.clients.clients import NewClient
from store.desk import queue_filter, review_queue
from store.desk.queue_filter import QueueFilter, Viewer
from store.desk.review_queue import QueueCounts, count_queue, list_digests
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from tests.clients import make_client

LIMIT = 5


def test_tabs_are_counted_as_far_as_the_limit_whatever_is_stored(
    database: Database, shop: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_queue, "COUNT_LIMIT", LIMIT)
    _store(database, shop, range(20))
    counts, work = _count(database)
    assert counts == QueueCounts(open=LIMIT + 1, escalated=1, appeals=2, failed=0, all=LIMIT + 1)
    _store(database, shop, range(20, 2000))
    counts, more_work = _count(database)
    assert counts == QueueCounts(open=LIMIT + 1, escalated=1, appeals=2, failed=0, all=LIMIT + 1)
    assert more_work <= 2 * work  # among twenty rows PostgreSQL takes now one way, now another


def _store(database: Database, shop: NewClient, numbers: range) -> None:
    """Store images: every second one open, the first one escalated, appeals on the second and third."""
    with database.writing() as session:
        session.execute(
            insert(Image),
            [
                {
                    "sha256": f"{number:064x}",
                    "width": 1,
                    "height": 1,
                    "format": "png",
                    "bytes": 1,
                    "review": ReviewState.OPEN if number % 2 else ReviewState.NONE,
                }
                for number in numbers
            ],
        )
        if 0 in numbers:
            session.get_one(Image, "0" * 64).review = ReviewState.ESCALATED
            for number in (1, 1, 2):
                session.add(
                    Appeal(
                        submission_id=f"{len(session.new):032x}",
                        image_sha256=f"{number:064x}",
                        client_id=shop.client.id,
                        reason="Mine.",
                    )
                )
        session.flush()
        session.execute(text("analyze images"))


def test_a_giant_sellers_page_is_found_along_the_queue(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite would begin with all that they sell, for each case again: seconds with thousands of listings."""
    monkeypatch.setattr(queue_filter, "GREAT_SELLER", 5)
    monkeypatch.setattr(queue_filter, "GIANT_SELLER", 5)
    shop, wanted = make_client(sqlite_database), QueueFilter(seller="Great")
    few = _sell(sqlite_database, shop, range(20), wanted)
    assert _sell(sqlite_database, shop, range(20, 400), wanted) <= 2 * few


def _sell(database: Database, shop: NewClient, numbers: range, wanted: QueueFilter) -> int:
    """Let a seller offer more waiting pictures; tell how many steps their first page takes."""
    same = {"width": 1, "height": 1, "format": "png", "bytes": 1, "review": ReviewState.OPEN, "risk": 0.5}
    client_id = shop.client.id
    with database.writing() as session:
        images = [{"sha256": f"{number:064x}", **same} for number in numbers]
        listings = [
            {"client_id": client_id, "listing_id": f"L{number}", "seller": "Great"} for number in numbers
        ]
        offers = [
            {
                "client_id": client_id,
                "listing_id": f"L{number}",
                "source": Source.MARKETPLACE,
                "image_sha256": f"{number:064x}",
            }
            for number in numbers
        ]
        for table, rows in ((Image, images), (Listing, listings), (Submission, offers)):
            session.execute(insert(table), rows)
        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1

        driver: Any = session.connection().connection.driver_connection
        driver.set_progress_handler(step, 1)
        found = list_digests(session, wanted, Viewer("0" * 32, now()), limit=5)
        driver.set_progress_handler(None, 0)
    assert len(found) == 5
    return steps


def _count(database: Database) -> tuple[QueueCounts, int]:
    """Count, and tell how much work it was: the rows that PostgreSQL touched, or the steps of SQLite."""
    with database.writing() as session:
        connection = session.connection()
        if database.is_sqlite:
            steps = 0

            def step() -> None:
                nonlocal steps
                steps += 1

            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(step, 1)
            counts = count_queue(session)
            driver.set_progress_handler(None, 0)
            return counts, steps
        # With so few rows a table would be read whole whatever is asked.
        session.execute(text("set local enable_seqscan = off"))
        asked: list[tuple[str, Any]] = []

        def note(_c: object, _k: object, statement: str, values: Any, *_: object) -> None:
            asked.append((statement, values))

        event.listen(connection, "before_cursor_execute", note)
        counts = count_queue(session)
        event.remove(connection, "before_cursor_execute", note)
        plans = [
            connection.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
            for statement, values in asked
        ]
        return counts, sum(_rows(plan[0]["Plan"]) for plan in plans)


def _rows(node: dict[str, Any]) -> int:
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return int(own) + sum(_rows(child) for child in node.get("Plans", []))
