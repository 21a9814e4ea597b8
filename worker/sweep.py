"""The sweeper: overdue submissions are resent, those of crashed workers taken back."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from core.broker.bell import CALLBACKS_DUE, Bell
from core.broker.queue import DEPTH_LIMIT, Sender
from core.clock import now
from core.vocabulary import Priority
from store.base.database import Database
from store.intake.claim_ends import release_expired
from store.intake.retries import due_retries, mark_retries_sent
from store.intake.turns import next_in_turn
from store.intake.unsent import mark_sent, overdue
from worker.market.kept_deliveries import take_in_kept
from worker.operations.measures import SweepMeasures

FRESH = timedelta(seconds=3)  # the API has just sent it, or is about to
RETRIES = 500  # in one sweep
LOST = timedelta(seconds=60)  # a message this old, while others wait, may be lost

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    taken_back: int
    failed: int
    sent: int


def sweep_once(database: Database, sender: Sender, bell: Bell) -> Swept:
    """Take back expired claims, take in kept deliveries, then hand the broker what is due and unsent.

    The broker is never handed more than it has room for; a queue that is empty although rows wait has
    lost its messages, so there all are sent, else only those never sent or sent long ago.
    """
    with database.writing() as session:
        taken_back, failed = release_expired(session, now())
    for submission_id in failed:
        log.error("submission %s failed: its worker crashed on every attempt", submission_id)
        bell.ring(submission_id)
    if failed:
        bell.ring(CALLBACKS_DUE)
    take_in_kept(database)
    sent = sum(_feed(database, sender, priority) for priority in Priority)
    sent += _feed_retries(database, sender)
    return Swept(taken_back, len(failed), sent)


def _feed(database: Database, sender: Sender, priority: Priority) -> int:
    with database.reading() as session:
        if not overdue(session, priority, at=now(), sent_before=now() - FRESH, limit=1):
            return 0  # the common case costs one indexed query and no word with the broker
    room = sender.room(priority)
    is_empty = room >= DEPTH_LIMIT
    at = now()
    with database.reading() as session:
        ids = next_in_turn(
            session, priority, at=at, sent_before=at - (FRESH if is_empty else LOST), limit=room
        )
    if not ids:
        return 0
    # Marked before it is sent: a message is a hint, and sending twice is the costlier slip.
    with database.writing() as session:
        mark_sent(session, ids, at)
    return sender.send(ids, priority)


def _feed_retries(database: Database, sender: Sender) -> int:
    """Hand the broker failed submissions whose next try is due, behind what was never tried."""
    at = now()
    with database.reading() as session:
        due = due_retries(session, at=at, sent_before=at - LOST, limit=RETRIES)
    sent = 0
    for priority in Priority:
        ids = [one.submission_id for one in due if one.priority is priority]
        if ids and (room := sender.room(priority)) > 0:
            with database.writing() as session:
                mark_retries_sent(session, ids[:room], at)
            sent += sender.send(ids[:room], priority)
    return sent


def sweep_forever(
    database: Database,
    sender: Sender,
    bell: Bell,
    *,
    interval: float,
    stop: threading.Event,
    swept: Callable[[], None],
    measures: SweepMeasures,
    judge_again: Callable[[], int],
    near_counts: Callable[[], None],
) -> None:
    """Sweep every `interval` seconds until told to stop; a database that is down is tried again.

    `swept` is called after each sweep that went through, `judge_again` after each sweep, for similar pictures
    of pictures on which a ruling changed, and then `near_counts`, for the queue's order by near copies.
    """
    while not stop.wait(interval):
        try:
            done = sweep_once(database, sender, bell)
            judge_again()
            near_counts()
        except (SQLAlchemyError, OSError) as error:
            log.warning("sweep failed: %s", type(error).__name__)
            continue
        swept()
        measures.sweeps.inc()
        measures.expired.labels("taken_back").inc(done.taken_back)
        measures.expired.labels("failed").inc(done.failed)
        measures.sent.inc(done.sent)
        if done.taken_back or done.failed or done.sent:
            log.info(
                "swept: %d claims taken back, %d submissions failed, %d messages sent",
                done.taken_back,
                done.failed,
                done.sent,
            )
