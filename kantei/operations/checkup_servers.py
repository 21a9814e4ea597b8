"""What the doctor asks of the servers that Kantei rests on: database, broker and blobs."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.broker.queue import BROKER_ERRORS
from core.clock import now
from core.settings.setting import SettingsError
from core.settings.settings import Settings
from kantei.operations.diagnostic import Diagnostic, Health, wrong_setting
from kantei.roots.joining import open_blobs, open_database, open_sender
from kantei.roots.migrate import find_revision, head_revision
from store.base.database import Database
from store.bytes.blobs import BlobsUnavailableError
from store.known.hash_backfill import unhashed

SKEW = 2.0  # seconds between two clocks that leases forgive
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a machine that boots without a clock believes in 1970 or so


def look_at_database(settings: Settings) -> Iterator[Diagnostic]:
    """Look whether it answers, stands at our version, and goes by our clock."""
    database = open_database(settings)
    try:
        began = time.perf_counter()
        database.ping()
        seconds = time.perf_counter() - began
        state = Health.WARNING if seconds > 0.5 else Health.WELL
        yield Diagnostic(
            "database",
            state,
            f"answers after {seconds * 1000:.0f} ms",
            "Every submission needs several round trips: put it nearer." if state is Health.WARNING else "",
        )
        schema = _schema(database)
        yield schema
        yield _clock(database)
        if schema.state is Health.WELL:
            yield _hashes(database)
    except SQLAlchemyError as error:
        yield Diagnostic(
            "database",
            Health.BROKEN,
            f"does not answer ({type(error).__name__})",
            "Start it, or correct KANTEI_DATABASE_URL; nothing accepted before is lost.",
        )
    finally:
        database.close()


def _schema(database: Database) -> Diagnostic:
    found, head = find_revision(database), head_revision()
    if found == head:
        return Diagnostic("migrations", Health.WELL, f"at {head}, as this program wants")
    if found is None:
        return Diagnostic(
            "migrations", Health.WARNING, "the database is empty", "Whichever part starts first sets it up."
        )
    return Diagnostic(
        "migrations",
        Health.BROKEN,
        f"the database stands at {found}, this program wants {head}",
        "Stop the parts, then run `kantei migrate` (with the newer of two versions).",
    )


def _hashes(database: Database) -> Diagnostic:
    with database.reading() as session:
        lacks = bool(unhashed(session, after="", limit=1))
    if not lacks:
        return Diagnostic("known images", Health.WELL, "every stored image has a perceptual hash")
    return Diagnostic(
        "known images",
        Health.WARNING,
        "some stored images have no perceptual hash: what is decided on them reaches no near copy",
        "Run `kantei known backfill`, beside the workers.",
    )


def _clock(database: Database) -> Diagnostic:
    """Compare clocks: leases and due times are written by one machine and read by another."""
    here = now()
    if here < EARLIEST:
        return Diagnostic(
            "clock", Health.BROKEN, f"this machine believes in {here:%Y-%m-%d}", "Set the clock (NTP)."
        )
    if database.is_sqlite:
        return Diagnostic("clock", Health.WELL, f"{here:%Y-%m-%d %H:%M:%S} UTC")
    with database.reading() as session:
        there = session.scalar(text("select clock_timestamp()"))
    skew = (there - here).total_seconds() if there is not None else 0.0
    if abs(skew) > SKEW:
        return Diagnostic(
            "clock",
            Health.BROKEN,
            f"{abs(skew):.1f} s {'behind' if skew > 0 else 'before'} the database's",
            "Let all machines follow one clock (NTP): claims run out by it.",
        )
    return Diagnostic("clock", Health.WELL, f"within {abs(skew):.2f} s of the database's")


def look_at_broker(settings: Settings) -> Iterator[Diagnostic]:
    """Look whether it answers, and keeps every message."""
    try:
        began = time.perf_counter()
        open_sender(settings).ping()
        yield Diagnostic(
            "broker", Health.WELL, f"answers after {(time.perf_counter() - began) * 1000:.0f} ms"
        )
    except BROKER_ERRORS as error:
        yield Diagnostic(
            "broker",
            Health.BROKEN,
            f"does not answer ({type(error).__name__})",
            "Start it, or correct KANTEI_BROKER_URL; submissions are stored and sent when it is back.",
        )
        return
    if settings.is_embedded_broker:
        return
    with redis.Redis.from_url(settings.broker_url, socket_timeout=5) as client:
        try:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
        except redis.RedisError:
            return  # a hosted Redis may not say
    if policy != "noeviction":
        yield Diagnostic(
            "broker",
            Health.WARNING,
            f"forgets messages when its memory is full (maxmemory-policy {policy})",
            "Set maxmemory-policy noeviction.",
        )


def look_at_blobs(settings: Settings) -> Iterator[Diagnostic]:
    """Look whether bytes are kept, given back and forgotten."""
    probe = f"kantei doctor {os.urandom(16).hex()}".encode()
    where = "the bucket" if settings.blobs else "the data folder"
    try:
        blobs = open_blobs(settings)
        sha256 = blobs.put(probe)
        is_same = blobs.get(sha256) == probe
        blobs.delete(sha256)
    except SettingsError as error:
        yield wrong_setting(error)
    except (BlobsUnavailableError, OSError, KeyError) as error:
        yield Diagnostic(
            "blobs",
            Health.BROKEN,
            f"{where} does not keep bytes: {error}",
            "Submissions wait until it does. Correct KANTEI_BLOBS_URL and its keys, or make room.",
        )
    else:
        if is_same:
            yield Diagnostic("blobs", Health.WELL, f"{where} keeps, gives back and forgets")
        else:
            yield Diagnostic("blobs", Health.BROKEN, f"{where} gives other bytes back", "Look at the store.")
