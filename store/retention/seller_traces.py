"""Where moderators wrote down a seller: rules of queues, their lines in the audit log, and saved filters."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from store.queues.named_queues import delete_queue, list_queues
from store.tables.marketplace_tables import Listing
from store.tables.people_tables import Moderator
from store.tables.queue_tables import NamedQueue
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

    def is_named(text: str) -> bool:
        return seller.casefold() in text.casefold()

    queues = [queue for queue in list_queues(session, member_id=None) if is_theirs(queue.rule)]
    of_queues = select(Event).where(Event.kind.startswith("queue_", autoescape=True))
    events = session.scalars(of_queues.order_by(Event.created_at, Event.id)).all()
    about = _queues_of(events, list_queues(session, member_id=None))
    theirs = {queue.id for queue in queues} | {about[one.id] for one in events if is_theirs(one.detail)}
    for queue in queues:
        delete_queue(session, queue.id)
    # Any name of such a queue may be the seller's, at any time.
    for event in (one for one in events if about[one.id] in theirs):
        hidden = {"seller"} if is_theirs(event.detail) else set[str]()
        hidden |= {"former"} if is_named(event.detail.get("former", "")) else set()
        if hidden:
            event.detail = {name: value for name, value in event.detail.items() if name not in hidden}
        event.subject = "" if is_named(event.subject) else event.subject
    for person in session.scalars(select(Moderator).where(Moderator.preferences.is_not(None))):
        saved = (person.preferences or {}).get("saved") or {}
        kept = {name: query for name, query in saved.items() if not is_theirs(dict(parse_qsl(query)))}
        if kept != saved:
            person.preferences = {**(person.preferences or {}), "saved": kept}


def _queues_of(events: Sequence[Event], standing: Sequence[NamedQueue]) -> dict[str, str]:
    """Name the queue of each line, oldest first: by its id, or by one of its lines where none says the id.

    Older lines know a queue by its name alone. No two have the same name at once, so the lines before tell
    which one had it.
    """
    holders: dict[str, str] = {}
    found: dict[str, str] = {}
    same: dict[str, str] = {}
    for event in events:
        held = holders.pop(event.detail.get("former") or event.subject, None)
        held = None if event.kind == "queue_added" else held
        found[event.id] = queue = event.detail.get("queue_id") or held or event.id
        if held is not None and held != queue:
            same[held] = queue
        if event.subject and event.kind != "queue_deleted":
            holders[event.subject] = queue
    same |= {holders[queue.name]: queue.id for queue in standing if queue.name in holders}
    return {event_id: same.get(queue, queue) for event_id, queue in found.items()}
