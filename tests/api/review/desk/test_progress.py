"""Knowing where one is: place, progress, what comes next, what is new, and filters that are kept."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from api.review.desk import fresh_page
from api.review.frame import preferences
from core.clock import now
from core.vocabulary import Finding
from store.tables.case_tables import Decision, Image
from store.tables.marketplace_tables import Listing
from store.tables.people_tables import Moderator
from tests.api.review.conftest import Desk

Decide = Callable[..., TestResponse]


def place(page: str) -> str:
    found = re.search(r'class="where"><b>([^<]*)</b>', page)
    assert found
    return found[1]


def strip(page: str) -> list[str]:
    """The cases that the strip below the picture names, in order."""
    return re.findall(r"/review/cases/(\w{64})", page.partition('class="strip"')[2].partition("</nav>")[0])


@pytest.mark.parametrize(
    ("sort", "order"), [("risk", [2, 1, 0]), ("oldest", [0, 1, 2]), ("newest", [2, 1, 0])]
)
def test_a_case_says_its_place_and_what_comes_next_in_each_order(
    desk: Desk, sort: str, order: list[int]
) -> None:
    cases = [desk.add_case(0.91 + i / 100) for i in range(3)]
    with desk.parts.database.writing() as session:
        for days, sha256 in enumerate(reversed(cases)):
            at = now() - timedelta(days=days)
            session.execute(update(Image).where(Image.sha256 == sha256).values(created_at=at))
    visit = desk.as_person()
    for number, index in enumerate(order):
        page = visit.get(f"/review/cases/{cases[index]}?sort={sort}").text
        assert place(page) == f"{number + 1} of 3"
        assert strip(page)[: 2 - number] == [cases[i] for i in order[number + 1 :]]


def test_a_case_that_a_tab_no_longer_has_has_no_place_in_it(desk: Desk, decide: Decide) -> None:
    cases, visit = [desk.add_case(0.9 + i / 100) for i in range(3)], desk.as_person()
    decide(visit, cases[0], "human")
    address = f"/review/cases/{cases[0]}"
    assert place(visit.get(address).text) == "2 to go"
    assert place(visit.get(f"{address}?tab=all").text) == "3 of 3"
    assert place(visit.get(f"/review/cases/{cases[1]}").text) == "2 of 2"


def test_what_was_decided_today_is_counted_without_what_was_undone(desk: Desk, decide: Decide) -> None:
    cases, visit = [desk.add_case(0.9 + i / 100) for i in range(4)], desk.as_person()
    for sha256 in cases[:3]:
        decide(visit, sha256, "human")
    decide(desk.as_person("kaede@example.com"), cases[3], "human")
    assert "3 decided today" in visit.get("/review").text
    assert "3 decided today" in visit.get(f"/review/cases/{cases[0]}").text
    with desk.parts.database.writing() as session:
        mine = session.query(Decision).filter_by(image_sha256=cases[0]).one()
        mine.created_at = now() - timedelta(days=2)
        last = session.query(Decision).filter_by(image_sha256=cases[2]).one().id
    visit.send(f"/review/decisions/{last}/undo")
    assert "1 decided today" in visit.get("/review").text


def test_filters_are_chips_that_can_be_taken_away(desk: Desk) -> None:
    desk.add_case(0.95, listing_id="L1")
    with desk.parts.database.writing() as session:
        session.add(Listing(client_id=desk.shop.client.id, listing_id="L1", seller="Fox & Owl"))
    page = desk.as_person().get("/review?finding=flagged&seller=Fox+%26+Owl&from_points=50").text
    chips = re.findall(r"<i>([^<]+)</i> <bdi>([^<]+)</bdi></span><a href=\"([^\"]+)\"", page)
    assert [(name, value) for name, value, _ in chips] == [
        ("Finding", "Flagged"),
        ("Seller", "Fox &amp; Owl"),
        ("Score from", "50 of 100"),
    ]
    assert chips[0][2] == "/review?seller=Fox+%26+Owl&amp;from_points=50"
    assert "1 case matches." in page


def test_filters_are_saved_by_name_and_kept_when_preferences_change(desk: Desk) -> None:
    visit = desk.as_person()
    saved = visit.send("/review/filters?finding=uncertain&days=3", name="  Old   doubts ")
    assert saved.location == "/review?finding=uncertain&days=3"
    page = visit.get("/review").text
    assert 'href="/review?finding=uncertain&amp;days=3"' in page
    assert "Old doubts" in page
    assert "Delete “Old doubts”" in visit.get("/review?finding=uncertain&days=3").text
    visit.send("/account/desk", view="list", remind="30")
    assert "Old doubts" in visit.get("/review").text
    assert "Old doubts" not in desk.as_person("kaede@example.com").get("/review").text
    visit.send("/review/filters/delete?finding=uncertain&days=3", name="Old doubts")
    assert "Old doubts" not in visit.get("/review").text


def test_filters_that_were_saved_from_0_to_1_are_found_again(desk: Desk) -> None:
    case, visit = desk.add_case(0.95), desk.as_person()
    with desk.parts.database.writing() as session:
        before = {"saved": {"Sure": "finding=flagged&from=0.9"}}
        session.execute(update(Moderator).values(preferences=before))
    link = "/review?finding=flagged&from_points=90"
    assert f'href="{link.replace("&", "&amp;")}"' in visit.get("/review").text
    page = visit.get(link).text
    assert case in page
    assert "Delete “Sure”" in page
    visit.send(f"/review/filters/delete?{link.partition('?')[2]}", name="Sure")
    assert "Sure" not in visit.get("/review").text


def test_a_filter_needs_a_name_and_there_are_not_too_many(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = desk.as_person()
    assert visit.send("/review/filters?finding=clear", name=" ").status_code == 400
    monkeypatch.setattr("api.review.desk.queue_filters.MOST_SAVED", 1)
    assert visit.send("/review/filters?finding=clear", name="<b>a").status_code == 303
    assert visit.send("/review/filters?finding=flagged", name="b").status_code == 400
    assert visit.send("/review/filters?finding=flagged", name="<b>a").status_code == 303
    page = visit.get("/review").text
    assert "&lt;b&gt;a" in page
    assert "<b>a" not in page
    assert preferences.read_preferences({"saved": [1, 2]}).saved == {}


def test_an_open_queue_is_told_of_new_cases_as_they_come(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_page, "LULL", 0.0)
    desk.add_case(0.95)
    visit, since = desk.as_person(), now().isoformat()
    answers: list[dict[str, int]] = []

    def ask() -> None:
        answers.append(visit.client.get("/review/fresh", query_string={"since": since}).json or {})

    waiting = threading.Thread(target=ask)
    waiting.start()
    listener = desk.parts.listener
    while not listener.is_waiting():
        waiting.join(0.01)
    desk.add_case(0.2, Finding.CLEAR)
    listener.hear("some submission")
    desk.add_case(0.96)
    desk.add_case(0.6, Finding.UNCERTAIN)
    while waiting.is_alive():
        listener.hear("some submission")
        waiting.join(0.01)
    assert answers[0]["count"] in {1, 2}
    ask_with = {"since": since, "finding": "flagged"}
    assert visit.client.get("/review/fresh", query_string=ask_with).json == {"count": 1, "again": 0}


def test_who_finds_no_place_to_wait_is_told_to_come_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = desk.as_person()
    monkeypatch.setattr(fresh_page, "WAIT", 0.0)
    since = {"since": now().isoformat()}
    assert visit.client.get("/review/fresh", query_string=since).json == {"count": 0, "again": 0}
    monkeypatch.setattr(fresh_page.FreshRoom, "wait", lambda *_: None)
    assert visit.client.get("/review/fresh", query_string=since).json == {"count": 0, "again": 60}
    for bad in ("", "yesterday", "2026-01-01"):
        assert visit.client.get("/review/fresh", query_string={"since": bad}).json == {
            "count": 0,
            "again": 60,
        }
