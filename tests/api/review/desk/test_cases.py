"""A case: what it shows, and what deciding does."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from core.clock import now
from core.sayings.codes import Reason
from core.sayings.saying import Saying, render, say
from core.vocabulary import (
    Basis,
    Evidence,
    EvidenceKind,
    Finding,
    Gauge,
    Grade,
    Judgement,
    Label,
    Outcome,
    Thresholds,
)
from store.bytes.image_facts import ImageFacts
from store.outbox.submission_json import gauge_json
from store.tables.case_tables import Decision, Image
from store.tables.marketplace_tables import Listing
from store.tables.review_states import ReviewState
from store.tables.review_tables import Undo
from store.verdicts.images import record_verdict
from tests.api.review.conftest import Desk, hidden
from tests.api.review.desk.test_search import appeal
from tests.reporting import report
from tests.services import sqlite_alone

Decide = Callable[..., TestResponse]


def _image(desk: Desk, sha256: str) -> Image:
    with desk.parts.database.reading() as session:
        return session.get_one(Image, sha256)


def test_a_case_shows_what_the_machine_says_and_why(desk: Desk) -> None:
    evidence = (
        Evidence(EvidenceKind.PIXELS, Grade.HINT, Label.AI, None, "It looks generated."),
        Evidence(
            EvidenceKind.NOVELAI_SIGNATURE, Grade.PROOF, Label.AI, "NovelAI", "Signed.", {"prompt": "1girl"}
        ),
    )
    sha256 = desk.add_case(
        0.973, evidence=evidence, submissions=3, title="Fox", page_url="https://shop.example/item?a=1&b=2"
    )
    page = desk.as_person().get(f"/review/cases/{sha256}").text
    for text in (
        "97 of 100",
        "Flagged",
        "It was drawn for a test.",
        "Submissions (3)",
        "Shop",
        "Fox",
        "1girl",
    ):
        assert text in page, text
    assert page.index("Proof") < page.index("Hint")
    assert 'aria-label="Score 97 of 100. Clear below 35 of 100, flagged at 90 of 100 or above."' in page
    assert (
        '<a class="address" href="https://shop.example/item?a=1&amp;b=2"'
        ' rel="noreferrer noopener nofollow" target="_blank">' in page
    )
    assert "shop.example/a.png" in page
    assert 'href="https://shop.example/a.png"' not in page


@pytest.mark.parametrize(
    ("finding", "basis", "reason", "is_shown"),
    [
        (Finding.FLAGGED, Basis.PROOF, say(Reason.GENERATION_PROVED, maker="NovelAI"), False),
        (Finding.UNCERTAIN, Basis.UNSTABLE, say(Reason.SCORE_UNSTABLE, score=0.88), False),
        (Finding.UNCERTAIN, Basis.DECLARED, say(Reason.SCORE_UNSTABLE, score=0.88), True),
    ],
)
@sqlite_alone
def test_no_reason_says_again_what_the_headline_says(
    desk: Desk, *, finding: Finding, basis: Basis, reason: Saying, is_shown: bool
) -> None:
    sha256 = desk.add_case(0.88, finding, basis=basis, reasons=(reason,))
    assert (render(reason) in desk.as_person().get(f"/review/cases/{sha256}").text) == is_shown


def test_a_picture_that_is_too_small_to_say_has_no_score_to_read(desk: Desk, decide: Decide) -> None:
    """Neither number nor gauge: what the classifier made of a few pixels would be read as an answer."""
    with desk.parts.database.writing() as session:
        session.add(Listing(client_id=desk.shop.client.id, listing_id="L1", title="Fox", seller="Ren"))
    too_small = (say(Reason.PICTURE_TOO_SMALL, least=64),)
    small = desk.add_case(0.42, Finding.UNCERTAIN, reasons=too_small, title="Fox", listing_id="L1")
    large = desk.add_case(0.43, Finding.UNCERTAIN, title="Fox", listing_id="L1")
    visit, client = desk.as_person(), desk.shop.client.id
    page = visit.get(f"/review/cases/{small}").text
    assert "The picture is too small to judge" in page
    assert "42 of 100" not in page
    assert 'class="scale"' not in page
    page = visit.get(f"/review/cases/{large}").text
    assert "43 of 100" in page
    assert 'class="scale"' in page
    queue = visit.get("/review").text
    assert "42 of 100" not in queue
    assert "43 of 100" in queue
    assert queue.count('class="bar"') == 1
    for sha256 in (small, large):
        appeal(desk, sha256, "I painted it.")
    lists = (
        "/review?q=fox",
        "/review/appeals",
        "/review/triage",
        f"/review/listings/{client}/L1",
        f"/review/sellers?client={client}&seller=Ren",
        "/review/decisions",
    )
    for address in lists:
        if address == "/review/decisions":
            for sha256 in (small, large):
                decide(desk.as_person("ren@example.com"), sha256, "escalate")
        found = visit.get(address).text
        assert ("43 of 100" in found, "42 of 100" in found) == (True, False), address


@pytest.mark.parametrize(
    ("outcome", "review"),
    [("human", ReviewState.CLOSED), ("ai", ReviewState.CLOSED), ("escalate", ReviewState.ESCALATED)],
)
def test_a_decision_is_kept_with_what_it_rests_on(
    desk: Desk, decide: Decide, outcome: str, review: ReviewState
) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    assert decide(visit, sha256, outcome, "  brush strokes\r\nhold  ").status_code == 303
    image = _image(desk, sha256)
    assert image.review is review
    with desk.parts.database.reading() as session:
        decision = session.scalars(select(Decision)).one()
    assert image.decision_id == decision.id
    assert (decision.outcome, decision.verdict_id) == (Outcome(outcome), image.verdict_id)
    assert decision.note == "brush strokes\nhold"
    assert decision.moderator_id == desk.people["aiko@example.com"]


def test_deciding_leads_to_the_next_case_and_at_the_end_to_the_queue(desk: Desk, decide: Decide) -> None:
    first, second, third = (desk.add_case(score) for score in (0.97, 0.96, 0.95))
    visit = desk.as_person()
    assert f"/review/cases/{third}?" in decide(visit, second, "ai").location
    assert f"/review/cases/{first}?" in decide(visit, third, "ai").location
    assert decide(visit, first, "ai").location.startswith("/review?done=")


def test_the_next_case_keeps_to_the_filter(desk: Desk, decide: Decide) -> None:
    flagged = desk.add_case(0.95)
    desk.add_case(0.6, Finding.UNCERTAIN)
    other = desk.add_case(0.91)
    answer = decide(desk.as_person(), flagged, "ai", query="?finding=flagged&sort=oldest")
    assert f"/review/cases/{other}?sort=oldest&finding=flagged&done=" in answer.location


@pytest.mark.parametrize(
    ("score", "share", "said"),
    [
        (
            0.001,
            1.0,
            '<b class="number">Below 1 of 100.</b> Nearly all pictures drawn by people score this or higher.',
        ),
        (
            0.02,
            0.99,
            '<b class="number">2 of 100.</b> Nearly all pictures drawn by people score this or higher.',
        ),
        (0.03, 0.989, "Of pictures by people not seen in training, 989 of 1,000 score this or higher."),
        (
            0.97,
            0.0,
            "Of pictures by people not seen in training, fewer than 1 of 1,000 score this or higher.",
        ),
    ],
)
def test_a_case_says_what_such_a_score_has_meant(desk: Desk, score: float, share: float, said: str) -> None:
    gauge = gauge_json(Gauge(Thresholds(0.35, 0.9), None, share))
    sha256 = desk.add_case(score, gauge=gauge)
    assert said in " ".join(desk.as_person().get(f"/review/cases/{sha256}").text.split())


def test_two_people_never_overrule_each_other_unknowingly(desk: Desk, decide: Decide) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    page = aiko.get(f"/review/cases/{sha256}").text
    seen = {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
    ren.send(f"/review/cases/{sha256}/takeover")
    decide(ren, sha256, "human", "I know the artist")
    late = aiko.client.post(
        f"/review/cases/{sha256}/decision", data=seen | {"outcome": "ai", "note": "my own words"}
    )
    assert late.status_code == 409
    assert "the case has changed" in late.text
    assert "my own words</textarea>" in late.text
    assert "ren@example.com" in late.text
    with desk.parts.database.reading() as session:
        assert [d.outcome for d in session.scalars(select(Decision))] == [Outcome.HUMAN]
    # Knowing it, she may.
    again = {name: hidden(late.text, name) for name in ("form_token", "verdict_id", "decision_id")}
    answer = aiko.client.post(f"/review/cases/{sha256}/decision", data=again | {"outcome": "ai"})
    assert answer.status_code == 303


def test_a_new_verdict_meanwhile_is_not_decided_unseen(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    page = visit.get(f"/review/cases/{sha256}").text
    with desk.parts.database.writing() as session:
        record_verdict(
            session,
            ImageFacts(sha256, 24, 16, "png", 100),
            score=0.2,
            model="tiny-2",
            judgement=Judgement(Finding.CLEAR, Label.HUMAN, "p1", ()),
            evidence=(),
        )
    form = {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id")}
    answer = visit.client.post(f"/review/cases/{sha256}/decision", data=form | {"outcome": "ai"})
    assert answer.status_code == 409
    assert "20 of 100" in answer.text


def test_undo_brings_back_what_stood_before(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    decide(visit, sha256, "human")
    first = _image(desk, sha256).decision_id
    done = decide(visit, sha256, "ai").location.split("done=")[1]
    assert visit.send(f"/review/decisions/{done}/undo").location.startswith(f"/review/cases/{sha256}")
    assert _image(desk, sha256).decision_id == first
    assert visit.send(f"/review/decisions/{first}/undo").status_code == 302
    image = _image(desk, sha256)
    assert (image.decision_id, image.review) == (None, ReviewState.OPEN)
    with desk.parts.database.reading() as session:
        assert len(session.scalars(select(Decision)).all()) == 2
        assert len(session.scalars(select(Undo)).all()) == 2
    assert visit.send(f"/review/decisions/{first}/undo").status_code == 409


def test_undo_goes_back_and_says_each_time_what_waits_again(desk: Desk, decide: Decide) -> None:
    visit, titles = desk.as_person(), ("Fox", "Owl", "Hare")
    cases = {title: desk.add_case(0.95 + i / 100, title=title) for i, title in enumerate(titles)}
    for sha256 in cases.values():
        decide(visit, sha256, "ai")
    page = ""
    with desk.parts.database.reading() as session:
        undo = f"/review/decisions/{session.get_one(Image, cases['Hare']).decision_id}/undo"
    for title in reversed(cases):
        page = visit.get(visit.send(undo).location).text
        assert f"Undone. {title} is waiting for review again." in page
        undo = (re.findall(r'data-undo action="([^?"]+)', page) or [""])[0]
    assert undo == ""
    assert 'class="undo"' not in page


def test_undo_says_so_where_an_earlier_decision_is_current_again(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95, title="Fox"), desk.as_person()
    decide(visit, sha256, "human")
    report(desk.parts.database)
    done = decide(visit, sha256, "ai").location.split("done=")[1]
    page = visit.get(visit.send(f"/review/decisions/{done}/undo").location).text
    assert "Undone. Fox is as it was before." in page
    assert "data-undo" not in page  # the first was reported


def test_undo_after_a_bulk_decision_goes_on_with_what_came_before(desk: Desk, decide: Decide) -> None:
    single, visit = desk.add_case(0.99, title="Fox"), desk.as_person()
    decide(visit, single, "ai")
    for score in (0.95, 0.96):
        desk.add_case(score)
    boxes = re.findall(r'name="case" value="([^"]+)"', visit.get("/review").text)
    form = {"form_token": visit.form_token(), "outcome": "ai", "case": boxes}
    batch = visit.client.post("/review/bulk", data=form).location.split("done=")[1]
    page = visit.get(visit.send(f"/review/batches/{batch}/undo").location).text
    assert "Undone. 2 cases are waiting for review again." in page
    (undo,) = re.findall(r'data-undo action="([^?"]+)', page)
    assert "Undone. Fox is waiting for review again." in visit.get(visit.send(undo).location).text


def test_an_escalation_is_named_as_one(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    place = decide(visit, sha256, "escalate").location
    page = visit.get(place).text
    assert 'class="text"><b>Escalated</b>' in page
    assert "Decided <b>" not in page


def test_undo_is_offered_for_half_a_minute_and_only_to_oneself(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    place = decide(visit, sha256, "human").location
    done = place.split("done=")[1]
    assert "Decided <b>Human</b>" in visit.get(place).text
    other = desk.as_person("ren@example.com")
    assert "Decided <b>" not in other.get(place).text
    assert other.send(f"/review/decisions/{done}/undo").status_code == 404
    with desk.parts.database.writing() as session:
        session.execute(update(Decision).values(created_at=now() - timedelta(seconds=40)))
    assert "Decided <b>" not in visit.get(place).text
    assert visit.send(f"/review/decisions/{done}/undo").status_code == 409


def test_a_decision_that_was_decided_over_cannot_be_undone(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    done = decide(visit, sha256, "human").location.split("done=")[1]
    decide(desk.as_person("ren@example.com"), sha256, "ai")
    assert visit.send(f"/review/decisions/{done}/undo").status_code == 409


@pytest.mark.parametrize("outcome", ["", "clear", "HUMAN"])
@sqlite_alone
def test_what_is_no_outcome_decides_nothing(desk: Desk, decide: Decide, outcome: str) -> None:
    sha256 = desk.add_case(0.95)
    assert decide(desk.as_person(), sha256, outcome).status_code == 400
    assert _image(desk, sha256).decision_id is None


@sqlite_alone
def test_a_note_that_is_too_long_is_refused(desk: Desk, decide: Decide) -> None:
    sha256 = desk.add_case(0.95)
    assert decide(desk.as_person(), sha256, "ai", "x" * 2001).status_code == 400


@pytest.mark.parametrize("sha256", ["0" * 64, "nonsense", "..", "%00"])
def test_a_case_that_is_not_there_is_a_page_that_says_so(desk: Desk, sha256: str) -> None:
    answer = desk.as_person().get(f"/review/cases/{sha256}")
    assert answer.status_code == 404
    assert "text/html" in answer.content_type
