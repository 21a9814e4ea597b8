"""The client that a bench submits as."""

from sqlalchemy.orm import Session

from core.settings.settings import Settings
from core.vocabulary import Scheme, Source
from store.clients.clients import NewClient, add_client


def add_bench_client(session: Session, settings: Settings) -> NewClient:
    """Add a client without call backs, in the source of a program."""
    return add_client(
        session,
        name="Bench",
        source=Source.API,
        scheme=Scheme.STANDARD,
        callback_url=None,
        webhook_secret=None,
        secret_key=settings.secret_key,
    )
