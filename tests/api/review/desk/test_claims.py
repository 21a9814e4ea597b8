"""Claims on cases: visible, for ten minutes, and never in the way for longer."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import Finding, Role
from store.base.database import Database
from store.desk.case_claims import LEASE
from store.tables.case_tables import Decision
from store.tables.review_tables import CaseClaim, Event
from tests.api.review.conftest import Desk, Visit, hidden
from tests.api.review.desk.test_queue import shown

Decide = Callable[..., TestResponse]
MINE, NOBODYS = 'data-claim="2', 'data-claim=""'  # a moment, or none


def _claims(desk: Desk) -> dict[str, str]:
    with desk.parts.database.reading() as session:
        return {claim.image_sha256: claim.moderator_id for claim in session.scalars(select(CaseClaim))}


def _let_time_pass(desk: Desk) -> None:
    with desk.parts.database.writing() as session:
        session.execute(update(CaseClaim).values(until=CaseClaim.claimed_at))


def _decide_blindly(visit: Visit, sha256: str, page: str) -> TestResponse:
    names = ("form_token", "verdict_id", "decision_id")
    form = {name: hidden(page, name) for name in names} | {"outcome": "ai", "note": "my words"}
    return visit.client.post(f"/review/cases/{sha256}/decision", data=form)


def test_who_opens_a_case_claims_it_and_others_see_that(desk: Desk) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    assert MINE in aiko.open(f"/review/cases/{sha256}").text
    assert _claims(desk) == {sha256: desk.people["aiko@example.com"]}
    page = ren.open(f"/review/cases/{sha256}").text
    assert "<b>aiko@example.com</b> has claimed this case. The claim ends in 10 min." in page
    assert re.search(r'<fieldset class="choices"[^>]* disabled>', page)
    assert '<span class="held">aiko</span>' in ren.get("/review").text
    assert '<span class="held">You</span>' in aiko.get("/review").text


def test_what_another_has_cannot_be_decided(desk: Desk) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    aiko.open(f"/review/cases/{sha256}")
    answer = _decide_blindly(ren, sha256, ren.open(f"/review/cases/{sha256}").text)
    assert answer.status_code == 409
    assert "aiko@example.com</b> has claimed" in answer.text
    assert "my words</textarea>" in answer.text
    with desk.parts.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_claim_expires_by_itself(desk: Desk) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    page = aiko.open(f"/review/cases/{sha256}").text
    _let_time_pass(desk)
    assert MINE in ren.open(f"/review/cases/{sha256}").text
    # Who comes back late is told, and loses no words.
    late = _decide_blindly(aiko, sha256, page)
    assert late.status_code == 409
    assert "ren@example.com</b> has claimed" in late.text


def test_an_expired_claim_does_not_stop_its_own_holder(desk: Desk) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    page = aiko.open(f"/review/cases/{sha256}").text
    _let_time_pass(desk)
    assert _decide_blindly(aiko, sha256, page).status_code == 303


def test_work_keeps_a_claim_alive(desk: Desk) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    aiko.open(f"/review/cases/{sha256}")
    with desk.parts.database.writing() as session:
        session.execute(update(CaseClaim).values(until=now() + timedelta(seconds=5)))
    kept = aiko.claim(f"/review/cases/{sha256}").get_json()
    assert kept["mine"] is True
    assert kept["seconds"] > LEASE.total_seconds() - 5
    refused = ren.claim(f"/review/cases/{sha256}")
    assert refused.status_code == 409
    assert refused.get_json()["holder"] == "aiko@example.com"


def test_a_claim_can_be_given_back(desk: Desk) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    aiko.open(f"/review/cases/{sha256}")
    assert aiko.send(f"/review/cases/{sha256}/release").location == "/review"
    assert _claims(desk) == {}


def test_a_page_that_closes_late_does_not_give_back_a_newer_claim(desk: Desk) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    old = aiko.claim(f"/review/cases/{sha256}").get_json()["claimed_at"]
    new = aiko.claim(f"/review/cases/{sha256}").get_json()["claimed_at"]
    aiko.send(f"/review/cases/{sha256}/release", claimed_at=old)
    assert _claims(desk)
    assert aiko.send(f"/review/cases/{sha256}/release", claimed_at=new).status_code == 204
    assert _claims(desk) == {}


def test_nobody_gives_back_what_another_has(desk: Desk) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    aiko.open(f"/review/cases/{sha256}")
    ren.send(f"/review/cases/{sha256}/release")
    assert _claims(desk) == {sha256: desk.people["aiko@example.com"]}


def test_a_case_can_be_taken_over_and_the_log_tells(desk: Desk) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    page = aiko.open(f"/review/cases/{sha256}").text
    assert ren.send(f"/review/cases/{sha256}/takeover").location == f"/review/cases/{sha256}"
    assert _claims(desk) == {sha256: desk.people["ren@example.com"]}
    assert _decide_blindly(aiko, sha256, page).status_code == 409
    with desk.parts.database.reading() as session:
        event = session.scalars(select(Event).where(Event.kind == "takeover")).one()
    assert event.subject == sha256
    assert event.detail == {"from": desk.people["aiko@example.com"]}


def test_looking_at_a_case_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    desk.as_person("lead@example.com", Role.LEAD).send("/admin/quality", golden="50", second="50")

    def write(_database: Database) -> NoReturn:
        raise AssertionError("a page that is looked at writes")

    monkeypatch.setattr(Database, "writing", write)
    assert NOBODYS in aiko.get(f"/review/cases/{sha256}").text
    assert _claims(desk) == {}


def test_without_scripts_a_case_is_claimed_by_a_button(desk: Desk) -> None:
    sha256, aiko = desk.add_case(0.95), desk.as_person()
    path = f"/review/cases/{sha256}?finding=flagged"
    button = re.search(r'<noscript>\s*<form method="post" action="([^"]+)">', aiko.get(path).text)
    assert button
    answer = aiko.send(button[1])
    assert (answer.status_code, answer.location) == (303, path)
    assert _claims(desk) == {sha256: desk.people["aiko@example.com"]}
    assert "<noscript>" not in aiko.get(path).text


def test_a_claim_names_the_case_that_comes_next(desk: Desk) -> None:
    first, second = desk.add_case(0.97), desk.add_case(0.96)
    aiko, path = desk.as_person(), f"/review/cases/{first}?finding=flagged"
    assert aiko.claim(path).get_json()["next"] == f"/review/cases/{second}?finding=flagged"
    assert "next" not in aiko.claim(path).get_json()  # kept for longer: the page has it already


def test_a_closed_case_is_not_claimed_by_reading_it(desk: Desk, decide: Decide) -> None:
    sha256, clear = desk.add_case(0.95), desk.add_case(0.1, Finding.CLEAR)
    aiko = desk.as_person()
    decide(aiko, sha256, "ai")
    aiko.open(f"/review/cases/{sha256}")
    aiko.open(f"/review/cases/{clear}")
    assert _claims(desk) == {}


def test_the_next_case_is_one_that_nobody_else_has(desk: Desk, decide: Decide) -> None:
    first, second, third = (desk.add_case(score) for score in (0.97, 0.96, 0.95))
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    ren.open(f"/review/cases/{second}")
    assert f"/review/cases/{third}?" in decide(aiko, first, "ai").location
    assert _claims(desk) == {second: desk.people["ren@example.com"]}


@pytest.mark.parametrize("claimed", ["me", "others", "nobody"])
def test_the_queue_can_be_narrowed_by_claims(desk: Desk, claimed: str) -> None:
    cases = {"me": desk.add_case(0.97), "others": desk.add_case(0.96), "nobody": desk.add_case(0.95)}
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    aiko.open(f"/review/cases/{cases['me']}")
    ren.open(f"/review/cases/{cases['others']}")
    assert shown(aiko.get(f"/review?claimed={claimed}").text) == [cases[claimed]]
