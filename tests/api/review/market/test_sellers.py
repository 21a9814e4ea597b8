"""A seller's page, and strikes: counted for people, told to the client, and never acted on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.app import create_app
from core.clock import now
from core.declarations import Declared
from core.market.strike_rules import Measure, StrikeRules, next_measure
from core.operations.measuring import measure_alone
from core.vocabulary import EventKind, Finding, Role
from store.appeals.appeals import add_appeal
from store.market.strikes import forget_strikes, settle_strikes
from store.outbox.client_events import event_json, find_event
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent, Listing
from store.tables.seller_tables import Strike
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk
from tests.reporting import report

Decide = Callable[..., TestResponse]
SELLER = "aiko & co"
PAGE = "/review/sellers?client={}&seller=aiko+%26+co"


def offer(
    desk: Desk, listing: str, score: float, finding: Finding = Finding.FLAGGED, *, declared: str = "human"
) -> str:
    """Put a picture of a listing of the seller's on the desk; give its SHA-256."""
    with desk.parts.database.writing() as session:
        query = select(Listing).where(Listing.client_id == desk.shop.client.id, Listing.listing_id == listing)
        if session.scalar(query) is None:
            session.add(
                Listing(
                    client_id=desk.shop.client.id,
                    listing_id=listing,
                    title=f"Listing {listing}",
                    seller=SELLER,
                    declared=Declared(declared),
                )
            )
    return desk.add_case(
        score, finding, listing_id=listing, title=f"Picture {score}", declared=Declared(declared)
    )


def page_of(desk: Desk, query: str = "") -> str:
    answer = desk.as_person().get(PAGE.format(desk.shop.client.id) + query)
    assert answer.status_code == 200
    return answer.text


def strikes(desk: Desk) -> list[Strike]:
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(Strike).order_by(Strike.id)))


def told(desk: Desk, kind: EventKind) -> list[dict[str, Any] | None]:
    with desk.parts.database.reading() as session:
        ids = session.scalars(select(ClientEvent.id).where(ClientEvent.kind == kind).order_by(ClientEvent.id))
        return [event_json(event)["data"]["seller"] for one in ids if (event := find_event(session, one))]


def test_a_sellers_page_shows_what_a_moderator_judges_by(desk: Desk, decide: Decide) -> None:
    ai, human = offer(desk, "L1", 0.97), offer(desk, "L1", 0.95)
    offer(desk, "L2", 0.5, Finding.UNCERTAIN)
    offer(desk, "L3", 0.05, Finding.CLEAR, declared="ai")
    visit = desk.as_person()
    decide(visit, ai, "ai")
    decide(visit, human, "human")
    page = page_of(desk)
    for text in (
        "aiko &amp; co",
        "in 3 listings",
        "1 human, 1 AI, 0 AI-assisted",
        "50.0% <small>9.5% to 90.5%, 95% interval",
        "of 3 declared human",
        "Listing L1",
        "Picture 0.97",
        "Declared against found",
    ):
        assert text in page, text
    assert page.count('class="cell"') == 4
    assert page_of(desk, "&show=review").count('class="cell"') == 1
    assert page_of(desk, "&show=ai").count('class="cell"') == 1
    assert desk.as_person().get("/review/sellers?client=x&seller=y").status_code == 404


@pytest.mark.slow
def test_an_answer_is_counted_by_what_it_made_of_the_decision(desk: Desk, decide: Decide) -> None:
    visit, lead = desk.as_person(), desk.as_person("lead@example.com", Role.LEAD)
    for number, (answers, figures) in enumerate(
        [
            (["ai"], "1 upheld, 0 changed, 0 overturned"),
            (["assisted"], "1 upheld, 1 changed, 0 overturned"),
            (["human"], "1 upheld, 1 changed, 1 overturned"),
            (["escalate", "ai"], "2 upheld, 1 changed, 1 overturned"),
        ]
    ):
        sha256 = offer(desk, f"L{number}", 0.97 - number / 100)
        decide(visit, sha256, "ai")
        report(desk.parts.database)
        with desk.parts.database.writing() as session:
            row = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).one()
            add_appeal(session, row, reason="Mine.")
        for answer in answers:
            who = desk.as_person("ren@example.com") if answer == "escalate" else lead
            assert decide(who, sha256, answer).status_code == 303
        report(desk.parts.database)
        assert figures in page_of(desk)


