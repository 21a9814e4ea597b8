"""Each reader's record of being right, and readers who are muted."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.clock import now
from core.vocabulary import Finding, Role
from store.reports.reader_reports import add_report, reader_records
from store.tables.case_tables import Image
from store.tables.report_tables import ReaderReport
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk
from tests.reporting import report

Decide = Callable[..., TestResponse]
NOISY, FAIR = "a" * 64, "b" * 64


def ask(desk: Desk, sha256: str, reader: str, reason: str = "") -> None:
    with desk.parts.database.writing() as session:
        submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).one()
        add_report(session, submission, reader, reason=reason, url_sha256=None, at=now())


def record(desk: Desk, reader: str) -> tuple[int, int, int]:
    with desk.parts.database.reading() as session:
        (found,) = reader_records(session, readers=[reader])
    return found.right, found.wrong, found.undecided


def review_of(desk: Desk, sha256: str) -> ReviewState:
    with desk.parts.database.reading() as session:
        return session.get_one(Image, sha256).review


@pytest.mark.slow
def test_a_decision_says_who_was_right_once_it_stands(desk: Desk, decide: Decide) -> None:
    clear, flagged = desk.add_case(0.05, Finding.CLEAR), desk.add_case(0.95)
    ask(desk, clear, NOISY, "<b>Six fingers</b>")
    ask(desk, flagged, NOISY)
    ask(desk, flagged, FAIR)
    visit = desk.as_person()
    case = visit.get(f"/review/cases/{clear}").text
    assert "Reported by 1 reader" in case
    assert "&lt;b&gt;Six fingers" in case
    assert "Right 0, wrong 0" in case
    decide(visit, clear, "human")
    decide(visit, flagged, "ai")
    assert record(desk, NOISY) == (0, 0, 2)
    report(desk.parts.database)
    assert record(desk, NOISY) == (1, 1, 0)
    assert record(desk, FAIR) == (1, 0, 0)
    # An appeal that turns the decision round turns the record, too.
    decide(desk.as_person("ren@example.com"), flagged, "human")
    report(desk.parts.database)
    assert record(desk, NOISY) == (0, 2, 0)
    decide(desk.as_person("ren@example.com"), flagged, "escalate")
    report(desk.parts.database)
    assert record(desk, FAIR) == (0, 0, 1)


def test_a_muted_reader_opens_no_case_and_is_heard_again(desk: Desk) -> None:
    first, second, third = (desk.add_case(0.05 + n / 100, Finding.CLEAR) for n in range(3))
    ask(desk, first, NOISY)
    lead = desk.as_person("lead@example.com", Role.LEAD)
    page = lead.get("/admin/readers").text
    assert NOISY[:12] in page
    client = desk.shop.client.id
    lead.send("/admin/readers/mute", "/admin/readers", client=client, reader=NOISY, muted="1")
    ask(desk, second, NOISY)
    assert review_of(desk, first) is ReviewState.OPEN
    assert review_of(desk, second) is ReviewState.NONE
    with desk.parts.database.reading() as session:
        assert list(session.scalars(select(ReaderReport.is_muted).order_by(ReaderReport.id))) == [False, True]
    assert "Unmute" in lead.get("/admin/readers").text
    assert "Muted a reader" in lead.get("/admin/log").text
    lead.send("/admin/readers/mute", "/admin/readers", client=client, reader=NOISY, muted="0")
    ask(desk, third, NOISY)
    assert review_of(desk, third) is ReviewState.OPEN
    unknown = lead.send("/admin/readers/mute", "/admin/readers", client=client, reader="c" * 64, muted="1")
    assert unknown.status_code == 404


def test_reported_cases_are_a_source_of_their_own_in_the_queue(desk: Desk) -> None:
    reported, other = desk.add_case(0.05, Finding.CLEAR), desk.add_case(0.95)
    ask(desk, reported, FAIR)
    page = desk.as_person().get("/review?source=report").text
    assert f"/review/cases/{reported}" in page
    assert f"/review/cases/{other}" not in page


def test_undo_leaves_a_reported_case_in_the_queue(desk: Desk, decide: Decide) -> None:
    sha256, visit = desk.add_case(0.05, Finding.CLEAR), desk.as_person()
    ask(desk, sha256, FAIR)
    done = decide(visit, sha256, "human").location.split("done=")[1]
    visit.send(f"/review/decisions/{done}/undo")
    assert review_of(desk, sha256) is ReviewState.OPEN
