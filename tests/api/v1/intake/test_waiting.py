"""`?wait=` holds the answer until there is one."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import QueuePool

from api.app import create_app
from api.http.parts import ApiParts
from store.clients.clients import NewClient
from tests.api.conftest import Web, examine, problem
from tests.clocks import wait_until


class LateEars:
    """Ears that say when somebody began to listen."""

    def __init__(self, parts: ApiParts) -> None:
        self.parts = parts

    def wait_for_listener(self, submission_id: str) -> None:
        wait_until(lambda: submission_id in self.parts.listener._waiting, "somebody listens")


@pytest.fixture
def pool() -> Any:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def ask(
    web: Web, pool: ThreadPoolExecutor, submission_id: str, seconds: float
) -> "Future[tuple[float, Any]]":
    def wait() -> tuple[float, Any]:
        start = time.monotonic()
        client = Web(web.client.application.test_client(), web.key)
        response = client.get(f"/v1/submissions/{submission_id}?wait={seconds}")
        return time.monotonic() - start, response.get_json()

    return pool.submit(wait)


def test_a_bell_ends_the_waiting_at_once(web: Web, api_parts: ApiParts, pool: ThreadPoolExecutor) -> None:
    submission_id = web.submit()
    waiting = ask(web, pool, submission_id, 20)
    LateEars(api_parts).wait_for_listener(submission_id)
    examine(api_parts.database, submission_id)
    start = time.monotonic()
    api_parts.listener.hear(submission_id)
    _, body = waiting.result(5)
    assert body["state"] == "examined"
    assert time.monotonic() - start < 1


@pytest.mark.slow
def test_a_missed_bell_costs_a_moment(web: Web, api_parts: ApiParts, pool: ThreadPoolExecutor) -> None:
    submission_id = web.submit()
    waiting = ask(web, pool, submission_id, 20)
    LateEars(api_parts).wait_for_listener(submission_id)
    examine(api_parts.database, submission_id)
    seconds, body = waiting.result(10)
    assert body["state"] == "examined"
    assert seconds < 4


@pytest.mark.slow
def test_a_bell_for_nothing_does_not_end_the_waiting(
    web: Web, api_parts: ApiParts, pool: ThreadPoolExecutor
) -> None:
    submission_id = web.submit()
    waiting = ask(web, pool, submission_id, 0.6)
    LateEars(api_parts).wait_for_listener(submission_id)
    api_parts.listener.hear(submission_id)
    seconds, body = waiting.result(5)
    assert body["state"] == "queued"
    assert 0.6 <= seconds < 3


def test_what_is_final_is_answered_at_once(web: Web, api_parts: ApiParts) -> None:
    submission_id = web.submit()
    examine(api_parts.database, submission_id)
    start = time.monotonic()
    assert web.get(f"/v1/submissions/{submission_id}?wait=30").get_json()["state"] == "examined"
    assert time.monotonic() - start < 1


def test_no_connection_is_held_while_waiting(web: Web, api_parts: ApiParts, pool: ThreadPoolExecutor) -> None:
    submission_id = web.submit()
    waiting = ask(web, pool, submission_id, 20)
    LateEars(api_parts).wait_for_listener(submission_id)
    pool_of_connections = api_parts.database.engine.pool
    assert isinstance(pool_of_connections, QueuePool)
    wait_until(lambda: pool_of_connections.checkedout() == 0, "no connection is held")
    examine(api_parts.database, submission_id)
    api_parts.listener.hear(submission_id)
    waiting.result(5)


@pytest.mark.slow
def test_who_finds_the_room_full_is_answered_at_once(api_parts: ApiParts, shop: NewClient) -> None:
    parts = replace(api_parts, max_waiting=1)
    web = Web(create_app(parts).test_client(), shop.api_key)
    submission_id = web.submit()
    with ThreadPoolExecutor(1) as pool:
        first = ask(web, pool, submission_id, 1)
        LateEars(parts).wait_for_listener(submission_id)
        start = time.monotonic()
        assert web.get(f"/v1/submissions/{submission_id}?wait=20").get_json()["state"] == "queued"
        assert time.monotonic() - start < 0.5
        first.result(5)
    assert threading.active_count() < 20


@pytest.mark.parametrize("wait", ["31", "-1", "nan", "inf", "x", "", "1&wait=2"])
def test_a_wrong_wait_is_refused(sqlite_web: Web, wait: str) -> None:
    response = sqlite_web.get(f"/v1/submissions/{'0' * 32}?wait={wait}")
    assert response.status_code == 422
    assert problem(response)["errors"][0]["field"] == "wait"


def test_another_client_cannot_wait_for_it(web: Web, sqlite_web: Web) -> None:
    start = time.monotonic()
    assert sqlite_web.get(f"/v1/submissions/{web.submit()}?wait=20").status_code == 404
    assert time.monotonic() - start < 1
