"""Readers' reports: one for each reader and picture, a wish for a look and nothing more."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api.v1.reports.report_routes import REPORTS_A_MINUTE
from core.clock import now
from core.vocabulary import Finding, Judgement, Source, State
from store.base.database import Database
from store.bytes.image_facts import ImageFacts
from store.intake.claim_ends import finish_examined
from store.intake.claims import claim
from store.reports.reader_reports import forget_reports
from store.tables.case_tables import Image
from store.tables.report_tables import ReaderReport
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.verdicts.images import record_verdict
from tests.api.conftest import IMAGE_URL, Web, make_web, problem

SHA256 = "a" * 64


def examine(database: Database, submission_id: str, finding: Finding = Finding.CLEAR) -> None:
    """Examine a submission as a worker does."""
    with database.writing() as session:
        held = claim(session, submission_id, lease=timedelta(minutes=1), at=now())
        assert held is not None
        recorded = record_verdict(
            session,
            ImageFacts(SHA256, 24, 16, "png", 99),
            score=0.02,
            model="m",
            judgement=Judgement(finding, None, "p", ("It was drawn for a test.",)),
            evidence=(),
        )
        finish_examined(
            session,
            held,
            image_sha256=SHA256,
            verdict_id=recorded.verdict_id,
            at=now(),
            is_new_image=recorded.is_new_image,
        )


def image(database: Database) -> Image:
    with database.reading() as session:
        return session.get_one(Image, SHA256)


def count(database: Database, *conditions: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ReaderReport).where(*conditions)) or 0


def send(web: Web, **fields: Any) -> TestResponse:
    return web.post("/v1/reports", json={"reader": "u-1", **fields})


def test_a_report_opens_a_clear_case_and_moves_neither_score_nor_place(web: Web, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    before = image(database)
    assert before.review is ReviewState.NONE
    answer = send(web, submission_id=submission_id, reason="Six fingers.")
    assert answer.status_code == 202, answer.text
    assert answer.get_json()["submission_id"] == submission_id
    after = image(database)
    assert after.review is ReviewState.OPEN
    assert (after.score, after.risk, after.finding) == (before.score, before.risk, before.finding)


def test_a_reader_reports_a_picture_once_and_is_stored_by_a_pseudonym(web: Web, database: Database) -> None:
    first, second = web.submit(), web.submit()
    examine(database, first)
    examine(database, second)
    one = send(web, submission_id=first).get_json()
    again = send(web, submission_id=first)
    same_picture = send(web, submission_id=second)
    assert (again.status_code, same_picture.status_code) == (200, 200)
    assert again.get_json() == same_picture.get_json() == one
    assert send(web, submission_id=first, reader="u-2").status_code == 202
    with database.reading() as session:
        readers = set(session.scalars(select(ReaderReport.reader)))
    assert len(readers) == 2
    assert all(len(reader) == 64 for reader in readers)


@pytest.mark.slow
def test_a_thousand_reports_of_one_address_are_one_submission_and_one_case(
    sqlite_web: Web, sqlite_database: Database
) -> None:
    web, database = sqlite_web, sqlite_database
    for number in range(1000):
        answer = send(web, image_url=IMAGE_URL, reader=f"u-{number}", page_url=f"https://p.example/{number}")
        assert answer.status_code == 202, answer.text
    with database.reading() as session:
        rows = session.scalars(select(Submission)).all()
    assert [(row.source, row.state) for row in rows] == [(Source.REPORT, State.QUEUED)]
    assert count(database) == 1000
    examine(database, rows[0].id)
    assert image(database).review is ReviewState.OPEN
    assert count(database, ReaderReport.image_sha256 == SHA256) == 1000
    assert send(web, image_url=IMAGE_URL, reader="u-late").status_code == 202
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
        assert session.scalar(select(func.count()).select_from(Image)) == 1


def test_a_picture_under_two_addresses_is_reported_once_by_a_reader(web: Web, database: Database) -> None:
    urls = [IMAGE_URL, f"{IMAGE_URL}?again"]
    ids = [send(web, image_url=url).get_json()["submission_id"] for url in urls]
    assert send(web, image_url=urls[1], reader="u-2").status_code == 202
    for submission_id in ids:
        examine(database, submission_id)
    with database.reading() as session:
        kept = session.scalars(select(ReaderReport).order_by(ReaderReport.id)).all()
    assert [(one.submission_id, one.image_sha256) for one in kept] == [(ids[0], SHA256), (ids[1], SHA256)]
    assert len({one.reader for one in kept}) == 2
    assert image(database).review is ReviewState.OPEN


def test_a_second_address_stays_known_when_its_report_is_merged(web: Web, database: Database) -> None:
    def submissions() -> int:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(Submission)) or 0

    urls = [IMAGE_URL, f"{IMAGE_URL}?again"]
    first, second = (send(web, image_url=url).get_json() for url in urls)
    for one in (first, second):
        examine(database, one["submission_id"])
    for url in urls * 2:
        again = send(web, image_url=url)
        assert (again.status_code, again.get_json()) == (200, first)
    assert submissions() == 2
    # Nor does it take another submission from the quota of who reported it by its first submission's id.
    assert send(web, submission_id=first["submission_id"], reader="u-2").status_code == 202
    assert send(web, image_url=urls[1], reader="u-2").status_code == 200
    assert submissions() == 2


def test_one_reader_cannot_flood(web: Web) -> None:
    for number in range(REPORTS_A_MINUTE):
        assert send(web, image_url=f"https://example.com/{number}.png").status_code == 202
    refused = send(web, image_url="https://example.com/more.png")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert send(web, image_url="https://example.com/more.png", reader="u-2").status_code == 202


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"submission_id": "0" * 32, "image_url": IMAGE_URL}, 422, "invalid_request"),
        ({"submission_id": "0" * 32}, 404, "not_found"),
        ({"image_url": "ftp://a.example/"}, 422, "unsupported_scheme"),
        ({"image_url": IMAGE_URL, "reader": ""}, 422, "invalid_request"),
        ({"image_url": IMAGE_URL, "reason": "x" * 501}, 422, "invalid_request"),
        ({"image_url": IMAGE_URL, "score": 1}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_read_is_refused(
    web: Web, database: Database, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = send(web, **fields)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)
    assert count(database) == 0


def test_no_client_reports_on_anothers_submission(web: Web, api_parts: Any, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    assert send(make_web(api_parts), submission_id=submission_id).status_code == 404
    assert image(database).review is ReviewState.NONE


def test_a_later_verdict_does_not_close_what_a_reader_asked_for(web: Web, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    send(web, submission_id=submission_id)
    with database.writing() as session:
        record_verdict(
            session,
            ImageFacts(SHA256, 24, 16, "png", 99),
            score=0.01,
            model="m2",
            judgement=Judgement(Finding.CLEAR, None, "p", ()),
            evidence=(),
        )
    assert image(database).review is ReviewState.OPEN


def test_old_reports_are_forgotten(web: Web, database: Database) -> None:
    send(web, image_url=IMAGE_URL)
    with database.writing() as session:
        assert forget_reports(session, now() - timedelta(days=1)) == 0
        assert forget_reports(session, now() + timedelta(days=1)) == 1
