"""A real application on a real socket, and a client for it."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, request, request_started
from werkzeug.serving import make_server

from api.app import create_app
from api.http.parts import ApiParts
from core.broker.bell import BellListener
from core.vocabulary import Source
from kantei_client import Kantei
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from tests.api.conftest import MAX_IMAGE_BYTES, RecordingSender
from tests.clients import SECRET_KEY, make_client


class Live:
    """An application that is being served; `called` holds each request as `GET /v1/quota`."""

    def __init__(self, database: Database, blobs: FolderBlobs) -> None:
        self.database = database
        self.blobs = blobs
        self.called: set[str] = set()
        parts = ApiParts(
            database=database,
            blobs=blobs,
            sender=RecordingSender(database),
            listener=BellListener(),
            secret_key=SECRET_KEY,
            max_image_bytes=MAX_IMAGE_BYTES,
            rate_limit=100_000,
        )
        self.app = create_app(parts)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def note(self, _app: Flask, **_: object) -> None:
        """Remember a request's rule."""
        self.called.add(f"{request.method} {request.url_rule}")


@pytest.fixture
def live(sqlite_database: Database, blobs: FolderBlobs) -> Iterator[Live]:
    made = Live(sqlite_database, blobs)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with request_started.connected_to(made.note, made.app):
        yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def market(live: Live) -> NewClient:
    """A client of that server, with a key and a webhook secret."""
    return make_client(live.database, "My market", source=Source.MARKETPLACE)


@pytest.fixture
def kantei(live: Live, market: NewClient) -> Iterator[Kantei]:
    with Kantei(live.address, market.api_key) as made:
        yield made
