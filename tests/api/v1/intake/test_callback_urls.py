"""Callback URLs of submissions: one endpoint for each address, and a bounded number of them per client."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.clients.quota import MOST_CALLBACK_URLS
from core.clock import now
from core.vocabulary import EventKind
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.outbox.client_events import NewEvent, add_events, place_events
from store.retention.purge import purge_expired
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Endpoint
from store.tables.submission_tables import Submission
from tests.api.conftest import IMAGE_URL, Web, problem
from tests.spellings import ONE, SPELLINGS


def batch(web: Web, urls: list[str]) -> list[int]:
    """Submit an image for each callback URL; returns the status of each."""
    entries = [{"image_url": IMAGE_URL, "callback_url": url} for url in urls]
    response = web.post("/v1/submissions/batch", json={"submissions": entries})
    assert response.status_code == 202, response.text
    return [result["status"] for result in response.get_json()["results"]]


def endpoints(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Endpoint.url).order_by(Endpoint.url)))


def test_five_spellings_of_a_callback_url_are_one_endpoint(web: Web, database: Database) -> None:
    assert batch(web, list(SPELLINGS[:3])) == [202] * 3
    for url in SPELLINGS[3:]:
        web.submit(callback_url=url)
    assert endpoints(database) == [ONE]
    with database.reading() as session:
        assert set(session.scalars(select(Submission.callback_url))) == {ONE}


def test_submissions_name_at_most_a_hundred_callback_urls(web: Web, database: Database) -> None:
    urls = [f"https://a.example/h?{number}" for number in range(400)]
    assert batch(web, urls) == [202] * 100 + [422] * 300
    assert endpoints(database) == sorted(urls[:100])
    refused = problem(web.post("/v1/submissions", json={"image_url": IMAGE_URL, "callback_url": urls[100]}))
    assert (refused["status"], refused["code"]) == (422, "invalid_request")
    (error,) = refused["errors"]
    assert error["field"] == "callback_url"
    assert f"{MOST_CALLBACK_URLS} callback URLs" in error["detail"]
    assert batch(web, [urls[99], urls[100], urls[0]]) == [202, 422, 202], "those that are known stay good"


def test_a_clients_own_callback_url_is_always_good(web: Web, database: Database) -> None:
    own = "https://shop.example/own"
    with database.writing() as session:
        session.execute(update(Client).values(callback_url=own))
    batch(web, [f"https://a.example/{number}" for number in range(100)])
    assert batch(web, [own, "https://a.example/100"]) == [202, 422]


def test_submissions_at_once_name_no_more_than_a_hundred_together(web: Web, database: Database) -> None:
    urls = [[f"https://{name}.example/{number}" for number in range(60)] for name in "abc"]

    def post(some: list[str]) -> list[int]:
        return batch(Web(web.client.application.test_client(), web.key), some)

    with ThreadPoolExecutor(3) as pool:
        statuses = [status for one in pool.map(post, urls) for status in one]
    assert (statuses.count(202), statuses.count(422)) == (100, 80)
    assert len(endpoints(database)) == 100


def test_a_callback_url_that_is_too_long_once_encoded_is_refused(web: Web) -> None:
    url = "https://a.example/" + "あ" * 1000
    refused = problem(web.post("/v1/submissions", json={"image_url": IMAGE_URL, "callback_url": url}))
    assert (refused["status"], refused["code"]) == (422, "url_too_long")


@pytest.mark.parametrize("is_own", [True, False])
def test_a_purge_deletes_callback_urls_that_no_call_is_left_of(
    web: Web, database: Database, blobs: FolderBlobs, *, is_own: bool
) -> None:
    batch(web, ["https://a.example/old", "https://a.example/new"])
    called = web.submit(callback_url="https://a.example/called")
    with database.writing() as session:
        client_id = session.get_one(Submission, called).client_id
        add_events(session, EventKind.SUBMISSION_FAILED, [NewEvent(client_id, called)], at=now())
        place_events(session, client_id)
        session.execute(
            update(Endpoint)
            .where(~Endpoint.url.endswith("new"))
            .values(created_at=now() - timedelta(days=91))
        )
        if is_own:
            session.execute(update(Client).values(callback_url="https://a.example/old"))
    purge_expired(database, blobs, at=now(), retention=timedelta(days=90))
    left = ["https://a.example/old"] if is_own else []
    assert endpoints(database) == ["https://a.example/called", "https://a.example/new", *left]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 3
