"""The order by near copies: the sweeper counts them, and the largest family comes first."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, select, update
from werkzeug.test import TestResponse

from api.review.desk import queue_page
from core.known.known_image import PictureHash
from core.vocabulary import Finding
from store.known import near_families
from store.known.known_images import bits_apart
from store.tables.case_tables import Image
from store.tables.known_tables import ImageHash
from tests.api.review.conftest import Desk
from tests.api.review.desk.test_queue import shown
from worker.known.near_counts import NearCounts

Decide = Callable[..., TestResponse]
FOX, OWL, CAT = "0" * 64, "f" * 64, "0f" * 32


def near(hash_: str, bits: int) -> PictureHash:
    """A hash that differs from another by so many bits."""
    return PictureHash(f"{int(hash_, 16) ^ ((1 << bits) - 1):064x}", 100)


def _counts(desk: Desk) -> dict[str, int]:
    with desk.parts.database.reading() as session:
        return {
            row.sha256: row.near_waiting for row in session.execute(select(Image.sha256, Image.near_waiting))
        }


@pytest.mark.slow
def test_the_largest_family_of_near_copies_comes_first(desk: Desk, decide: Decide) -> None:
    alone = desk.add_case(0.99, picture_hash=PictureHash(CAT, 100))
    plain = desk.add_case(0.98)
    owls = [desk.add_case(0.96 - n / 100, picture_hash=near(OWL, n)) for n in range(2)]
    foxes = [desk.add_case(0.93 - n / 100, picture_hash=near(FOX, 10 * n)) for n in range(3)]
    # Too few edges to tell, and clear: neither is anyone's copy.
    blurred = desk.add_case(0.5, Finding.UNCERTAIN, picture_hash=PictureHash(FOX, 10))
    desk.add_case(0.1, Finding.CLEAR, picture_hash=near(FOX, 1))
    NearCounts(desk.parts.database)()
    visit = desk.as_person()
    assert shown(visit.get("/review?sort=copies").text) == [*foxes, *owls, alone, plain, blurred]
    assert "2 similar pictures" in visit.get("/review?sort=copies").text
    assert "similar picture" not in visit.get("/review").text.partition("data-list")[2]
    # The next case is the next of this order, whatever was decided; the count follows later.
    assert foxes[1] in decide(visit, foxes[0], "human", query="?sort=copies").location
    decide(visit, foxes[1], "human")
    assert _counts(desk)[foxes[2]] == 2
    NearCounts(desk.parts.database)()
    assert _counts(desk)[foxes[2]] == 0
    assert shown(visit.get("/review?sort=copies").text)[:2] == owls


def test_a_case_joins_the_family_of_what_came_before(desk: Desk) -> None:
    first = desk.add_case(0.9, picture_hash=PictureHash(FOX, 100))
    counts = NearCounts(desk.parts.database)
    counts()
    assert _counts(desk) == {first: 0}
    second = desk.add_case(0.91, picture_hash=near(FOX, 31))
    third = desk.add_case(0.92, picture_hash=near(FOX, 32))
    counts()  # the last count is young, so there is none now
    assert set(_counts(desk).values()) == {0}
    with desk.parts.database.reading() as session:
        families = dict(session.execute(select(Image.sha256, Image.near_family)).all())
    assert families[second] == first
    # Near the second, and so of the family, although the first differs by one bit too many.
    assert families[third] == first
    NearCounts(desk.parts.database)()
    assert _counts(desk) == dict.fromkeys((first, second, third), 2)


def test_no_one_who_decides_waits_for_a_search_among_all_hashes(
    desk: Desk, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    foxes = sorted(desk.add_case(0.9 + n / 100, picture_hash=near(FOX, n)) for n in range(2))
    visit = desk.as_person()

    def search_while_somebody_decides(table: type[ImageHash]) -> ColumnElement[int]:
        if not decided:
            decided.append(decide(visit, foxes[0], "human").status_code)
        return bits_apart(table)

    decided: list[int] = []
    with desk.parts.database.writing() as session:
        session.execute(update(Image).where(Image.sha256 == foxes[0]).values(near_family=foxes[0]))
    monkeypatch.setattr(near_families, "bits_apart", search_while_somebody_decides)
    NearCounts(desk.parts.database)()
    assert decided == [303]
    with desk.parts.database.reading() as session:
        assert session.get_one(Image, foxes[1]).near_family == foxes[0]


def test_pages_of_the_order_follow_each_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 2)
    monkeypatch.setattr(near_families, "COUNTED", 3)
    known = {desk.add_case(0.9 + n / 100, picture_hash=near((FOX, OWL)[n % 2], n)) for n in range(7)}
    for _ in range(3):  # no more than so many counts are written at once
        NearCounts(desk.parts.database)()
    visit, seen, path = desk.as_person(), [], "/review?sort=copies"
    while path:
        page = visit.get(path).text
        seen += shown(page)
        link = re.search(r'rel="next" data-key="next" href="([^"]+)"', page)
        path = link[1].replace("&amp;", "&") if link else ""
    assert len(seen) == 7
    assert set(seen) == known
    counts = _counts(desk)
    assert [counts[one] for one in seen] == [3, 3, 3, 3, 2, 2, 2]
