"""Cases with a known answer and second looks: blind while one decides, told afterwards, and harmless."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import EventKind, Outcome, Role
from store.desk.queue_filter import Tab
from store.quality.check_giving import draw
from store.quality.quality import Rates
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.client_tables import Client
from store.tables.marketplace_tables import ClientEvent
from store.tables.quality_tables import Check, CheckKind
from store.tables.review_states import ReviewState
from store.tables.review_tables import Event
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk, Visit, hidden
from tests.api.review.desk.test_case_context import NEAR, offer
from tests.api.review.desk.test_progress import place

Decide = Callable[..., TestResponse]
CASE = re.compile(r"/review/cases/(\w{64})")


def _set_rates(lead: Visit, golden: str, second: str) -> None:
    assert lead.send("/admin/quality", golden=golden, second=second).status_code == 303


def _golden(desk: Desk, lead: Visit, decide: Decide, score: float = 0.93, answer: str = "human") -> str:
    sha256 = desk.add_case(score)
    decide(lead, sha256, answer)
    made = lead.send(f"/admin/quality/golden/{sha256}", outcome=answer, note="Look at the hands.")
    assert made.status_code == 303, made.text
    return sha256


def _give(desk: Desk, kind: CheckKind, visit: Visit, email: str, wanted: str) -> str:
    """Go on from open cases until the wanted check comes next; give the case it came after."""
    rates = Rates(0.5, 0.0) if kind is CheckKind.GOLDEN else Rates(0.0, 0.5)
    for index in range(40):
        before = desk.add_case(0.91, colour=(index, 77, 200))
        if draw(desk.people[email], before, rates) is kind:
            page = visit.open(f"/review/cases/{before}").text
            assert f"/review/cases/{wanted}" in page
            return before
    raise AssertionError("no case is followed by a check")


def _counts(desk: Desk) -> tuple[int, int]:
    with desk.parts.database.reading() as session:
        decisions = session.scalar(select(func.count()).select_from(Decision)) or 0
        told = session.scalar(
            select(func.count())
            .select_from(ClientEvent)
            .where(ClientEvent.kind.in_([EventKind.DECISION_MADE, EventKind.APPEAL_RESOLVED]))
        )
    return decisions, told or 0


@pytest.fixture
def lead(desk: Desk) -> Visit:
    return desk.as_person("lead@example.com", Role.LEAD)


@pytest.fixture
def aiko(desk: Desk) -> Visit:
    return desk.as_person("aiko@example.com")


@pytest.mark.slow
@pytest.mark.parametrize("finding", ["flagged", "uncertain"])
def test_a_golden_case_has_its_place_in_each_tab_as_an_open_case_has(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide, finding: str
) -> None:
    golden = _golden(desk, lead, decide)
    _set_rates(lead, "50", "0")
    ordinary = _give(desk, CheckKind.GOLDEN, aiko, "aiko@example.com", golden)

    def places(sha256: str) -> dict[Tab, str]:
        return {
            tab: place(aiko.get(f"/review/cases/{sha256}?finding={finding}&tab={tab}").text) for tab in Tab
        }

    def close_all_but(sha256: str) -> None:
        with desk.parts.database.writing() as session:
            others = update(Image).where(Image.sha256 != sha256, Image.review == ReviewState.OPEN)
            session.execute(others.values(review=ReviewState.NONE))

    # Each is the last case that waits, or seems to; all images together are as many for both.
    close_all_but(ordinary)
    expected = places(ordinary)
    close_all_but(golden)
    found = places(golden)
    assert re.sub(r"^\d+ of", "n of", found.pop(Tab.ALL)) == re.sub(r"^\d+ of", "n of", expected.pop(Tab.ALL))
    assert found == expected
    assert expected[Tab.OPEN] == ("1 of 1" if finding == "flagged" else "0 to go")


def test_a_golden_case_looks_like_any_other_and_changes_nothing(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide
) -> None:
    golden = _golden(desk, lead, decide)
    with desk.parts.database.writing() as session:
        for table in (Submission, Verdict, Image):
            session.execute(update(table).values(created_at=now() - timedelta(days=90)))
    _set_rates(lead, "50", "0")
    before = _counts(desk)
    _give(desk, CheckKind.GOLDEN, aiko, "aiko@example.com", golden)
    page = aiko.get(f"/review/cases/{golden}").text
    assert hidden(page, "decision_id") == ""
    for secret in ("standing", "lead@example.com", "Look at the hands", "golden", "Golden", "months ago"):
        assert secret not in page, secret
    answer = decide(aiko, golden, "ai", "Six fingers.")
    assert answer.status_code == 303
    assert _counts(desk) == before
    told = aiko.get(answer.location).text
    assert "That was a golden case." in told
    assert "The known answer is Human. You chose AI." in told
    assert "Look at the hands." in told
    with desk.parts.database.reading() as session:
        image = session.get_one(Image, golden)
        check = session.scalars(select(Check)).one()
        assert image.review is ReviewState.CLOSED
        assert session.get_one(Decision, image.decision_id).outcome is Outcome.HUMAN
        assert (check.outcome, check.expected, check.note) == (Outcome.AI, Outcome.HUMAN, "Six fingers.")
    # Answered, it is an ordinary decided case again, and it is not put before her a second time.
    assert "standing" in aiko.get(f"/review/cases/{golden}").text
    with pytest.raises(AssertionError):
        _give(desk, CheckKind.GOLDEN, aiko, "aiko@example.com", golden)


@pytest.mark.slow
def test_nothing_around_a_golden_case_gives_its_answer_away(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide
) -> None:
    offer(desk, "L1", "Fox & Owl")
    golden = desk.add_case(0.93, listing_id="L1", picture_hash=NEAR[0])
    beside = desk.add_case(0.92, listing_id="L1", picture_hash=NEAR[1])
    decide(lead, golden, "human")
    lead.send(f"/admin/quality/golden/{golden}", outcome="human", note="The hands.")
    _set_rates(lead, "50", "0")
    _give(desk, CheckKind.GOLDEN, aiko, "aiko@example.com", golden)
    aiko.get(f"/review/cases/{golden}")
    seller = f"/review/sellers?client={desk.shop.client.id}&seller=Fox+%26+Owl"
    pages = [
        f"/review/cases/{golden}",
        f"/review/cases/{beside}",
        f"/review/listings/{desk.shop.client.id}/L1",
        "/review?tab=all",
        seller,
    ]

    def says(visit: Visit, page: str) -> bool:
        shown = visit.get(page).text
        told = re.findall(r"Decided human</dt><dd>(\d+)", shown)
        is_ruled = 'class="chip decided human"' in shown or "1 decided: 1 human" in shown
        return is_ruled or "1" in told or "lead@example.com" in shown

    ren = desk.as_person("ren@example.com")
    # Of the case beside it she sees no more than of any that waits; whoever has no check sees it all.
    assert [says(ren, page) for page in pages] == [True] * 5
    assert [says(aiko, page) for page in pages] == [False] * 5
    # Answered, it counts for the seller as it was decided, whatever the answer.
    decide(aiko, golden, "ai")
    assert [says(aiko, page) for page in pages] == [True] * 5
    assert "1 human, 0 AI, 0 AI-assisted" in aiko.get(seller).text


@pytest.mark.parametrize("person", ["aiko@example.com", "kuro@example.com"])
def test_a_golden_case_comes_among_assigned_cases_and_looks_like_one(
    desk: Desk, lead: Visit, decide: Decide, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    visit = desk.as_person(person, Role.LEAD if person == "kuro@example.com" else Role.MODERATOR)
    golden = _golden(desk, lead, decide)
    first, mine = desk.add_case(0.92), desk.add_case(0.921)
    boxes = re.findall(r'name="case" value="([^"]+)"', lead.get("/review").text)
    for box in boxes:
        lead.send("/review/assign", case=box, assignee=desk.people[person])
    free = desk.add_case(0.922)
    monkeypatch.setattr("api.review.desk.next_case.draw", lambda *_: CheckKind.GOLDEN)
    assert f"/review/cases/{golden}?" in decide(visit, first, "human", query="?assigned=me").location
    for query, like in (("?assigned=me", mine), ("", free)):
        check, other = (visit.get(f"/review/cases/{one}{query}").text for one in (golden, like))
        for mark in ('name="assignee"', "Assigned to"):
            assert check.count(mark) == other.count(mark), (query, mark)


def test_nobody_gets_a_golden_case_that_they_made_or_decided(desk: Desk, lead: Visit, decide: Decide) -> None:
    golden = _golden(desk, lead, decide)
    _set_rates(lead, "50", "0")
    with pytest.raises(AssertionError):
        _give(desk, CheckKind.GOLDEN, lead, "lead@example.com", golden)


def test_a_retired_golden_case_is_put_before_nobody(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide
) -> None:
    golden = _golden(desk, lead, decide)
    _set_rates(lead, "50", "0")
    found = re.search(r"/admin/quality/golden/(\w{32})/retired", lead.get("/admin/quality").text)
    assert found
    lead.send(f"/admin/quality/golden/{found[1]}/retired")
    with pytest.raises(AssertionError):
        _give(desk, CheckKind.GOLDEN, aiko, "aiko@example.com", golden)


def test_only_a_decided_case_becomes_golden_and_only_once(desk: Desk, lead: Visit, decide: Decide) -> None:
    path, lesson = "/admin/quality/golden/", {"outcome": "human", "note": "x"}
    assert lead.send(path + desk.add_case(0.99), **lesson).status_code == 409
    golden = _golden(desk, lead, decide)
    assert lead.send(path + golden, **lesson).status_code == 409
    assert lead.send(path + golden, outcome="escalate", note="x").status_code == 400
    assert lead.send(path + golden, outcome="ai", note="").status_code == 400


def _second(desk: Desk, lead: Visit, decide: Decide, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let ren decide a case of which a second look is wanted."""
    monkeypatch.setattr("store.quality.check_giving.SystemRandom.random", lambda _: 0.0)
    _set_rates(lead, "0", "50")
    sha256 = desk.add_case(0.95)
    decide(desk.as_person("ren@example.com"), sha256, "ai", "ren's note")
    _set_rates(lead, "0", "50")
    return sha256