def test_a_page_asks_the_database_as_often_for_many_pictures_as_for_few(
    desk: Desk, count_queries: Callable[[], int]
) -> None:
    offer(desk, "L1", 0.97)
    page_of(desk)
    count_queries()
    page_of(desk)
    few = count_queries()
    for number in range(12):
        offer(desk, f"M{number % 4}", 0.9 + number / 1000)
    count_queries()
    page_of(desk)
    assert count_queries() == few


@pytest.mark.slow
def test_a_picture_declared_human_and_decided_ai_gives_one_strike_and_is_told(
    desk: Desk, decide: Decide
) -> None:
    sha256, other = offer(desk, "L1", 0.97), offer(desk, "L2", 0.96, declared="ai")
    desk.add_case(0.94)
    visit = desk.as_person()
    decide(visit, sha256, "ai")
    decide(visit, other, "ai")
    assert strikes(desk) == []  # it can still be undone
    report(desk.parts.database)
    (strike,) = strikes(desk)
    assert (strike.seller, strike.image_sha256, strike.listing_id) == (SELLER, sha256, "L1")
    assert strike.expires_at - strike.created_at == timedelta(days=180)
    standing = {"name": SELLER, "strikes": 1, "strike_limit": 3, "next_measure": "warning"}
    assert told(desk, EventKind.DECISION_MADE) == [standing, standing]
    page = page_of(desk)
    assert "1 of 3" in page
    assert "Suggested to Shop: <b>a warning</b>" in page
    decide(desk.as_person("ren@example.com"), sha256, "escalate")
    report(desk.parts.database)
    assert told(desk, EventKind.DECISION_WITHDRAWN) == [{**standing, "strikes": 0, "next_measure": "none"}]
    assert strikes(desk)[0].withdrawn_at
    assert "No strikes." in page_of(desk)
    decide(desk.as_person("lea@example.com", Role.LEAD), sha256, "ai")
    report(desk.parts.database)
    assert [bool(one.withdrawn_at) for one in strikes(desk)] == [True, False]


def test_a_strike_expires_and_is_deleted_in_the_end(desk: Desk, decide: Decide) -> None:
    decide(desk.as_person(), offer(desk, "L1", 0.97), "ai")
    report(desk.parts.database)
    with desk.parts.database.writing() as session:
        session.execute(update(Strike).values(expires_at=now() - timedelta(days=1)))
    assert "No strikes." in page_of(desk)
    with desk.parts.database.writing() as session:
        assert forget_strikes(session, now() - timedelta(days=2)) == 0
        assert forget_strikes(session, now()) == 1


@pytest.mark.parametrize(
    ("count", "limit", "measure"),
    [
        (0, 3, Measure.NONE),
        (1, 3, Measure.WARNING),
        (2, 3, Measure.LAST_WARNING),
        (3, 3, Measure.ACCOUNT_REVIEW),
        (9, 3, Measure.ACCOUNT_REVIEW),
        (1, 1, Measure.ACCOUNT_REVIEW),
        (5, 0, Measure.NONE),
    ],
)
def test_strikes_suggest_a_measure(count: int, limit: int, measure: Measure) -> None:
    assert next_measure(count, StrikeRules(limit)) is measure


def test_a_server_that_keeps_no_strikes_says_so(desk: Desk, decide: Decide) -> None:
    sha256 = offer(desk, "L1", 0.97)
    decide(desk.as_person(), sha256, "ai")
    with desk.parts.database.writing() as session:
        assert settle_strikes(session, {sha256: None}, StrikeRules(0), at=now()) == {}
    assert strikes(desk) == []
    parts = replace(desk.parts, strikes=StrikeRules(0), measuring=measure_alone())
    without = Desk(create_app(parts), parts, desk.shop, desk.people)
    assert "This server keeps no strikes." in page_of(without)


def test_a_client_that_pulls_events_has_no_strikes_kept_where_the_server_keeps_none(
    desk: Desk, decide: Decide
) -> None:
    sha256 = offer(desk, "L1", 0.97)
    decide(desk.as_person(), sha256, "ai")
    with desk.parts.database.writing() as session:
        session.execute(update(Image).values(report_due_at=now()))
    client = create_app(replace(desk.parts, strikes=StrikeRules(0), measuring=measure_alone())).test_client()
    answer = client.get("/v1/events", headers={"Authorization": f"Bearer {desk.shop.api_key}"})
    events = [one for one in answer.get_json()["events"] if one["type"] == EventKind.DECISION_MADE]
    assert [one["data"]["seller"] for one in events] == [None]
    assert strikes(desk) == []
