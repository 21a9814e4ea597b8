"""Where moderators wrote down a seller: rules of queues, their lines in the audit log, and saved filters."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from store.queues.named_queues import delete_queue, list_queues
from store.tables.marketplace_tables import Listing
from store.tables.people_tables import Moderator
from store.tables.review_tables import Event


def forget_filters_on(session: Session, client_id: str, seller: str) -> None:
    """Delete queues and saved filters that ask for a seller of a client, and the name from the audit log.

    What asks for the name alone stays while another client has a seller of this name.
    """
    others = exists().where(Listing.seller == seller, Listing.client_id != client_id)
    is_shared = session.scalar(select(others)) or False

    def is_theirs(filters: Mapping[str, Any]) -> bool:
        is_meant = filters.get("client") == client_id or ("client" not in filters and not is_shared)
        return filters.get("seller") == seller and is_meant

    queues = [queue for queue in list_queues(session, member_id=None) if is_theirs(queue.rule)]
    events = session.scalars(select(Event).where(Event.kind.startswith("queue_", autoescape=True))).all()
    on_them = {event.id: event.subject for event in events if is_theirs(event.detail)}
    # Queues may have been called by the seller's name, which their other lines have as well.
    called = {queue.name for queue in queues} | set(on_them.values())
    named = {name for name in called if seller.casefold() in name.casefold()}
    for queue in queues:
        delete_queue(session, queue.id)
    for event in events:
        hidden = {"seller"} if event.id in on_them else set[str]()
        hidden |= {"former"} if event.detail.get("former") in named else set()
        if hidden:
            event.detail = {name: value for name, value in event.detail.items() if name not in hidden}
        event.subject = "" if event.subject in named else event.subject
    for person in session.scalars(select(Moderator).where(Moderator.preferences.is_not(None))):
        saved = (person.preferences or {}).get("saved") or {}
        kept = {name: query for name, query in saved.items() if not is_theirs(dict(parse_qsl(query)))}
        if kept != saved:
            person.preferences = {**(person.preferences or {}), "saved": kept}
