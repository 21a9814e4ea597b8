"""The checks of the servers that Kantei needs: database, broker and blob store."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

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
from store.retention.blob_check import check_blobs
from store.retention.purge import last_purge

PURGE_LATE = timedelta(days=2)
SHOWN = 10  # digests in one advice
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
            f"responds in {seconds * 1000:.0f} ms",
            "Each submission needs several round trips. Move the database closer."
            if state is Health.WARNING
            else "",
        )
        schema = _schema(database)
        yield schema
        yield _clock(database)
        if schema.state is Health.WELL:
            yield _hashes(database)
            yield _purge(database)
    except SQLAlchemyError as error:
        yield Diagnostic(
            "database",
            Health.BROKEN,
            f"not responding ({type(error).__name__})",
            "Start it, or correct KANTEI_DATABASE_URL. Accepted submissions are safe.",
        )
    finally:
        database.close()


def _schema(database: Database) -> Diagnostic:
    found, head = find_revision(database), head_revision()
    if found == head:
        return Diagnostic("migrations", Health.WELL, f"up to date at {head}")
    if found is None:
        return Diagnostic(
            "migrations", Health.WARNING, "the database is empty", "It is set up when the first part starts."
        )
    return Diagnostic(
        "migrations",
        Health.BROKEN,
        f"the database is at {found}, this version needs {head}",
        "Stop all parts, then run `kantei migrate` with the newer version.",
    )


def _hashes(database: Database) -> Diagnostic:
    with database.reading() as session:
        lacks = bool(unhashed(session, after="", limit=1))
    if not lacks:
        return Diagnostic("known images", Health.WELL, "every stored image has a perceptual hash")
    return Diagnostic(
        "known images",
        Health.WARNING,
        "some stored images have no perceptual hash, so decisions on them do not reach near copies",
        "Run `kantei known backfill`. Workers can keep running.",
    )


def _purge(database: Database) -> Diagnostic:
    with database.reading() as session:
        last = last_purge(session)
    advice = "The sweeper does this once a day. Look into its log, and whether `kantei sweep` is running."
    if last is None:
        return Diagnostic(
            "retention", Health.WELL, "nothing has been purged yet; the sweeper does so once a day"
        )
    said = f"last purge {last:%Y-%m-%d %H:%M} UTC"
    if now() - last > PURGE_LATE:
        return Diagnostic("retention", Health.WARNING, said, advice)
    return Diagnostic("retention", Health.WELL, said)


def _clock(database: Database) -> Diagnostic:
    """Compare clocks: leases and due times are written by one machine and read by another."""
    here = now()
    if here < EARLIEST:
        return Diagnostic(
            "clock",
            Health.BROKEN,
            f"the clock of this machine says {here:%Y-%m-%d}",
            "Set the clock, for example with NTP.",
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
            f"{abs(skew):.1f} s {'behind' if skew > 0 else 'ahead of'} the database's clock",
            "Synchronise all machines with NTP. Claims expire by the clock.",
        )
    return Diagnostic("clock", Health.WELL, f"within {abs(skew):.2f} s of the database's clock")


def look_at_broker(settings: Settings) -> Iterator[Diagnostic]:
    """Look whether it answers, and keeps every message."""
    try:
        began = time.perf_counter()
        open_sender(settings).ping()
        yield Diagnostic("broker", Health.WELL, f"responds in {(time.perf_counter() - began) * 1000:.0f} ms")
    except BROKER_ERRORS as error:
        yield Diagnostic(
            "broker",
            Health.BROKEN,
            f"not responding ({type(error).__name__})",
            "Start it, or correct KANTEI_BROKER_URL. Submissions are stored and sent when it is back.",
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
            f"drops messages when its memory is full (maxmemory-policy {policy})",
            "Set maxmemory-policy to noeviction.",
        )


def look_at_every_blob(settings: Settings) -> Iterator[Diagnostic]:
    """Read each stored file that the database names: after a restore, or where a disk is suspect."""
    database = open_database(settings)
    try:
        found = check_blobs(database, open_blobs(settings))
    except (SQLAlchemyError, BlobsUnavailableError, OSError) as error:
        yield Diagnostic(
            "image files",
            Health.BROKEN,
            f"could not be checked ({type(error).__name__})",
            "See the lines above.",
        )
        return
    finally:
        database.close()
    said = f"checked: {found.checked:,}, missing: {len(found.missing):,}, damaged: {len(found.damaged):,}"
    wrong = found.missing + found.damaged
    if not wrong:
        yield Diagnostic("image files", Health.WELL, said)
        return
    more = f" and {len(wrong) - SHOWN:,} more" if len(wrong) > SHOWN else ""
    yield Diagnostic(
        "image files",
        Health.BROKEN,
        said,
        f"Restore these from a backup of the image files: {', '.join(wrong[:SHOWN])}{more}.",
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
            f"{where} cannot store files: {error}",
            "Submissions wait until it can. Correct KANTEI_BLOBS_URL and its keys, or free some space.",
        )
    else:
        if is_same:
            yield Diagnostic("blobs", Health.WELL, f"{where} stores, returns and deletes files")
        else:
            yield Diagnostic(
                "blobs",
                Health.BROKEN,
                f"{where} returned other bytes than were stored",
                "Check the store for errors.",
            )
