"""The queue: what is in it, in which order, and how much."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, update
from werkzeug.test import TestResponse

from api.review.desk import queue_page
from api.review.frame import filters
from core.clock import now
from core.vocabulary import FailureCode, Finding, Source, State
from store.desk import queue_filter, review_queue
from store.intake.submissions import SubmissionRequest
from store.tables.case_tables import Image
from store.tables.marketplace_tables import Listing
from tests.api.review.conftest import Desk
from tests.submissions import add_submission

Decide = Callable[..., TestResponse]


def shown(page: str) -> list[str]:
    """List the cases of a page, in order."""
    return re.findall(r'class="card" href="/review/cases/(\w{64})', page)


def test_flagged_and_uncertain_images_wait_riskiest_first(desk: Desk) -> None:
    low = desk.add_case(0.5, Finding.UNCERTAIN)
    high = desk.add_case(0.99)
    desk.add_case(0.1, Finding.CLEAR)
    middle = desk.add_case(0.7, Finding.UNCERTAIN)
    page = desk.as_person().get("/review").text
    assert shown(page) == [high, middle, low]


def test_one_image_in_many_listings_is_one_case(desk: Desk) -> None:
    sha256 = desk.add_case(0.95, submissions=40)
    page = desk.as_person().get("/review").text
    assert shown(page) == [sha256]
    assert "\N{MULTIPLICATION SIGN}40" in page


def test_the_counts_are_right(desk: Desk, decide: Decide) -> None:
    for score in (0.91, 0.92, 0.93, 0.94):
        last = desk.add_case(score)
    desk.add_case(0.1, Finding.CLEAR)
    visit = desk.as_person()
    decide(visit, last, "escalate")
    with desk.parts.database.writing() as session:
        failed = add_submission(
            session, desk.shop.client.id, SubmissionRequest(source=Source.API, image_url="http://x/")
        )
        failed.state, failed.failure_code = State.FAILED, FailureCode.CRASHED_WORKER
    page = visit.get("/review").text
    counts = dict(re.findall(r">(To review|Escalated|Failed|All images) <b>(\d+)</b>", page))
    assert counts == {"To review": "3", "Escalated": "1", "Failed": "1", "All images": "5"}
    assert shown(visit.get("/review?tab=escalated").text) == [last]
    assert len(shown(visit.get("/review?tab=all").text)) == 5
    failures = visit.get("/review/failures").text
    assert "crashed_worker" in failures
    assert "http://x/" in failures


def test_pages_follow_each_other_without_gap_or_repeat(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 3)
    known = {desk.add_case(0.5 + i / 100) for i in range(8)}
    # Two of one score, and two of one moment: the digest breaks the tie.
    known |= {desk.add_case(0.9, colour=(1, 1, 1)), desk.add_case(0.9, colour=(2, 2, 2))}
    with desk.parts.database.writing() as session:
        session.execute(update(Image).where(Image.risk > 0.56).values(created_at=now() - timedelta(days=1)))
    visit = desk.as_person()
    for sort in ("risk", "oldest", "newest", "doubt"):
        seen: list[str] = []
        path: str | None = f"/review?sort={sort}"
        while path:
            page = visit.get(path).text
            seen += shown(page)
            link = re.search(r'rel="next" data-key="next" href="([^"]+)"', page)
            path = link[1].replace("&amp;", "&") if link else None
        assert len(seen) == len(known), sort
        assert set(seen) == known, sort


def test_the_orders_are_what_they_say(desk: Desk) -> None:
    first, second, third = (desk.add_case(score) for score in (0.7, 0.85, 0.99))
    with desk.parts.database.writing() as session:
        for days, sha256 in enumerate((second, third, first)):
            at = now() - timedelta(days=days)
            session.execute(update(Image).where(Image.sha256 == sha256).values(created_at=at))
    visit = desk.as_person()
    assert shown(visit.get("/review?sort=risk").text) == [third, second, first]
    assert shown(visit.get("/review?sort=oldest").text) == [first, third, second]
    assert shown(visit.get("/review?sort=newest").text) == [second, third, first]
    # The lines are 0.35 and 0.9: what is nearest to either of them comes first.
    assert shown(visit.get("/review?sort=doubt").text) == [second, third, first]
    low = desk.add_case(0.36, Finding.UNCERTAIN)
    assert shown(visit.get("/review?sort=doubt").text) == [low, second, third, first]


def test_a_band_of_scores_is_about_the_model_and_not_about_the_place_in_the_queue(desk: Desk) -> None:
    sha256 = desk.add_case(0.2, risk=0.9)
    page = desk.as_person().get("/review?from_points=10&to_points=30").text
    assert shown(page) == [sha256]
    assert ">20 of 100</b>" in page
    assert shown(desk.as_person().get("/review?from_points=80").text) == []


def test_scores_in_filters_are_out_of_a_hundred_and_old_addresses_still_work(desk: Desk) -> None:
    desk.add_case(0.2, risk=0.9)
    near = desk.add_case(0.965)
    visit = desk.as_person()
    for query in ("from_points=96.5&to_points=97", "from=0.965&to=0.97", "from=0.9&from_points=96.5"):
        page = visit.get(f"/review?{query}").text
        assert shown(page) == [near], query
        assert re.findall(r"<i>Score from</i> <bdi>([^<]+)<", page) == ["96.5 of 100"]
        assert re.findall(r'name="from_points"[^>]*value="([^"]+)"', page) == ["96.5"]
        # What is linked from here counts as this version does.
        links = re.findall(r'class="card" href="[^"?]*\?([^"]*)"', page)
        assert [link.startswith("from_points=96.5") for link in links] == [True]
    # One of a hundred is hardly any score, and 1 in an old address the highest there is.
    assert len(shown(visit.get("/review?from_points=1").text)) == 2
    assert shown(visit.get("/review?from=1").text) == []


def test_filters_stand_in_the_address_and_narrow_the_queue(desk: Desk) -> None:
    flagged = desk.add_case(0.95, listing_id="L1", source=Source.MARKETPLACE)
    doubted = desk.add_case(0.6, Finding.UNCERTAIN, listing_id="L2")
    visit = desk.as_person()
    client = desk.shop.client.id
    with desk.parts.database.writing() as session:
        session.add(Listing(client_id=client, listing_id="L1", seller="Fox & Owl"))
        session.add(Listing(client_id=client, listing_id="L2", seller="Somebody else"))
    for query, cases in {
        "finding=uncertain": [doubted],
        "finding=flagged": [flagged],
        "source=marketplace": [flagged],
        "listing=L2": [doubted],
        "listing=L2&source=marketplace": [],
        f"client={client}": [flagged, doubted],
        "client=" + "0" * 32: [],
        "seller=Fox+%26+Owl": [flagged],
        "seller=Fox+%26+Owl&source=api": [],
        "seller=nobody": [],
        "from_points=90": [flagged],
        "from_points=50&to_points=70": [doubted],
        "finding=nonsense&from_points=nan&to_points=x&from=0.9&sort=%00&after=~~": [flagged, doubted],
    }.items():
        page = visit.get(f"/review?{query}").text
        assert shown(page) == cases, query


def test_a_great_sellers_cases_are_those_that_a_small_ones_would_be(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = desk.as_person()
    cases = [desk.add_case(0.9 + i / 100, listing_id=f"L{i}", source=Source.MARKETPLACE) for i in range(4)]
    desk.add_case(0.97)
    with desk.parts.database.writing() as session:
        for i, seller in enumerate(("Fox", "Owl", "Fox", "Fox")):
            session.add(Listing(client_id=desk.shop.client.id, listing_id=f"L{i}", seller=seller))
    for great, giant in ((1000, 1000), (2, 1000), (0, 1000), (0, 2), (0, 0)):
        monkeypatch.setattr(queue_filter, "GREAT_SELLER", great)
        monkeypatch.setattr(queue_filter, "GIANT_SELLER", giant)
        assert shown(visit.get("/review?seller=Fox").text) == [cases[3], cases[2], cases[0]]
        assert shown(visit.get("/review?seller=Owl&source=marketplace").text) == [cases[1]]
        assert shown(visit.get("/review?seller=Fox&source=api").text) == []


def test_the_queue_asks_the_database_the_same_number_of_times(desk: Desk) -> None:
    visit = desk.as_person()
    visit.get("/review")  # what is asked for once, the first time
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(desk.parts.database.engine, "before_cursor_execute", note)
    counts = []
    for cases in (1, 12):
        for i in range(cases):
            desk.add_case(0.5 + cases / 100 + i / 1000, submissions=2)
        asked.clear()
        visit.get("/review")
        counts.append(len(asked))
    event.remove(desk.parts.database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 11


def test_a_long_queue_says_that_there_are_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(4):
        desk.add_case(0.9 + i / 100)
    for place in (review_queue, filters):
        monkeypatch.setattr(place, "COUNT_LIMIT", 3)
    page = desk.as_person().get("/review").text
    counts = dict(re.findall(r">(To review|Escalated|Failed|All images) <b>([^<]+)</b>", page))
    assert counts == {"To review": "3+", "Escalated": "0", "Failed": "0", "All images": "3+"}


def test_an_empty_queue_says_so(desk: Desk) -> None:
    assert "Nothing to review" in desk.as_person().get("/review").text
