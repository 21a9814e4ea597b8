"""Events, pulled: the same as called back, in order, each once."""

from typing import Any

import pytest
from sqlalchemy import update

from api.schemas.event_schemas import EventPageAnswer
from core.clock import now
from core.vocabulary import EventKind
from store.base.database import Database
from store.clients.clients import NewClient
from store.outbox.callbacks import CallResult, claim_endpoint, fail, next_callback, next_in_turn
from store.outbox.client_events import NewEvent, add_events, place_events
from store.outbox.endpoints import send_test
from store.tables.client_tables import Client
from tests.api.conftest import Web, examine, make_web, problem
from worker.outbox.notify import LEASE


def tell(database: Database, shop: NewClient, submission_id: str) -> str:
    with database.writing() as session:
        told = [NewEvent(shop.client.id, submission_id)]
        (event_id,) = add_events(session, EventKind.SUBMISSION_EXAMINED, told, at=now())
    return event_id


def pull(web: Web, query: str = "") -> dict[str, Any]:
    answer = web.get(f"/v1/events{query}")
    assert answer.status_code == 200, answer.text
    EventPageAnswer.model_validate_json(answer.data)
    body: dict[str, Any] = answer.get_json()
    return body


def test_an_events_data_is_what_the_submission_answers(web: Web, database: Database, shop: NewClient) -> None:
    submission_id = web.submit(title="月", listing_id="7", external_id="x")
    examine(database, submission_id)
    event_id = tell(database, shop, submission_id)
    page = pull(web)
    (event,) = page["events"]
    assert (event["id"], event["type"], event["sequence"]) == (event_id, "submission.examined", 1)
    assert event["data"] == web.get(f"/v1/submissions/{submission_id}").get_json()
    assert not page["has_more"]


def test_pages_follow_each_other_by_sequence_and_by_id(web: Web, database: Database, shop: NewClient) -> None:
    submission_id = web.submit()
    ids = [tell(database, shop, submission_id) for _ in range(5)]
    first = pull(web, "?limit=2")
    assert ([event["id"] for event in first["events"]], first["has_more"]) == (ids[:2], True)
    for after in (2, ids[1]):
        rest = pull(web, f"?after={after}")
        assert ([event["id"] for event in rest["events"]], rest["has_more"]) == (ids[2:], False)
    assert pull(web, "?after=5")["events"] == []


def test_nobody_sees_anothers_events(web: Web, api_parts: Any, database: Database, shop: NewClient) -> None:
    event_id = tell(database, shop, web.submit())
    other = make_web(api_parts)
    assert pull(other)["events"] == []
    assert problem(other.get(f"/v1/events?after={event_id}"))["code"] == "not_found"


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={'9' * 19}", "limit=0", "limit=101", "x=1"])
def test_a_wrong_question_is_refused(sqlite_web: Web, query: str) -> None:
    assert sqlite_web.get(f"/v1/events?{query}").status_code == 422


def test_a_test_event_has_no_data(web: Web, database: Database, shop: NewClient) -> None:
    with database.writing() as session:
        send_test(session, shop.client.id, now())
    (event,) = pull(web)["events"]
    assert (event["type"], event["data"]) == ("endpoint.test", {})


def test_the_owner_of_a_disabled_endpoint_is_told(web: Web, database: Database, shop: NewClient) -> None:
    assert web.get("/v1/endpoints").get_json() == {"endpoints": []}
    with database.writing() as session:
        session.execute(update(Client).values(callback_url="https://shop.example/"))
    tell(database, shop, web.submit())
    with database.writing() as session:
        place_events(session, shop.client.id)
    (found,) = web.get("/v1/endpoints").get_json()["endpoints"]
    assert (found["state"], found["waiting"]) == ("well", 1)
    with database.writing() as session:
        turn = claim_endpoint(session, *next_in_turn(session, now(), limit=1), lease=LEASE, at=now())
        assert turn is not None
        callback = next_callback(session, turn, now())
        assert callback is not None
        attempt = CallResult(410, None, "", 0.1)
        fail(
            session,
            turn,
            callback,
            attempt,
            due_at=now(),
            paused_until=None,
            is_gone=True,
            lease=LEASE,
            at=now(),
        )
    (found,) = web.get("/v1/endpoints").get_json()["endpoints"]
    assert (found["state"], found["disabled_reason"], found["next_call_at"]) == ("disabled", "gone", None)
