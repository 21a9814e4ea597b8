"""The third outcome: a picture that is generated in part is neither human nor AI."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import Finding, Outcome, Role, Thresholds
from store.base.database import Database
from store.market.listing_view import view_listing
from store.market.sellers import seller_history
from store.quality.settled import settled_cases
from store.quality.stats import agreement_by_moderator
from store.tables.case_tables import Decision
from store.tables.marketplace_tables import Listing
from store.tables.quality_tables import Check
from store.verdicts.policy_preview import preview_thresholds
from tests.api.review.conftest import MODEL, Desk
from tests.reporting import report

Decide = Callable[..., TestResponse]


@pytest.mark.slow
def test_a_case_is_decided_assisted_and_told_so_everywhere(
    desk: Desk, database: Database, decide: Decide
) -> None:
    with database.writing() as session:
        session.add(Listing(client_id=desk.shop.client.id, listing_id="L-1", seller="aiko"))
    sha256 = desk.add_case(0.95, listing_id="L-1")
    visit = desk.as_person()
    assert 'data-key="assisted"' in visit.get(f"/review/cases/{sha256}").text
    assert decide(visit, sha256, "assisted").status_code == 303
    report(database)
    assert "AI-assisted" in visit.get(f"/review/cases/{sha256}").text
    assert "AI-assisted" in visit.get("/review/decisions?outcome=assisted").text
    with database.reading() as session:
        seller = seller_history(session, desk.shop.client.id, "aiko")
        listing = view_listing(session, desk.shop.client.id, "L-1")
        since = now() - timedelta(days=1)
        (agreement,) = agreement_by_moderator(settled_cases(session, since))
        preview = preview_thresholds(session, MODEL, Thresholds(0.2, 0.99), since=since)
    assert (seller.decided_assisted, seller.decided_ai, seller.decided_human) == (1, 0, 0)
    assert listing is not None
    assert listing.summary().finding is Finding.UNCERTAIN
    assert agreement.decided == 1
    assert (preview.changed.assisted, preview.changed.decided) == (1, 1)


def test_many_cases_are_decided_assisted_in_one_stroke(desk: Desk, database: Database) -> None:
    chosen = [desk.add_case(score) for score in (0.95, 0.96)]
    visit = desk.as_person()
    page = visit.get("/review").text
    cases = [found for found in re.findall(r'name="case" value="([^"]+)"', page) if found[:64] in chosen]
    form = {"form_token": visit.form_token(), "case": cases, "outcome": "assisted"}
    assert visit.client.post("/review/bulk", data=form).status_code == 303
    with database.reading() as session:
        assert [row.outcome for row in session.scalars(select(Decision))] == [Outcome.ASSISTED] * 2


def test_golden_cases_and_second_looks_know_it(
    desk: Desk, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = desk.as_person("lead@example.com", Role.LEAD)
    sha256 = desk.add_case(0.95)
    monkeypatch.setattr("store.quality.check_giving.SystemRandom.random", lambda _: 0.0)
    lead.send("/admin/quality", golden="0", second="50")
    decide(desk.as_person(), sha256, "assisted")
    with desk.parts.database.reading() as session:
        look = session.scalars(select(Check)).one()
    assert look.expected is Outcome.ASSISTED
    made = lead.send(f"/admin/quality/golden/{sha256}", outcome="assisted", note="Only the sky.")
    assert made.status_code == 303
    assert "AI-assisted" in lead.get("/admin/quality").text
