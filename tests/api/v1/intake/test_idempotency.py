"""The same key and request again give the same submission, also at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest

from api.http.parts import ApiParts
from core.clock import now
from core.vocabulary import FailureCode, State
from store.base.database import Database
from store.intake.submissions import count_states
from store.tables.submission_tables import Submission
from tests.api.conftest import IMAGE_URL, RecordingSender, Web, examine, make_web, problem

BODY = {"image_url": IMAGE_URL}


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


def test_a_repeat_gives_the_same_submission_as_it_is_now(
    web: Web, database: Database, sender: RecordingSender
) -> None:
    first = web.post("/v1/submissions", json=BODY, headers=key("k"))
    examine(database, first.get_json()["id"])
    again = web.post("/v1/submissions", json=BODY, headers=key("k"))
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.get_json()["state"] == "examined"
    assert len(sender.sent) == 1


def test_a_repeat_of_what_failed_tries_at_once(web: Web, database: Database) -> None:
    found = web.post("/v1/submissions", json=BODY, headers=key("k")).get_json()
    later = now() + timedelta(minutes=9)
    with database.writing() as session:
        row = session.get_one(Submission, found["id"])
        row.state, row.failure_code, row.failure_permanent = State.FAILED, FailureCode.GONE, False
        row.failing_since, row.retry_at = now(), later
    again = web.post("/v1/submissions", json=BODY, headers=key("k")).get_json()
    assert (again["state"], again["failure"]["permanent"]) == ("failed", False)
    with database.reading() as session:
        retry_at = session.get_one(Submission, found["id"]).retry_at
    assert retry_at is not None
    assert retry_at <= now()


def test_a_null_and_a_field_left_out_are_the_same_request(web: Web) -> None:
    web.post("/v1/submissions", json=BODY, headers=key("k"))
    again = web.post("/v1/submissions", json={"title": None, **BODY}, headers=key("k"))
    assert again.status_code == 200


def test_the_same_key_with_another_request_is_a_mismatch(web: Web) -> None:
    web.post("/v1/submissions", json=BODY, headers=key("k"))
    response = web.post("/v1/submissions", json={**BODY, "title": "x"}, headers=key("k"))
    assert response.status_code == 422
    assert problem(response)["code"] == "idempotency_mismatch"


def test_a_refused_request_does_not_use_up_its_key(web: Web) -> None:
    assert web.post("/v1/submissions", json={}, headers=key("k")).status_code == 422
    assert web.post("/v1/submissions", json=BODY, headers=key("k")).status_code == 202


def test_another_client_has_keys_of_its_own(web: Web, api_parts: ApiParts) -> None:
    first = web.post("/v1/submissions", json=BODY, headers=key("k"))
    other = make_web(api_parts).post("/v1/submissions", json={**BODY, "title": "x"}, headers=key("k"))
    assert (first.status_code, other.status_code) == (202, 202)


def test_twenty_at_once_make_one_submission(web: Web, database: Database, sender: RecordingSender) -> None:
    start = threading.Barrier(20)

    def post(_: int) -> tuple[int, str]:
        client = Web(web.client.application.test_client(), web.key)
        start.wait()
        response = client.post("/v1/submissions", json=BODY, headers=key("k"))
        return response.status_code, response.get_json()["id"]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert sorted(status for status, _ in answers) == [200] * 19 + [202]
    assert len({submission_id for _, submission_id in answers}) == 1
    assert len(sender.sent) == 1
    with database.reading() as session:
        assert sum(count_states(session).values()) == 1


@pytest.mark.parametrize("text", ["", "a" * 256, "é", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(sqlite_web: Web, text: str) -> None:
    response = sqlite_web.post("/v1/submissions", json=BODY, headers=key(text))
    assert response.status_code == 422
    assert problem(response)["errors"][0]["field"] == "Idempotency-Key"


def test_the_longest_key_is_taken(web: Web) -> None:
    for status in (202, 200):
        assert web.post("/v1/submissions", json=BODY, headers=key("~" * 255)).status_code == status


def test_an_upload_is_the_same_by_its_bytes_not_its_boundary(web: Web) -> None:
    def post(data: bytes) -> int:
        form = {"image": (BytesIO(data), "a.png")}
        return web.post("/v1/submissions", data=form, headers=key("k")).status_code

    assert (post(b"one"), post(b"one"), post(b"two")) == (202, 200, 422)


def test_a_batch_repeats_entry_by_entry(web: Web, sender: RecordingSender) -> None:
    entries = [{"image_url": f"{IMAGE_URL}?{number}"} for number in range(3)]

    def post() -> list[tuple[int, str | None]]:
        response = web.post("/v1/submissions/batch", json={"submissions": entries}, headers=key("b"))
        return [
            (result["status"], result["submission"] and result["submission"]["id"])
            for result in response.get_json()["results"]
        ]

    first = post()
    entries[1] = {"image_url": "https://example.com/another"}
    entries.append({"image_url": f"{IMAGE_URL}?new"})
    again = post()
    assert [status for status, _ in first] == [202] * 3
    assert [status for status, _ in again] == [200, 422, 200, 202]
    assert (again[0], again[2]) == ((200, first[0][1]), (200, first[2][1]))
    assert len(sender.sent) == 4
