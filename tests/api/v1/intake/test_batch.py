"""Many in one request, each accepted or refused on its own."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from api.http.parts import ApiParts
from api.schemas.answers import BatchAnswer
from core.clock import now
from core.vocabulary import Priority
from store.base.database import Database
from store.intake.submissions import count_states
from store.intake.unsent import overdue
from tests.api.conftest import IMAGE_URL, RecordingSender, Web, make_web, problem

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
GOOD = {"image_url": IMAGE_URL}


def test_good_entries_are_taken_and_bad_ones_refused_in_order(web: Web, sender: RecordingSender) -> None:
    entries: list[object] = [
        {**GOOD, "external_id": "first"},
        {"image_url": "ftp://example.com/"},
        {"image_url": IMAGE_URL, "colour": "red"},
        None,
        [],
        {**GOOD, "external_id": "last", "priority": "low"},
    ]
    response = web.post("/v1/submissions/batch", json={"submissions": entries})
    assert response.status_code == 202
    body = response.get_json()
    BatchAnswer.model_validate_json(response.data)
    assert (body["accepted"], body["refused"]) == (2, 4)
    results = body["results"]
    assert [result["status"] for result in results] == [202, 422, 422, 422, 422, 202]
    assert [result["problem"] and result["problem"]["code"] for result in results] == [
        None,
        "unsupported_scheme",
        *["invalid_request"] * 3,
        None,
    ]
    taken = [result["submission"] for result in results if result["submission"]]
    assert [item["external_id"] for item in taken] == ["first", "last"]
    assert set(sender.sent) == {
        (taken[0]["id"], Priority.HIGH),
        (taken[1]["id"], Priority.LOW),
    }
    assert web.get(taken[1]["links"]["self"]).get_json() == taken[1]


def test_a_thousand_are_stored_in_a_few_statements_in_their_order(
    web: Web, database: Database, sender: RecordingSender, count_queries: Callable[[], int]
) -> None:
    sender.takes = 0
    web.get("/v1/submissions")  # so that the key is known
    count_queries()
    entries: list[object] = [
        {**GOOD, "external_id": str(number), "title": "odd" if number % 2 else None} for number in range(1000)
    ]
    response = web.post("/v1/submissions/batch", json={"submissions": entries})
    assert count_queries() == 2  # the rows, and that the broker took none
    ids = [result["submission"]["id"] for result in response.get_json()["results"]]
    assert ids == sorted(set(ids))
    with database.reading() as session:
        assert len(overdue(session, Priority.NORMAL, at=now(), sent_before=LONG_AGO, limit=2000)) == 1000


def test_of_a_large_batch_the_sweeper_sends_the_rest(
    web: Web, database: Database, sender: RecordingSender
) -> None:
    response = web.post("/v1/submissions/batch", json={"submissions": [GOOD] * 300})
    ids = [result["submission"]["id"] for result in response.get_json()["results"]]
    assert [submission_id for submission_id, _ in sender.sent] == ids[:250]
    with database.reading() as session:
        left = overdue(session, Priority.NORMAL, at=now(), sent_before=LONG_AGO, limit=2000)
    assert set(left) == set(ids[250:])


@pytest.mark.parametrize(
    "body", [{}, {"submissions": {}}, {"submissions": []}, {"submissions": [GOOD], "x": 1}]
)
def test_what_is_no_batch_is_refused(sqlite_web: Web, body: object) -> None:
    response = sqlite_web.post("/v1/submissions/batch", json=body)
    assert response.status_code == 422
    assert problem(response)["code"] == "invalid_request"


def test_a_thousand_and_one_are_refused(sqlite_web: Web, sqlite_database: Database) -> None:
    response = sqlite_web.post("/v1/submissions/batch", json={"submissions": [GOOD] * 1001})
    assert response.status_code == 422
    assert problem(response)["errors"][0]["field"] == "submissions"
    with sqlite_database.reading() as session:
        assert count_states(session) == {}


def test_a_batch_of_bad_entries_alone_is_still_a_batch(sqlite_parts: ApiParts) -> None:
    response = make_web(sqlite_parts).post("/v1/submissions/batch", json={"submissions": [{}, {}]})
    assert response.status_code == 202
    assert response.get_json()["accepted"] == 0
