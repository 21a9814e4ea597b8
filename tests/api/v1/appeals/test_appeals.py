"""A client may ask once for another look, and say why."""

import threading

import pytest
from sqlalchemy import select

from api.http.parts import ApiParts
from store.appeals.appeals import list_open_appeals
from store.base.database import Database
from store.tables.appeal_tables import Appeal
from tests.api.conftest import Web, examine, make_web, problem

REASON = "I drew this over three evenings;\nthe layers are at the link."
PROOF = "https://artist.example/work-in-progress"


@pytest.fixture
def examined(web: Web, database: Database) -> str:
    submission_id = web.submit()
    examine(database, submission_id)
    return f"/v1/submissions/{submission_id}/appeal"


def test_an_appeal_is_kept_for_a_person(web: Web, examined: str, database: Database) -> None:
    response = web.post(examined, json={"reason": REASON, "evidence_url": PROOF})
    assert response.status_code == 201
    body = response.get_json()
    assert (body["state"], body["reason"], body["evidence_url"]) == ("open", REASON, PROOF)
    with database.reading() as session:
        (kept,) = list_open_appeals(session)
    assert (kept.id, kept.reason, kept.evidence_url) == (body["id"], REASON, PROOF)
    assert kept.submission is not None
    assert body["submission_id"] == kept.submission.id


def test_the_submission_says_where_to_appeal_once_there_is_a_verdict(web: Web, examined: str) -> None:
    assert web.get(examined.removesuffix("/appeal")).get_json()["links"]["appeal"] == examined


def test_a_second_appeal_is_refused_while_the_first_is_open(
    web: Web, examined: str, database: Database
) -> None:
    assert web.post(examined, json={"reason": REASON}).status_code == 201
    response = web.post(examined, json={"reason": "Again."})
    assert (response.status_code, problem(response)["code"]) == (409, "appeal_open")
    with database.reading() as session:
        assert len(list_open_appeals(session)) == 1


def test_of_many_who_ask_at_once_one_opens_the_appeal(web: Web, examined: str, database: Database) -> None:
    app = web.client.application
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(Web(app.test_client(), web.key).post(examined, json={"reason": REASON}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409, 409, 409]
    with database.reading() as session:
        assert len(session.scalars(select(Appeal)).all()) == 1


def test_there_is_nothing_to_appeal_against_before_the_verdict(web: Web) -> None:
    response = web.post(f"/v1/submissions/{web.submit()}/appeal", json={"reason": REASON})
    assert (response.status_code, problem(response)["code"]) == (409, "not_examined")


def test_another_clients_submission_is_not_there(api_parts: ApiParts, examined: str) -> None:
    response = make_web(api_parts).post(examined, json={"reason": REASON})
    assert (response.status_code, problem(response)["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "invalid_request"),
        ({"reason": ""}, "invalid_request"),
        ({"reason": " \n "}, "invalid_request"),
        ({"reason": "x" * 2001}, "invalid_request"),
        ({"reason": "a\x00b"}, "invalid_request"),
        ({"reason": REASON, "outcome": "human"}, "invalid_request"),
        ({"reason": REASON, "evidence_url": "ftp://a.example/b"}, "unsupported_scheme"),
    ],
)
def test_an_appeal_without_a_readable_reason_is_refused(
    web: Web, examined: str, fields: dict[str, str], code: str
) -> None:
    response = web.post(examined, json=fields)
    assert response.status_code == 422
    assert code in {problem(response)["code"], *(item["code"] for item in problem(response)["errors"])}
