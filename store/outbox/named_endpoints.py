"""Endpoints that submissions name: how many a client may have, and when they are deleted."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from core.clients.quota import MOST_CALLBACK_URLS
from core.urls import url_digest
from store.outbox.client_events import find_or_make_endpoints
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Callback, Endpoint


def add_named_endpoints(session: Session, client_id: str, urls: Collection[str]) -> set[str]:
    """Make the endpoints that submissions name; returns the URLs that are refused, as one too many.

    Before the submissions are stored, so that a client learns of it from the answer. The client's row
    is locked first, as for placing events, but only where a URL is new.
    """
    wanted = dict.fromkeys(urls)  # in the order of the submissions
    if not wanted:
        return set()
    known = _known(session, client_id, wanted)
    if all(url in known for url in wanted):
        return set()
    own_url = session.scalar(
        select(Client.callback_url).where(Client.id == client_id).with_for_update(key_share=True)
    )
    known = _known(session, client_id, wanted) | {own_url}
    count = session.scalar(
        select(func.count())
        .select_from(Endpoint)
        .where(Endpoint.client_id == client_id, Endpoint.url_sha256 != url_digest(own_url or ""))
    )
    new = [url for url in wanted if url not in known]
    granted = new[: max(0, MOST_CALLBACK_URLS - (count or 0))]
    find_or_make_endpoints(session, client_id, set(granted))
    return set(new) - set(granted)


def delete_idle_endpoints(session: Session, before: datetime) -> None:
    """Delete endpoints older than that which no call is left of; clients' own callback URLs stay."""
    is_idle = (
        Endpoint.created_at < before,
        ~exists().where(Callback.endpoint_id == Endpoint.id),
        ~exists().where(Client.id == Endpoint.client_id, Client.callback_url == Endpoint.url),
    )
    # Their clients' rows are locked first, so that no call is on its way into one meanwhile.
    clients = select(Endpoint.client_id).where(*is_idle).distinct()
    session.execute(
        select(Client.id).where(Client.id.in_(clients)).order_by(Client.id).with_for_update(key_share=True)
    )
    session.execute(delete(Endpoint).where(*is_idle).execution_options(synchronize_session=False))


def _known(session: Session, client_id: str, urls: Collection[str]) -> set[str | None]:
    digests = {url_digest(url): url for url in urls}
    found = session.scalars(
        select(Endpoint.url_sha256).where(Endpoint.client_id == client_id, Endpoint.url_sha256.in_(digests))
    )
    return {digests[digest] for digest in found}
