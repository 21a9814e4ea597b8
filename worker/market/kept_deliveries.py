"""Deliveries of marketplaces that the API kept without taking them in: too many at once, or a slip."""

import logging

from sqlalchemy.orm import Session

from core.clock import now
from marketplace.dialects import read_delivery
from store.base.database import Database
from store.clients.clients import find_client
from store.market.hook_deliveries import end_delivery, hold_delivery, take_pending
from store.market.listings import take_in
from store.tables.marketplace_tables import HookDelivery, HookOutcome

STEP = 20  # deliveries a transaction

log = logging.getLogger(__name__)


def take_in_kept(database: Database) -> int:
    """Take in every delivery that waits, oldest first; give how many. Their images wait for the sweeper."""
    total = 0
    while True:
        with database.writing() as session:
            rows = take_pending(session, STEP, now())
            for row in rows:
                try:
                    with session.begin_nested():
                        _take_in(session, row)
                except Exception:
                    # One that trips our own code must not hold up the others; it can be replayed.
                    log.exception("taking in delivery %s", row.id)
                    end_delivery(session, row.id, HookOutcome.UNREADABLE, "A mistake of ours; it is kept.")
        total += len(rows)
        if len(rows) < STEP:
            return total


def _take_in(session: Session, row: HookDelivery) -> None:
    client = find_client(session, row.client_id)
    assert client is not None  # noqa: S101  # a foreign key says so
    reading = read_delivery(client.scheme, row.headers, row.body)
    if reading.news is None:
        outcome = HookOutcome.IGNORED if reading.is_readable else HookOutcome.UNREADABLE
        end_delivery(session, row.id, outcome, reading.detail)
        return
    at, news, quota = now(), reading.news, client.quota
    taken = take_in(session, client.id, news, at=at, sends=0, quota=quota, received_at=row.created_at)
    said = taken.describe(news)
    if taken.held and quota is not None:
        hold_delivery(session, row.id, said, news.listing_id, quota.ends(at))
    else:
        end_delivery(session, row.id, HookOutcome.ACCEPTED, said, news.listing_id)
