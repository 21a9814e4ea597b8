"""What holds for every page: headers, escaping, the model card."""

import re

import pytest

from api.review.verdicts.model_page import render_card
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from tests.api.review.conftest import Desk

TRAPS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7 * 7 }}",
    "<svg/onload=alert(1)>",
    "\u202egnp.exe",
)


def test_every_page_forbids_scripts_and_styles_of_others(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    paths = ("/review", f"/review/cases/{sha256}", "/review/decisions", "/model", "/login", "/review/cases/x")
    for path in paths:
        answer = visit.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text), path


@pytest.mark.parametrize("trap", TRAPS)
def test_what_strangers_write_stays_text(desk: Desk, trap: str) -> None:
    evidence = Evidence(
        EvidenceKind.A1111_PARAMETERS, Grade.DECLARED, Label.AI, trap, trap, {trap: trap, "prompt": trap}
    )
    sha256 = desk.add_case(
        0.95, title=trap, listing_id=trap, page_url=f"javascript:{trap}", image_url=trap, evidence=(evidence,)
    )
    visit = desk.as_person()
    for path in ("/review", f"/review/cases/{sha256}"):
        page = visit.get(path).text
        for raw in ("<script>alert", "<img src=x", "<svg/", 'href="javascript:', "\u202e"):
            assert raw not in page, (path, raw)
        assert "49" not in page or trap != "{{ 7 * 7 }}" or "{{ 7 * 7 }}" in page


def test_the_card_is_drawn_without_its_markup(desk: Desk) -> None:
    page = desk.visit().get("/model").text
    assert "<h1>The card</h1>" in page
    assert "<table>" in page
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert 'href="javascript' not in page


def test_the_card_shows_its_own_plots_and_no_other_image(desk: Desk) -> None:
    card = "![a < b](reports/roc.svg) ![spy](https://evil.example/x.png) ![up](reports/../../secret.png)"
    with desk.app.test_request_context():
        drawn = str(render_card(card))
    assert drawn.count("<img") == 1
    assert '<img src="/model/reports/roc.svg" alt="a &lt; b">' in drawn
    assert "evil.example" not in drawn
    visit = desk.visit()
    for name in ("nothing.svg", "../card.md", "..%2fcard.md", "x.html"):
        assert visit.get(f"/model/reports/{name}").status_code == 404


def test_assets_cache_for_ever_under_an_address_of_their_own(desk: Desk) -> None:
    visit = desk.visit()
    address = re.search(r'href="(/assets/\w+/desk.css)"', visit.get("/model").text)
    assert address
    style = visit.get(address[1])
    assert "immutable" in style.headers["Cache-Control"]
    assert style.headers["Content-Type"].startswith("text/css")
    script = visit.get(address[1].replace("desk.css", "desk.js"))
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" not in visit.get("/assets/old/desk.css").headers["Cache-Control"]
    assert visit.get(address[1].replace("desk.css", "../review/../../app.py")).status_code == 404


def test_the_root_leads_to_the_queue(desk: Desk) -> None:
    assert desk.visit().get("/").location == "/review"
