"""What opens and what closes a case at the same moment: no case is lost from the queue."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.declarations import Declared
from core.vocabulary import Finding, Judgement, Source, State
from store.base.database import Database
from store.base.locking import lock_row
from store.bytes.image_facts import ImageFacts
from store.intake.claim_ends import finish_examined
from store.intake.declared_queue import FIRST, apply_declarations
from store.market.listing_declarations import redeclare
from store.market.listing_ends import delete_listing, restore_listing
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.verdicts.images import record_verdict
from tests.clients import make_client
from tests.services import postgresql_alone
from tests.store.races import SHA256, examine, examining, judging_again, meet, recognize, submit, take

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


def test_a_listing_that_changes_its_declaration_and_a_new_verdict_do_not_wait_for_each_other(
    database: Database, listing: str, aside: ThreadPoolExecutor
) -> None:
    with database.writing() as session:
        session.execute(update(Submission).values(source=Source.MARKETPLACE))

    def redeclare_it() -> None:
        with database.writing() as session:
            redeclare(session, session.get_one(Listing, listing), Declared.HUMAN, at=now())

    with judging_again(database, Finding.FLAGGED, "m2"):
        redeclared = aside.submit(redeclare_it)
        meet(database, redeclared)
    redeclared.result(10)
    with database.reading() as session:
        assert session.scalars(select(Submission.declared)).all() == [Declared.HUMAN]
        assert session.get_one(Image, SHA256).risk >= FIRST


def test_a_listing_that_changes_its_declaration_waits_for_an_examination_of_its_own(
    database: Database, listing: str, aside: ThreadPoolExecutor
) -> None:
    """It locks no picture first for which the examination then waits."""
    with database.reading() as session:
        shop = session.get_one(Listing, listing).client_id
    held = take(database, submit(database, shop, listing_id=LISTING))
    know_all_ways(database)
    with database.writing() as session:
        session.execute(update(Submission).values(source=Source.MARKETPLACE))

    def redeclare_it() -> None:
        with database.writing() as session:
            redeclare(session, session.get_one(Listing, listing), Declared.HUMAN, at=now())

    with database.writing() as session:
        session.execute(update(Submission).where(Submission.id == held.submission_id).values(tries=1))
        redeclared = aside.submit(redeclare_it)
        meet(database, redeclared)
        verdict_id = session.get_one(Image, SHA256).verdict_id or ""
        finish_examined(session, held, image_sha256=SHA256, verdict_id=verdict_id, at=now())
    redeclared.result(10)
    with database.reading() as session:
        assert session.scalars(select(Submission.declared)).all() == [Declared.HUMAN, Declared.HUMAN]


def test_a_listing_comes_back_as_someone_locks_its_pictures_in_their_order(
    database: Database, clients: tuple[str, str], aside: ThreadPoolExecutor
) -> None:
    first, second = "a" * 64, "b" * 64
    with database.writing() as session:
        row = Listing(client_id=clients[0], listing_id=LISTING, updated_at=now())
        session.add(row)
        for sha256 in (second, first):  # an update without order would begin with the second
            record_verdict(
                session,
                ImageFacts(sha256, 24, 16, "png", 99),
                score=0.5,
                model="m",
                judgement=Judgement(Finding.UNCERTAIN, None, "p", ()),
                evidence=(),
            )
            one = Submission(client_id=clients[0], source=Source.MARKETPLACE, listing_id=LISTING)
            one.image_url, one.state, one.image_sha256 = "https://a.example/1", State.EXAMINED, sha256
            session.add(one)
        session.flush()
        listing = row.id
        end(session, listing)

    def restore() -> None:
        with database.writing() as session:
            restore_listing(session, clients[0], session.get_one(Listing, listing))

    with database.writing() as session:
        lock_row(session, Image, first)
        restored = aside.submit(restore)
        meet(database, restored)
        lock_row(session, Image, second)
    restored.result(10)
    with database.reading() as session:
        assert session.scalars(select(Image.review)).all() == [ReviewState.OPEN, ReviewState.OPEN]


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
