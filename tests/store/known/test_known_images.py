"""Look-alikes are found among many, exactly those within 31 bits, and only where a hash can tell."""

import pytest
from sqlalchemy import insert

from core.clock import now
from core.known.known_image import PictureHash
from core.vocabulary import Label, Outcome
from store.base.database import Database
from store.base.hash_column import count_differing
from store.desk.decisions import StaleCaseError, undo
from store.known.known_images import find_known, near_images, word_columns
from store.tables.known_tables import HashList, ListedHash
from store.tables.people_tables import Moderator
from tests.reporting import report
from tests.store.known import pictures
from tests.store.known.pictures import BASE, rule, turned


def add(database: Database, digits: str, quality: int = 100) -> str:
    return pictures.add(database, picture_hash=PictureHash(digits, quality))


def known(database: Database, digits: str, quality: int = 100) -> list[tuple[Label | None, int, bool]]:
    with database.reading() as session:
        found = find_known(session, PictureHash(digits, quality), but="0" * 64)
    return [(one.label, one.distance, one.case is None) for one in found]


def test_a_hash_comes_back_as_it_was_written(database: Database) -> None:
    sha256, other = add(database, turned(3)), add(database, turned(5, seed=2))
    with database.reading() as session:
        near = near_images(session, sha256)
    assert [(one.image.sha256, one.distance) for one in near] == [
        (other, count_differing(turned(3), turned(5, seed=2)))
    ]


@pytest.mark.parametrize("bits", [0, 1, 16, 31])
def test_what_is_near_is_found_however_its_bits_are_spread(database: Database, bits: int) -> None:
    hashes = {turned(bits, seed) for seed in range(3)}
    for digits in hashes:
        rule(database, add(database, digits), Outcome.AI)
    assert known(database, f"{BASE:064x}") == [(Label.AI, bits, False)] * len(hashes)


def test_what_is_not_near_undecided_escalated_or_flat_is_not_known(database: Database) -> None:
    rule(database, add(database, turned(32)), Outcome.AI)
    add(database, turned(2))
    rule(database, add(database, turned(4)), Outcome.ESCALATE)
    rule(database, add(database, turned(6), quality=49), Outcome.AI)
    assert known(database, f"{BASE:064x}") == []
    rule(database, add(database, turned(8), quality=50), Outcome.HUMAN)
    assert known(database, f"{BASE:064x}") == [(Label.HUMAN, 8, False)]
    assert known(database, f"{BASE:064x}", quality=49) == []


def test_a_decision_is_known_once_it_cannot_be_undone_and_until_it_is_replaced(database: Database) -> None:
    sha256 = add(database, turned(5))
    decision_id = rule(database, sha256, Outcome.HUMAN, is_reported=False)
    with database.reading() as session:
        (near,) = near_images(session, add(database, turned(6)))
        assert near.image.reported is None
    assert known(database, f"{BASE:064x}") == []
    report(database)
    assert known(database, f"{BASE:064x}") == [(Label.HUMAN, 5, False)]
    with database.writing() as session, pytest.raises(StaleCaseError):
        undo(session, decision_id, moderator_id=session.query(Moderator).one().id, at=now())
    rule(database, sha256, Outcome.ESCALATE)
    assert known(database, f"{BASE:064x}") == []


def test_lists_come_after_decisions_and_bear_their_name(database: Database) -> None:
    rule(database, add(database, turned(20)), Outcome.HUMAN)
    with database.writing() as session:
        source = HashList(name="Partner", count=1)
        session.add(source)
        session.flush()
        row = {"list_id": source.id, "hash": turned(2), "label": Label.AI, **word_columns(turned(2))}
        session.execute(insert(ListedHash).values(row))
    assert known(database, f"{BASE:064x}") == [(Label.HUMAN, 20, False), (Label.AI, 2, True)]
