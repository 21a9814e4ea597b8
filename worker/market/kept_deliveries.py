"""Processing deliveries that the API only stored, because of too many at once or an error."""

import logging
from datetime import timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.clock import now
from core.declarations import words_from_json
from marketplace.dialects import read_delivery
from store.base.database import Database
from store.market.delivery_intake import StoredDelivery, finish_delivery
from store.market.hook_deliveries import end_delivery, put_off_delivery, take_pending
from store.tables.client_tables import Client
from store.tables.marketplace_tables import HookDelivery, HookOutcome

PAUSE = timedelta(seconds=10)  # before a delivery is tried again that the database refused for the moment

log = logging.getLogger(__name__)


def take_in_kept(database: Database) -> int:
    """Take in every delivery that waits, oldest first; returns how many. Images wait for the sweeper.

    Each in a transaction of its own: one that waits for a lock must not keep what others have locked.
    """
    total = 0
    while True:
        with database.writing() as session:
            rows = take_pending(session, 1, now())
            for row in rows:
                _take_in_or_put_off(session, row)
        if not rows:
            return total
        total += 1


def _take_in_or_put_off(session: Session, row: HookDelivery) -> None:
    try:
        with session.begin_nested():
            _take_in(session, row)
    except OperationalError as error:
        if error.connection_invalidated:
            raise
        # To have waited too long for a lock, or to have lost to another in a deadlock, says nothing of the
        # delivery.
        log.warning("put off delivery %s: %s", row.id, type(error.orig).__name__)
        put_off_delivery(session, row.id, now() + PAUSE)
    except Exception:
        # One that trips our own code must not hold up the others; it can be replayed.
        log.exception("failed to process delivery %s", row.id)
        end_delivery(
            session,
            row.id,
            HookOutcome.UNREADABLE,
            "This delivery could not be processed because of an error in Kantei. It is stored.",
        )


def _take_in(session: Session, row: HookDelivery) -> None:
    client = session.get_one(Client, row.client_id)
    reading = read_delivery(client.scheme, row.headers, row.body, words_from_json(client.declared_words))
    finish_delivery(
        session,
        StoredDelivery(row.id, client.id, client.quota, row.created_at),
        reading.news,
        is_readable=reading.is_readable,
        detail=reading.detail,
        at=now(),
        sends=0,
    )
