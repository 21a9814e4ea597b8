"""What the doctor looks at, one function a thing; each says what it saw and, where that is bad, what to do.

Nothing said here holds a secret or a URL with one: `--json` ends up in tickets.
"""

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.clock import now
from core.queue import BROKER_ERRORS
from core.setting_values import SettingsError
from core.settings import Settings
from kantei.migrate import find_revision, head_revision
from kantei.parts import open_blobs, open_database, open_sender
from store.blobs import BlobsUnavailableError
from store.database import Database

MIB = 1024 * 1024
SKEW = 2.0  # seconds between two clocks that leases forgive
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a machine that boots without a clock believes in 1970 or so


class State(StrEnum):
    """Say how a thing is."""

    WELL = "well"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, how it is, what was seen, and what to do where that is bad."""

    check: str
    state: State
    said: str
    advice: str = ""


def wrong_setting(error: SettingsError) -> Checked:
    """Tell of a setting that no part can run with."""
    return Checked("settings", State.BROKEN, str(error), "The README's table says what it takes.")


def examine_settings(settings: Settings) -> list[Checked]:
    """Look at everything, in the order in which things rest on each other."""
    looks: list[Callable[[Settings], Iterator[Checked]]] = [
        _settings,
        _secret_key,
        _disk,
        _database,
        _broker,
        _blobs,
        _weights,
        _sweeper,
    ]
    return [checked for look in looks for checked in look(settings)]


def _settings(settings: Settings) -> Iterator[Checked]:
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    broker = "folder" if settings.is_embedded_broker else "Redis"
    yield Checked("settings", State.WELL, f"{kind}, {broker}, {settings.worker_concurrency} worker processes")
    if settings.is_embedded_broker and kind != "sqlite":
        yield Checked(
            "settings",
            State.WARNING,
            "messages go through a folder, although the database is a server",
            "Set KANTEI_BROKER_URL where parts run on several machines.",
        )
    if settings.fetch_allow.networks or settings.fetch_allow.hosts:
        yield Checked(
            "settings",
            State.WARNING,
            "KANTEI_FETCH_ALLOW lets strangers' URLs reach addresses that are not public",
            "Leave it empty in production.",
        )
    if not settings.secure_cookies and not settings.is_embedded_broker:
        yield Checked(
            "settings",
            State.WARNING,
            "cookies are also sent over plain HTTP",
            "Put a TLS proxy before the API and set KANTEI_SECURE_COOKIES=1.",
        )


def _secret_key(settings: Settings) -> Iterator[Checked]:
    kinds = len(set(settings.secret_key))
    if kinds < 10:
        yield Checked(
            "secret key",
            State.BROKEN,
            f"made of {kinds} different characters: it can be guessed",
            "Make one with `openssl rand -hex 32`; sessions end, webhook secrets have to be set anew.",
        )
        return
    kept = settings.data_dir / "secret_key"
    if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield Checked("secret key", State.BROKEN, f"{kept} is readable by others", f"chmod 600 {kept}")
        return
    yield Checked("secret key", State.WELL, f"{len(settings.secret_key)} characters")


def _disk(settings: Settings) -> Iterator[Checked]:
    folder = settings.data_dir
    probe = folder / f".doctor-{os.getpid()}"
    try:
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
        yield Checked(
            "disk",
            State.BROKEN,
            f"{folder} cannot be written: {error.strerror}",
            "Make room, or give the folder to the user that Kantei runs as.",
        )
        return
    usage = shutil.disk_usage(folder)
    said = f"{usage.free / MIB:,.0f} MiB free of {usage.total / MIB:,.0f} in {folder}"
    if usage.free < max(1024 * MIB, 20 * settings.max_image_bytes):
        yield Checked("disk", State.WARNING, said, "Make room, or shorten the retention and `kantei purge`.")
    else:
        yield Checked("disk", State.WELL, said)


def _database(settings: Settings) -> Iterator[Checked]:
    database = open_database(settings)
    try:
        began = time.perf_counter()
        database.ping()
        seconds = time.perf_counter() - began
        state = State.WARNING if seconds > 0.5 else State.WELL
        yield Checked(
            "database",
            state,
            f"answers after {seconds * 1000:.0f} ms",
            "Every submission needs several round trips: put it nearer." if state is State.WARNING else "",
        )
        yield _schema(database)
        yield _clock(database)
    except SQLAlchemyError as error:
        yield Checked(
            "database",
            State.BROKEN,
            f"does not answer ({type(error).__name__})",
            "Start it, or correct KANTEI_DATABASE_URL; nothing accepted before is lost.",
        )
    finally:
        database.close()


def _schema(database: Database) -> Checked:
    found, head = find_revision(database), head_revision()
    if found == head:
        return Checked("migrations", State.WELL, f"at {head}, as this program wants")
    if found is None:
        return Checked(
            "migrations", State.WARNING, "the database is empty", "Whichever part starts first sets it up."
        )
    return Checked(
        "migrations",
        State.BROKEN,
        f"the database stands at {found}, this program wants {head}",
        "Stop the parts, then run `kantei migrate` (with the newer of two versions).",
    )


def _clock(database: Database) -> Checked:
    """Compare clocks: leases and due times are written by one machine and read by another."""
    here = now()
    if here < EARLIEST:
        return Checked(
            "clock", State.BROKEN, f"this machine believes in {here:%Y-%m-%d}", "Set the clock (NTP)."
        )
    if database.is_sqlite:
        return Checked("clock", State.WELL, f"{here:%Y-%m-%d %H:%M:%S} UTC")
    with database.reading() as session:
        there = session.scalar(text("select clock_timestamp()"))
    skew = (there - here).total_seconds() if there is not None else 0.0
    if abs(skew) > SKEW:
        return Checked(
            "clock",
            State.BROKEN,
            f"{abs(skew):.1f} s {'behind' if skew > 0 else 'before'} the database's",
            "Let all machines follow one clock (NTP): claims run out by it.",
        )
    return Checked("clock", State.WELL, f"within {abs(skew):.2f} s of the database's")


def _broker(settings: Settings) -> Iterator[Checked]:
    try:
        began = time.perf_counter()
        open_sender(settings).ping()
        yield Checked("broker", State.WELL, f"answers after {(time.perf_counter() - began) * 1000:.0f} ms")
    except BROKER_ERRORS as error:
        yield Checked(
            "broker",
            State.BROKEN,
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
        yield Checked(
            "broker",
            State.WARNING,
            f"forgets messages when its memory is full (maxmemory-policy {policy})",
            "Set maxmemory-policy noeviction.",
        )


def _blobs(settings: Settings) -> Iterator[Checked]:
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
        yield Checked(
            "blobs",
            State.BROKEN,
            f"{where} does not keep bytes: {error}",
            "Submissions wait until it does. Correct KANTEI_BLOBS_URL and its keys, or make room.",
        )
    else:
        if is_same:
            yield Checked("blobs", State.WELL, f"{where} keeps, gives back and forgets")
        else:
            yield Checked("blobs", State.BROKEN, f"{where} gives other bytes back", "Look at the store.")


def _weights(_: Settings) -> Iterator[Checked]:
    try:
        from model.info import WEIGHTS, ModelInfoError, read_model_info  # noqa: PLC0415  # the API may lack it
    except ModuleNotFoundError as error:
        yield Checked("classifier", State.WARNING, f"no {error.name} here", "Only workers need it.")
        return
    advice = "Install Kantei anew; the weights belong to the program."
    try:
        info = read_model_info(WEIGHTS)
        digest = _digest(WEIGHTS / info.weights)
    except (ModelInfoError, OSError) as error:
        yield Checked("classifier", State.BROKEN, f"cannot be read ({type(error).__name__})", advice)
        return
    if digest != info.sha256:
        yield Checked("classifier", State.BROKEN, f"the weights are not those of {info.version}", advice)
        return
    yield Checked("classifier", State.WELL, f"{info.version}, weights unchanged")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweeper(settings: Settings) -> Iterator[Checked]:
    alive = settings.data_dir / "sweeper.alive"
    if not alive.exists():
        yield Checked("sweeper", State.WARNING, "has not swept here", "Run `kantei sweep` on one machine.")
        return
    age = time.time() - alive.stat().st_mtime
    if age > 10 * settings.sweep_interval + 30:
        yield Checked(
            "sweeper",
            State.WARNING,
            f"swept last {age:,.0f} s ago",
            "Start `kantei sweep`; call backs wait.",
        )
    else:
        yield Checked("sweeper", State.WELL, f"swept {max(0.0, age):.0f} s ago")
