"""What opens and what closes a case at the same moment: no case is lost from the queue."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.clock import now
from core.declarations import Declared
from core.vocabulary import Finding
from store.base.database import Database
from store.intake.declared_queue import apply_declarations
from store.market.listing_ends import delete_listing
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.services import postgresql_alone
from tests.store.races import SHA256, examine, examining, meet, recognize, submit, take

pytestmark = [pytest.mark.postgresql, postgresql_alone]

LISTING, EVERY_WAY = "4711", 2**62 - 1


@pytest.fixture
def clients(database: Database) -> tuple[str, str]:
    return make_client(database).client.id, make_client(database).client.id


def review(database: Database) -> ReviewState:
    with database.reading() as session:
        return session.get_one(Image, SHA256).review


def set_shares(database: Database) -> None:
    """Let pictures leave the queue that all who submitted them declared AI."""
    with database.writing() as session:
        session.execute(update(Client).values(declared_ai_share=0))


def know_all_ways(database: Database) -> None:
    """Note that the picture came in every way before, so that an examination has none to add to it."""
    with database.writing() as session:
        session.execute(update(Image).values(ways=EVERY_WAY))


def declare(session: Session, submission_id: str, declared: Declared) -> None:
    session.get_one(Submission, submission_id).declared = declared
    session.flush()
    apply_declarations(session, SHA256, at=now())


@pytest.fixture
def listing(database: Database, clients: tuple[str, str]) -> str:
    """The row of a listing with an open case."""
    shop, _ = clients
    examine(database, take(database, submit(database, shop, listing_id=LISTING)), Finding.UNCERTAIN)
    with database.writing() as session:
        row = Listing(client_id=shop, listing_id=LISTING, updated_at=now())
        session.add(row)
        session.flush()
        return row.id


def end(session: Session, listing: str) -> None:
    row = session.get_one(Listing, listing)
    delete_listing(session, row.client_id, row, now())


def test_a_listing_that_ends_as_another_shop_shows_its_picture_leaves_the_case_open(
    database: Database, clients: tuple[str, str], listing: str, aside: ThreadPoolExecutor
) -> None:
    held = take(database, submit(database, clients[1]))

    def end_it() -> None:
        with database.writing() as session:
            end(session, listing)

    with examining(database, held, Finding.UNCERTAIN, "m"):
        ended = aside.submit(end_it)
        meet(database, ended)
    ended.result(10)
    assert review(database) is ReviewState.OPEN


def test_a_picture_that_another_shop_shows_as_its_listing_ends_opens_the_case_again(
    database: Database, clients: tuple[str, str], listing: str, aside: ThreadPoolExecutor
) -> None:
    held = take(database, submit(database, clients[1]))
    know_all_ways(database)
    with database.writing() as session:
        end(session, listing)
        examined = aside.submit(recognize, database, held)
        meet(database, examined)
    examined.result(10)
    assert review(database) is ReviewState.OPEN


def test_a_picture_declared_ai_that_another_shop_submits_at_the_same_moment_stays_in_the_queue(
    database: Database, clients: tuple[str, str], aside: ThreadPoolExecutor
) -> None:
    shop, other = clients
    examine(database, take(database, submit(database, shop, Declared.AI)), Finding.UNCERTAIN)
    set_shares(database)
    know_all_ways(database)
    again, theirs = submit(database, shop, Declared.AI), submit(database, other)
    held = take(database, theirs)
    with examining(database, take(database, again), Finding.UNCERTAIN, "m"):
        examined = aside.submit(recognize, database, held)
        meet(database, examined)
    examined.result(10)
    assert review(database) is ReviewState.OPEN


def test_a_picture_that_one_shop_declares_ai_as_another_declares_it_human_stays_in_the_queue(
    database: Database, clients: tuple[str, str], aside: ThreadPoolExecutor
) -> None:
    shop, other = clients
    ours, theirs = submit(database, shop), submit(database, other, Declared.AI)
    for one in (ours, theirs):
        examine(database, take(database, one), Finding.UNCERTAIN)
    set_shares(database)

    def declare_human() -> None:
        with database.writing() as session:
            declare(session, theirs, Declared.HUMAN)

    with database.writing() as session:
        declare(session, ours, Declared.AI)
        declared = aside.submit(declare_human)
        meet(database, declared)
    declared.result(10)
    assert review(database) is ReviewState.OPEN


def test_a_submission_that_ends_as_its_picture_is_judged_again_has_the_later_verdict(
    database: Database, clients: tuple[str, str], aside: ThreadPoolExecutor
) -> None:
    shop, other = clients
    examine(database, take(database, submit(database, shop)), Finding.UNCERTAIN)
    held, again = take(database, submit(database, other)), take(database, submit(database, shop))
    with examining(database, again, Finding.CLEAR, "m2"):
        recognized = aside.submit(recognize, database, held)
        meet(database, recognized)
    recognized.result(10)
    with database.reading() as session:
        current = session.get_one(Image, SHA256).verdict_id
        assert session.get_one(Submission, held.submission_id).verdict_id == current
