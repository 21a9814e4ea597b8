"""Keys, and how often their holders may ask."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from api.app import create_app
from api.http import auth
from api.http.parts import ApiParts
from api.http.request_limits import RateLimits
from core.clock import now
from store.base.database import Database
from store.clients.clients import NewClient
from store.tables.client_tables import ApiKey, Client
from tests.api.conftest import IMAGE_URL, Web, make_web, problem

PATHS = ["/v1/submissions", f"/v1/submissions/{'0' * 32}", f"/v1/images/{'0' * 64}"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer kt_wrong", "Basic a2V5", "kt_x", "Bearer " + "a" * 5000]
)
def test_no_or_a_bad_key_is_unauthorized(sqlite_web: Web, path: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = sqlite_web.client.get(path, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert problem(response)["code"] == "unauthorized"


@pytest.mark.parametrize("path", ["/v1/submissions", "/v1/submissions/batch"])
def test_nothing_is_read_without_a_key(sqlite_web: Web, path: str) -> None:
    response = sqlite_web.client.post(path, data=b"{", content_type="application/json")
    assert response.status_code == 401


def test_the_scheme_is_read_in_any_case(sqlite_web: Web) -> None:
    response = sqlite_web.client.get("/v1/submissions", headers={"Authorization": f"bearer {sqlite_web.key}"})
    assert response.status_code == 200


def test_a_revoked_key_and_a_disabled_client_are_locked_out_soon(
    api_parts: ApiParts, database: Database, shop: NewClient
) -> None:
    time = [0.0]
    web = Web(create_app(replace(api_parts, clock=lambda: time[0])).test_client(), shop.api_key)

    def answer_after(seconds: float) -> int:
        time[0] += seconds
        return web.get("/v1/submissions").status_code

    assert answer_after(0) == 200
    with database.writing() as session:
        session.get_one(Client, shop.client.id).disabled_at = now()
    assert [answer_after(auth.REMEMBERED - 0.1), answer_after(0.1)] == [200, 401]
    with database.writing() as session:
        session.get_one(Client, shop.client.id).disabled_at = None
    assert answer_after(0) == 200
    with database.writing() as session:
        session.query(ApiKey).one().revoked_at = now()
    assert [answer_after(auth.REMEMBERED - 0.1), answer_after(0.1)] == [200, 401]


def test_one_key_more_than_are_remembered_costs_the_others_nothing(
    database: Database, api_parts: ApiParts, count_queries: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "MOST_REMEMBERED", 3)
    webs = [make_web(api_parts) for _ in range(4)]
    app = webs[0].client.application
    for web in webs:
        web.client = app.test_client()
        web.get(PATHS[1])
    count_queries()
    costs = []
    for web in reversed(webs):
        web.get(PATHS[1])
        costs.append(count_queries())
    assert costs[:3] == [1, 1, 1]  # the row alone
    assert costs[3] > 1  # the key that was used longest ago


def test_a_known_key_costs_no_query_and_its_use_is_noted(
    web: Web, database: Database, count_queries: Callable[[], int]
) -> None:
    web.get("/v1/nothing")
    assert count_queries() == 0
    web.get(PATHS[1])
    first = count_queries()
    web.get(PATHS[1])
    assert (first, count_queries()) == (3, 1)  # key, use and row; then the row alone
    with database.reading() as session:
        assert session.query(ApiKey).one().last_used_at is not None


def test_a_client_over_its_limit_is_told_when_to_come_back(sqlite_parts: ApiParts) -> None:
    web = make_web(sqlite_parts, rate_limit=3)
    assert [web.get("/v1/submissions").status_code for _ in range(4)] == [200, 200, 200, 429]
    response = web.post("/v1/submissions", json={"image_url": IMAGE_URL})
    assert problem(response)["code"] == "rate_limited"
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_one_client_does_not_use_up_anothers_limit(sqlite_parts: ApiParts) -> None:
    parts = replace(sqlite_parts, rate_limit=1)
    one, two = make_web(parts), make_web(parts)
    app = create_app(parts)
    for web in (one, two):
        web.client = app.test_client()
    assert [web.get("/v1/submissions").status_code for web in (one, two, one)] == [200, 200, 429]


def test_guessing_keys_is_stopped_by_address_and_known_keys_go_on(
    sqlite_web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_A_MINUTE", 3)
    assert sqlite_web.get("/v1/submissions").status_code == 200

    def guess() -> int:
        return Web(sqlite_web.client, "kt_guess").get("/v1/submissions").status_code

    assert [guess() for _ in range(5)] == [401, 401, 401, 429, 429]
    assert sqlite_web.get("/v1/submissions").status_code == 200


@pytest.mark.redis
def test_limits_in_redis_hold_across_processes(sqlite_parts: ApiParts, redis_url: str) -> None:
    parts = replace(sqlite_parts, rate_limit=2, limiter_storage=redis_url)
    first = make_web(parts)
    second = Web(create_app(parts).test_client(), first.key)
    assert [web.get("/v1/submissions").status_code for web in (first, second, first)] == [200, 200, 429]


def test_a_redis_that_is_down_neither_refuses_nor_delays(sqlite_parts: ApiParts) -> None:
    web = make_web(sqlite_parts, rate_limit=2, limiter_storage="redis://127.0.0.1:1/0")
    assert [web.get("/v1/submissions").status_code for _ in range(3)] == [200, 200, 429]


def test_looking_counts_nothing() -> None:
    limits = RateLimits("memory://")
    assert [limits.look("kind", "key", 1) for _ in range(3)] == [None] * 3
    assert limits.hit("kind", "key", 1) is None
    assert limits.look("kind", "key", 1)
