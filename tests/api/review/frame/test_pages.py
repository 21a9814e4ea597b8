"""What holds for every page: headers, escaping, the model card."""

import re

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.review.verdicts.card_drawing import LONG_TABLE, draw_card
from core.vocabulary import Evidence, EvidenceKind, Grade, Label, Role
from tests.api.review.conftest import Desk
from tests.services import sqlite_alone

TRAPS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7 * 7 }}",
    "<svg/onload=alert(1)>",
    "\u202egnp.exe",
)


@sqlite_alone
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


@sqlite_alone
def test_without_a_database_a_page_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()

    def fail(*_: object, **__: object) -> None:
        raise PoolTimeoutError

    # Not even who is asking can be read.
    monkeypatch.setattr("api.review.frame.guard.find_login", fail)
    for answer in (visit.get("/review"), visit.client.post(f"/review/cases/{sha256}/decision")):
        assert answer.status_code == 503
        assert "The database is not responding" in answer.text


@pytest.mark.parametrize("trap", TRAPS)
@sqlite_alone
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


@sqlite_alone
def test_the_card_is_drawn_without_its_markup(desk: Desk) -> None:
    page = desk.visit().get("/model").text
    assert "<h1>The card</h1>" in page
    assert "<table>" in page
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert 'href="javascript' not in page


@sqlite_alone
def test_the_card_shows_its_own_plots_and_no_other_image(desk: Desk) -> None:
    card = "![a < b](reports/roc.svg) ![spy](https://evil.example/x.png) ![up](reports/../../secret.png)"
    with desk.app.test_request_context():
        drawn = str(draw_card(card).html)
    assert drawn.count("<img") == 1
    assert '<img src="/model/reports/roc.svg" alt="a &lt; b">' in drawn
    assert "evil.example" not in drawn
    visit = desk.visit()
    for name in ("nothing.svg", "../card.md", "..%2fcard.md", "x.html"):
        assert visit.get(f"/model/reports/{name}").status_code == 404


@sqlite_alone
def test_the_headings_of_a_card_can_be_linked_to_from_its_contents(desk: Desk) -> None:
    names = (
        "# Card",
        "## What *it* is",
        "### `x`",
        "## What it is",
        "## Main",
        "## See [this](https://a.example/)",
    )
    card = "\n\n".join((*names, "## 表"))
    with desk.app.test_request_context():
        drawn = draw_card(card)
    assert [(one.id, one.text, one.level) for one in drawn.headings] == [
        ("what-it-is", "What it is", 2),
        ("x", "x", 3),
        ("what-it-is-2", "What it is", 2),
        ("main-2", "Main", 2),
        ("see-this", "See this", 2),
        ("表", "表", 2),
    ]
    assert (
        '<h2 id="what-it-is"><a class="anchor" href="#what-it-is">What <em>it</em> is</a></h2>' in drawn.html
    )
    # No link inside a link.
    assert '<h2 id="see-this">See <a href="https://a.example/">this</a></h2>' in drawn.html
    page = desk.visit().get("/model").text
    assert page.index('class="contents"') < page.index("<h1>The card</h1>")


@sqlite_alone
def test_a_long_table_of_a_card_is_folded_and_every_table_scrolls_by_itself(desk: Desk) -> None:
    short, long = ("| a |\n|---|\n" + "| b |\n" * rows for rows in (LONG_TABLE - 1, LONG_TABLE))
    with desk.app.test_request_context():
        drawn = draw_card(f"# Card\n\n## Short\n\n{short}\n## Long <i>\n\n{long}").html
    region = '<div class="wide" tabindex="0" role="region" aria-label="{}"><table>'
    first, last = region.format("Short"), region.format("Long &lt;i&gt;")
    assert first in drawn
    assert f'<details><summary lang="en">Table of {LONG_TABLE} rows</summary>{last}' in drawn
    assert drawn.count("<details>") == drawn.count("</table></div></details>") == 1


@sqlite_alone
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


@sqlite_alone
def test_the_root_leads_to_the_queue(desk: Desk) -> None:
    assert desk.visit().get("/").location == "/review"


@sqlite_alone
def test_a_wrong_address_shows_people_a_page_and_programs_a_problem(desk: Desk) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
    for visit in (desk.as_person(), desk.visit()):
        for path in ("/foo", "/review/foo", "/account/foo/bar"):
            answer = visit.get(path, headers=browser)
            assert answer.status_code == 404, path
            assert "There is no page at this address." in answer.text
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert visit.get("/v1/foo", headers=browser).is_json
        assert visit.get("/foo", headers={"Accept": "*/*"}).is_json


def test_the_menu_lights_where_one_is(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person("ada@example.com", Role.ADMIN)
    for path, entry in {
        "/review": "/review",
        f"/review/cases/{sha256}": "/review",
        f"/review/cases/{sha256}?tab=appeals": "/review/appeals",
        "/review/decisions": "/review/decisions",
        "/review/stats": "/review/stats",
        "/review/failures": "/review/failures",
        "/admin/known": "/admin/known",
        "/admin/hooks": "/admin/deliveries",
        "/model": "/model",
    }.items():
        page = visit.get(path).text.partition("<main")[0]
        lit = re.findall(r'href="([^"]+)" aria-current="page"', page)
        assert set(lit) == {entry}, path
    assert 'href="/admin/clients"' not in desk.as_person().get("/review").text
