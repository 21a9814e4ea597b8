"""Named queues are counted together, and for everybody, every few seconds."""

from sqlalchemy import event, insert

from core.clock import now
from core.vocabulary import Finding, Source, State
from store.base.database import Database
from store.clients.clients import NewClient
from store.desk.queue_counts import VALIDITY, NamedCounts
from store.desk.queue_filter import QueueFilter, Viewer
from store.desk.review_queue import list_digests
from store.tables.case_tables import Image
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

QUEUES = {
    "all": QueueFilter(),
    "flagged": QueueFilter(finding=Finding.FLAGGED),
    "by a shop": QueueFilter(source=Source.MARKETPLACE),
    "both": QueueFilter(source=Source.MARKETPLACE, finding=Finding.FLAGGED),
    "all again": QueueFilter(),
}


def _store(database: Database, shop: NewClient, numbers: range) -> None:
    """Store cases: every second one flagged, every third one of a shop, every fifth one decided."""
    same = {"width": 1, "height": 1, "format": "png", "bytes": 1}
    with database.writing() as session:
        images = [
            {
                "sha256": f"{number:064x}",
                "review": ReviewState.OPEN if number % 5 else ReviewState.CLOSED,
                "finding": Finding.UNCERTAIN if number % 2 else Finding.FLAGGED,
                **same,
            }
            for number in numbers
        ]
        submissions = [
            {
                "client_id": shop.client.id,
                "source": Source.API if number % 3 else Source.MARKETPLACE,
                "state": State.EXAMINED,
                "image_sha256": f"{number:064x}",
            }
            for number in numbers
        ]
        session.execute(insert(Image), images)
        session.execute(insert(Submission), submissions)


def test_queues_are_counted_in_one_query_and_again_after_a_while(database: Database, shop: NewClient) -> None:
    time, asked = 0.0, []
    counts, viewer = NamedCounts(clock=lambda: time), Viewer("0" * 32, now())
    _store(database, shop, range(30))
    with database.reading() as session:
        each = {name: len(list_digests(session, wanted, viewer)) for name, wanted in QUEUES.items()}

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def read() -> dict[str, int]:
        with database.reading() as session:
            session.connection()  # what a connection begins with is no question
            asked.clear()
            return counts.read(session, QUEUES, viewer)

    event.listen(database.engine, "before_cursor_execute", note)
    assert read() == each
    assert each == {"all": 24, "flagged": 12, "by a shop": 8, "both": 4, "all again": 24}
    assert len(asked) == 1
    _store(database, shop, range(30, 60))
    assert read() == each
    assert asked == []
    time += VALIDITY
    assert read() == {name: 2 * count for name, count in each.items()}
    assert len(asked) == 1
    event.remove(database.engine, "before_cursor_execute", note)
