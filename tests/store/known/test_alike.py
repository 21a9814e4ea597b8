"""Decided pictures of the same look are found, the nearest first, and only once a decision is reported."""

from datetime import timedelta

import pytest

from core.clock import now
from core.vocabulary import Outcome, PictureLook
from store.base.database import Database
from store.base.hash_column import count_differing
from store.bytes.blobs import FolderBlobs
from store.known import alike
from store.known.alike import alike_images
from store.retention.erasure import erase_image
from store.retention.purge import purge_expired
from store.tables.case_tables import Image
from tests.store.known import pictures
from tests.store.known.pictures import BASE, rule, turned


def add(database: Database, digits: str, kind: str = "net-1") -> str:
    return pictures.add(database, look=PictureLook(kind, digits))


def found(database: Database, sha256: str, limit: int = 3) -> list[tuple[str, int]]:
    """The pictures found, and by how many bits they differ."""
    with database.reading() as session:
        own = session.get_one(Image, sha256)
        return [
            (one.sha256, count_differing(one.look or "", own.look or ""))
            for one in alike_images(session, own, limit=limit)
        ]


def test_the_most_alike_that_were_decided_come_nearest_first(database: Database) -> None:
    own = add(database, turned(0))
    far, near, middle = (add(database, turned(count)) for count in (90, 20, 60))
    for sha256, outcome in ((far, Outcome.AI), (near, Outcome.HUMAN), (middle, Outcome.ASSISTED)):
        rule(database, sha256, outcome)
    assert found(database, own) == [(near, 20), (middle, 60), (far, 90)]
    assert found(database, own, limit=1) == [(near, 20)]


@pytest.mark.parametrize("outcome", [None, Outcome.ESCALATE])
def test_what_no_one_has_ruled_on_is_not_found(database: Database, outcome: Outcome | None) -> None:
    own, other = add(database, turned(0)), add(database, turned(10))
    if outcome is not None:
        rule(database, other, outcome)
    assert found(database, own) == []


def test_a_decision_that_can_still_be_undone_is_not_shown(database: Database) -> None:
    own, other = add(database, turned(0)), add(database, turned(10))
    rule(database, other, Outcome.AI, is_reported=False)
    assert found(database, own) == []


def test_looks_of_different_kinds_and_unlike_pictures_are_not_compared(database: Database) -> None:
    own = add(database, turned(0))
    rule(database, add(database, turned(5), kind="net-2"), Outcome.AI)
    rule(database, add(database, turned(101)), Outcome.AI)
    assert found(database, own) == []


def test_among_many_a_shared_word_finds_an_old_decision(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = add(database, turned(0))
    shares = add(database, f"{BASE ^ ((1 << 48) - 1):064x}")  # differs in three words only
    rule(database, shares, Outcome.AI)
    unlike = add(database, f"{BASE ^ sum(1 << (16 * place) for place in range(16)):064x}")  # in all
    rule(database, unlike, Outcome.AI)
    assert [sha256 for sha256, _ in found(database, own)] == [unlike, shares]
    monkeypatch.setattr(alike, "NEWEST", 0)
    assert found(database, own) == [(shares, 48)]


def test_a_purged_or_erased_picture_is_not_found_any_more(database: Database, blobs: FolderBlobs) -> None:
    own, purged, erased = (add(database, turned(count)) for count in (0, 10, 20))
    for sha256 in (purged, erased):
        rule(database, sha256, Outcome.AI)
    erase_image(database, blobs, erased)
    assert found(database, own) == [(purged, 10)]
    purge_expired(database, blobs, at=now() + timedelta(days=9), retention=timedelta(days=1))
    assert found(database, own) == []
