"""Clients for tests, with a key and a webhook secret."""

from core.vocabulary import Scheme, Source
from store.base.database import Database
from store.clients.clients import NewClient, add_client

SECRET_KEY = "a secret of the tests, long enough to be one"


def make_client(
    database: Database,
    name: str = "Shop",
    *,
    source: Source = Source.API,
    scheme: Scheme = Scheme.STANDARD,
    callback_url: str | None = None,
    webhook_secret: str | None = None,
) -> NewClient:
    """Add a client to the database."""
    with database.writing() as session:
        return add_client(
            session,
            name=name,
            source=source,
            scheme=scheme,
            callback_url=callback_url,
            webhook_secret=webhook_secret,
            secret_key=SECRET_KEY,
        )
