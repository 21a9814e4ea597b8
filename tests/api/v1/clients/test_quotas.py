"""Quotas: so many images in a day or a month, counted once each, and a clear word when they are used up."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.http import auth
from api.v1.market import hook_clients
from core.clients.quota import Quota, QuotaPeriod, parse_quota
from core.clock import now
from core.vocabulary import Scheme
from store.base.database import Database
from store.clients.clients import NewClient
from store.clients.quotas import set_quota
from store.market.hook_deliveries import find_delivery, list_deliveries
from store.tables.client_tables import Client
from store.tables.marketplace_tables import HookOutcome, ListingImage
from store.tables.submission_tables import Submission
from tests.api.conftest import IMAGE_URL, Web, problem
from tests.api.v1.market.hooks import add_market, deliver, listing, standard_headers
from worker.market.kept_deliveries import take_in_kept


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "REMEMBERED", 0.0)
    monkeypatch.setattr(hook_clients, "REMEMBERED", 0.0)


@pytest.fixture
def limit(database: Database, shop: NewClient) -> Callable[[str], None]:
    def set_to(text: str, client_id: str = shop.client.id) -> None:
        with database.writing() as session:
            set_quota(session, session.get_one(Client, client_id), parse_quota(text), now())

    return set_to


def submit(web: Web, **kwargs: Any) -> Any:
    return web.post("/v1/submissions", json={"image_url": IMAGE_URL}, **kwargs)


def test_what_is_beyond_the_quota_is_refused_and_says_what_is_left(
    web: Web, limit: Callable[[str], None]
) -> None:
    submit(web)
    limit("3/day")
    assert web.get("/v1/quota").get_json()["left"] == 2  # what was there before counts
    assert [submit(web).status_code for _ in range(2)] == [202, 202]
    refused = submit(web)
    body = problem(refused)
    assert (refused.status_code, body["code"]) == (429, "quota_exhausted")
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    expected = {
        "limit": 3,
        "period": "day",
        "used": 3,
        "left": 0,
        "resets_at": tomorrow.isoformat().replace("+00:00", "Z"),
    }
    assert body["quota"] == expected == web.get("/v1/quota").get_json()
    assert 0 < int(refused.headers["Retry-After"]) <= 86400
    limit("4/day")
    assert submit(web).status_code == 202
    limit("none")
    assert submit(web).status_code == 202
    assert set(web.get("/v1/quota").get_json().values()) == {None}


def test_a_repeat_takes_nothing_and_is_answered_beyond_the_quota(
    web: Web, limit: Callable[[str], None]
) -> None:
    limit("1/month")
    key = {"Idempotency-Key": "a"}
    first = submit(web, headers=key)
    assert [submit(web, headers=key).status_code for _ in range(3)] == [200, 200, 200]
    assert submit(web, headers=key).get_json()["id"] == first.get_json()["id"]
    assert web.get("/v1/quota").get_json()["used"] == 1


def test_of_a_batch_as_many_are_taken_as_are_left(web: Web, limit: Callable[[str], None]) -> None:
    limit("3/day")
    entries = [{"image_url": IMAGE_URL}, {"image_url": "no"}, *[{"image_url": IMAGE_URL}] * 4]
    answer = web.post("/v1/submissions/batch", json={"submissions": entries}).get_json()
    assert [result["status"] for result in answer["results"]] == [202, 422, 202, 202, 429, 429]
    assert answer["results"][-1]["problem"]["quota"]["left"] == 0


def test_an_upload_beyond_the_quota_leaves_no_bytes(
    web: Web, api_parts: Any, limit: Callable[[str], None], tmp_path: Any
) -> None:
    limit("0/day")
    stored: list[object] = []
    put = api_parts.blobs.put_stream

    def note(stream: object) -> object:
        stored.append(stream)
        return put(stream)

    api_parts.blobs.put_stream = note
    answer = web.post("/v1/submissions", data={"image": (io.BytesIO(b"x"), "a.png")})
    assert (answer.status_code, stored) == (429, [])


def test_twenty_at_once_never_take_more_than_there_is(
    web: Web, limit: Callable[[str], None], database: Database
) -> None:
    limit("7/day")
    with ThreadPoolExecutor(20) as pool:

        def one(_: int) -> int:
            return int(submit(Web(web.client.application.test_client(), web.key)).status_code)

        statuses = list(pool.map(one, range(20)))
    assert (statuses.count(202), statuses.count(429)) == (7, 13)
    with database.reading() as session:
        assert session.query(Submission).count() == 7


def test_a_listing_beyond_the_quota_waits_and_costs_the_shop_nothing(
    web: Web, database: Database, limit: Any
) -> None:
    market = add_market(database, Scheme.STANDARD)
    limit("2/day", market.client.id)
    body = listing(*(f"https://a.example/{n}.png" for n in range(3)))
    answer = deliver(web, market.client.id, body, standard_headers(market.webhook_secret, body))
    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "kept")
    assert answer.get_json()["submissions"] == 2
    assert "1 waiting until the quota resets" in answer.get_json()["detail"]
    take_in_kept(database)
    with database.reading() as session:
        assert session.query(Submission).count() == 2  # nothing moves before the quota does
        (kept,) = list_deliveries(session)
    assert (kept.outcome, kept.due_at > now()) == (HookOutcome.PENDING, True)
    limit("5/day", market.client.id)
    take_in_kept(database)
    with database.reading() as session:
        assert session.query(Submission).count() == 3
        assert {row.submission_id is None for row in session.scalars(select(ListingImage))} == {False}
        found = find_delivery(session, kept.id)
    assert found is not None
    assert found.outcome is HookOutcome.ACCEPTED


def test_a_period_begins_at_midnight_or_the_first() -> None:
    at = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    day, month = Quota(1, QuotaPeriod.DAY), Quota(1, QuotaPeriod.MONTH)
    assert (day.key(at), month.key(at)) == ("2026-12-31", "2026-12")
    assert day.ends(at) == month.ends(at) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month.begins(at) == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "1", "1/week", "-1/day", "1.5/day", "10000000000/day"])
def test_a_quota_that_is_none_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="1000/day"):
        parse_quota(text)
