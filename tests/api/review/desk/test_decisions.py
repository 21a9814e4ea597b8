"""The log of decisions."""

import csv
import io
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from api.review.desk import decision_pages
from core.clock import now
from core.csv_cells import cell
from core.vocabulary import Finding
from store.desk.decisions import UNDOABLE
from tests.api.review.conftest import Desk, Visit

Decide = Callable[..., TestResponse]


def _rows(visit: Visit, query: str = "") -> list[dict[str, str]]:
    """The rows of the CSV file, once nothing can be undone any more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decision_pages, "now", lambda: now() + UNDOABLE)
        text = visit.get(f"/review/decisions.csv{query}").text
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_log_holds_every_decision_with_who_and_why(desk: Desk, decide: Decide) -> None:
    sha256, aiko, ren = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    decide(aiko, sha256, "ai", "six fingers")
    decide(ren, sha256, "human", "a glove")
    page = aiko.get("/review/decisions").text
    for text in ("six fingers", "a glove", "aiko@example.com", "ren@example.com", "95 of 100"):
        assert text in page
    rows = _rows(aiko)
    assert [(row["moderator"], row["outcome"], row["note"]) for row in rows] == [
        ("ren@example.com", "human", "a glove"),
        ("aiko@example.com", "ai", "six fingers"),
    ]
    assert {(row["image_sha256"], row["finding"], row["model"]) for row in rows} == {
        (sha256, "flagged", "tiny-1")
    }


def test_the_file_leaves_out_what_can_still_be_undone(desk: Desk, decide: Decide) -> None:
    visit = desk.as_person()
    decide(visit, desk.add_case(0.95), "ai", "six fingers")
    assert "six fingers" in visit.get("/review/decisions").text
    assert "six fingers" not in visit.get("/review/decisions.csv").text
    assert len(_rows(visit)) == 1


@pytest.mark.slow
def test_the_log_is_narrowed_by_its_filters(desk: Desk, decide: Decide) -> None:
    flagged, doubted = desk.add_case(0.95), desk.add_case(0.6, Finding.UNCERTAIN)
    aiko, ren = desk.as_person(), desk.as_person("ren@example.com")
    decide(aiko, flagged, "human")
    decide(ren, doubted, "ai")
    who = desk.people["ren@example.com"]
    for query, cases in {
        "": [doubted, flagged],
        "?outcome=human": [flagged],
        f"?moderator={who}": [doubted],
        "?finding=uncertain": [doubted],
        "?overturned=1": [flagged],
        f"?image={flagged}": [flagged],
        "?from=2001-01-01": [doubted, flagged],
        "?to=2001-01-01": [],
        "?from=yesterday&to=9999-12-31&outcome=maybe": [doubted, flagged],
    }.items():
        assert [row["image_sha256"] for row in _rows(aiko, query)] == cases, query
        page = aiko.get(f"/review/decisions{query}").text
        assert page.count('class="case-link"') == len(cases), query


def test_an_undone_decision_stays_in_the_log(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    done = decide(visit, sha256, "human").location.split("done=")[1]
    visit.send(f"/review/decisions/{done}/undo")
    (row,) = _rows(visit)
    assert row["undone_by"] == "aiko@example.com"
    assert row["undone_at"]
    assert "undone by" in visit.get("/review/decisions").text
    assert _rows(visit, "?overturned=1") == []


def test_the_pages_of_the_log_follow_each_other(
    desk: Desk, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_pages, "PAGE", 2)
    visit = desk.as_person()
    for i in range(3):
        decide(visit, desk.add_case(0.9 + i / 100), "ai")
    first = visit.get("/review/decisions").text
    assert first.count('class="case-link"') == 2
    before = first.split("before=")[1].split('"')[0]
    assert visit.get(f"/review/decisions?before={before}").text.count('class="case-link"') == 1


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "  =1", "\N{FULLWIDTH EQUALS SIGN}1", "\r=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_plain_cells_stay_as_they_are() -> None:
    assert [cell(value) for value in ("a=b", "", None, -0.5, "鑑定", 'say "x"')] == [
        "a=b",
        "",
        "",
        "-0.5",
        "鑑定",
        'say "x"',
    ]


def test_a_note_cannot_become_a_formula_in_the_csv(desk: Desk, decide: Decide) -> None:
    visit = desk.as_person()
    decide(visit, desk.add_case(0.95), "ai", '=HYPERLINK("https://evil.example")')
    assert _rows(visit)[0]["note"] == '\'=HYPERLINK("https://evil.example")'