@pytest.mark.slow
def test_a_second_look_is_blind_and_agreement_leaves_everything_as_it_was(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = _second(desk, lead, decide, monkeypatch)
    before = _counts(desk)
    _give(desk, CheckKind.SECOND, aiko, "aiko@example.com", sha256)
    page = aiko.get(f"/review/cases/{sha256}").text
    for secret in ("standing", "ren@example.com", "ren's note", "ren&#39;s note"):
        assert secret not in page, secret
    # The log tells her nothing of it either while it is before her.
    assert sha256[:8] not in aiko.get("/review/decisions").text
    assert sha256[:8] not in aiko.get("/review/decisions.csv").text
    assert sha256[:8] in lead.get("/review/decisions").text
    answer = decide(aiko, sha256, "ai")
    assert _counts(desk) == before
    assert "You agree with the first decision." in aiko.get(answer.location).text
    assert sha256[:8] in aiko.get("/review/decisions").text


def test_a_second_look_that_disagrees_goes_to_a_lead_and_can_be_taken_back(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = _second(desk, lead, decide, monkeypatch)
    _give(desk, CheckKind.SECOND, aiko, "aiko@example.com", sha256)
    answer = decide(aiko, sha256, "human")
    page = aiko.get(answer.location).text
    assert "The first decision was AI, yours Human: a lead decides." in page
    with desk.parts.database.reading() as session:
        image = session.get_one(Image, sha256)
        assert image.review is ReviewState.ESCALATED
        assert session.get_one(Decision, image.decision_id).note == "Second look: human, not ai."
    undo = re.search(r"/review/decisions/(\w{32})/undo", page)
    assert undo
    aiko.send(f"/review/decisions/{undo[1]}/undo")
    with desk.parts.database.reading() as session:
        image, check = session.get_one(Image, sha256), session.scalars(select(Check)).one()
        assert image.review is ReviewState.CLOSED
        assert session.get_one(Decision, image.decision_id).outcome is Outcome.AI
        assert check.outcome is None


def test_the_one_who_decided_does_not_look_a_second_time(
    desk: Desk, lead: Visit, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = _second(desk, lead, decide, monkeypatch)
    ren = desk.as_person("ren@example.com")
    with pytest.raises(AssertionError):
        _give(desk, CheckKind.SECOND, ren, "ren@example.com", sha256)


def test_a_second_look_at_what_was_decided_anew_is_none_any_more(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = _second(desk, lead, decide, monkeypatch)
    _give(desk, CheckKind.SECOND, aiko, "aiko@example.com", sha256)
    page = aiko.get(f"/review/cases/{sha256}").text
    form = {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
    lead.send(f"/review/cases/{sha256}/takeover")
    decide(lead, sha256, "human")
    answer = aiko.client.post(f"/review/cases/{sha256}/decision", data=form | {"outcome": "ai"})
    assert answer.status_code == 409
    with desk.parts.database.reading() as session:
        image = session.get_one(Image, sha256)
        assert session.get_one(Decision, image.decision_id).outcome is Outcome.HUMAN


def test_the_page_tells_how_people_and_machine_answered(
    desk: Desk, lead: Visit, aiko: Visit, decide: Decide
) -> None:
    golden = _golden(desk, lead, decide)
    _set_rates(lead, "50", "0")
    _give(desk, CheckKind.GOLDEN, aiko, "aiko@example.com", golden)
    decide(aiko, golden, "human")
    page = " ".join(re.sub(r"<[^>]+>", " ", lead.get("/admin/quality").text).split())
    assert "aiko@example.com 100.0%" in page
    # Drawn by a person, and flagged all the same: a false accusation of this model.
    assert re.search(r"tiny-1 100\.0% \([^)]*; 1 of 1\)", page)
    rows = list(csv.DictReader(io.StringIO(lead.get("/admin/quality.csv").text.removeprefix("\ufeff"))))
    assert [(row["kind"], row["agreed"], row["moderator"]) for row in rows] == [
        ("golden", "1", "aiko@example.com")
    ]
    assert "aiko@example.com" not in lead.get("/admin/quality.csv?names=hidden").text
    with desk.parts.database.reading() as session:
        kinds = set(session.scalars(select(Event.kind)))
    assert {"quality_changed", "golden_added"} <= kinds


@pytest.mark.parametrize("rate", ["-1", "51", "nan", "", "x"])
def test_a_rate_is_a_rate(desk: Desk, lead: Visit, rate: str) -> None:
    assert lead.send("/admin/quality", golden=rate, second="0").status_code == 400


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_fields_have_the_rates_in_percent(lead: Visit, language: str) -> None:
    assert lead.send("/admin/quality", golden="2", second="0.5").status_code == 303
    page = lead.client.get("/admin/quality", headers={"Accept-Language": language}).text
    assert re.findall(r'name="(golden|second)"[^>]* value="([^"]*)"', page) == [
        ("golden", "2"),
        ("second", "0.5"),
    ]


def test_checks_come_as_often_as_a_lead_says() -> None:
    drawn = [draw("m", f"{index:064x}", Rates(0.05, 0.1)) for index in range(4000)]
    assert drawn.count(CheckKind.GOLDEN) == pytest.approx(200, abs=50)
    assert drawn.count(CheckKind.SECOND) == pytest.approx(800, abs=90)


def test_nobody_decides_on_what_they_submitted(desk: Desk, aiko: Visit, decide: Decide) -> None:
    own = desk.add_case(0.95)
    page = aiko.get(f"/review/cases/{own}").text
    form = {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
    with desk.parts.database.writing() as session:
        session.execute(
            update(Client)
            .where(Client.id == desk.shop.client.id)
            .values(owner_id=desk.people["aiko@example.com"])
        )
    answer = aiko.client.post(f"/review/cases/{own}/decision", data=form | {"outcome": "human"})
    assert answer.status_code == 409
    assert "Your own client submitted this picture" in answer.text
    box = f"{own}~{form['verdict_id']}~"
    assert (
        "(submitted by your own client)" in aiko.send("/review/bulk/preview", case=box, outcome="human").text
    )
    assert "left_out=1" in aiko.send("/review/bulk", case=box, outcome="human").location
    assert _counts(desk)[0] == 0
    aiko.send(f"/review/cases/{own}/release")
    assert decide(desk.as_person("ren@example.com"), own, "human").status_code == 303


def test_an_admin_says_whose_a_client_is(desk: Desk) -> None:
    admin = desk.as_person("root@example.com", Role.ADMIN)
    path = f"/admin/clients/{desk.shop.client.id}"
    owner = desk.add_person("owner@example.com")
    assert admin.send(path, weight="1", owner=owner, explicit="1").status_code == 303
    with desk.parts.database.reading() as session:
        client = session.get_one(Client, desk.shop.client.id)
        assert (client.owner_id, client.is_explicit) == (owner, True)
    assert admin.send(path, weight="1", owner="0" * 32).status_code == 404
    assert admin.send(path, weight="1").status_code == 303
    with desk.parts.database.reading() as session:
        assert session.get_one(Client, desk.shop.client.id).owner_id is None
