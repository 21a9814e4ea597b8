"""The checks of `kantei doctor`, one function each; each says what it saw and what to do about problems.

Nothing said here holds a secret or a URL with one: `--json` ends up in tickets.
"""

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from core.settings.every_setting import find_unknown
from core.settings.setting import SettingsError
from core.settings.settings import Settings
from kantei.operations.checkup_servers import look_at_blobs, look_at_broker, look_at_database
from kantei.operations.diagnostic import Diagnostic, Health
from kantei.roots.existing import advise_missing, has_secret_key, is_missing
from kantei.roots.trust_lists import chosen_texts, count_expired

MIB = 1024 * 1024


def examine_names(environ: Mapping[str, str]) -> list[Diagnostic]:
    """Find variables that look like settings but are never read."""
    return [
        Diagnostic(
            "settings",
            Health.WARNING,
            f"{name} is not a setting" + (f"; did you mean {close}?" if close else ""),
            "Rename or remove it. The README lists every setting.",
        )
        for name, close in find_unknown(environ)
    ]


def examine_settings(settings: Settings) -> list[Diagnostic]:
    """Look at everything, in the order in which things rest on each other."""
    looks: list[Callable[[Settings], Iterator[Diagnostic]]] = [_settings, _secret_key, _disk]
    looks.append(_no_database if is_missing(settings) else look_at_database)
    # The embedded broker and the folder of image files would be created by looking at them.
    if settings.data_dir.is_dir() or not settings.is_embedded_broker:
        looks.append(look_at_broker)
    if settings.data_dir.is_dir() or settings.blobs:
        looks.append(look_at_blobs)
    looks += [_weights, _trust_lists, _sweeper]
    return [checked for look in looks for checked in look(settings)]


def _settings(settings: Settings) -> Iterator[Diagnostic]:
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    broker = "folder" if settings.is_embedded_broker else "Redis"
    yield Diagnostic(
        "settings", Health.WELL, f"{kind}, {broker}, {settings.worker_concurrency} worker processes"
    )
    if settings.is_embedded_broker and kind != "sqlite":
        yield Diagnostic(
            "settings",
            Health.WARNING,
            "messages are kept in a folder although the database is a server",
            "Set KANTEI_BROKER_URL if parts run on more than one machine.",
        )
    if settings.fetch_allow.networks or settings.fetch_allow.hosts:
        yield Diagnostic(
            "settings",
            Health.WARNING,
            "KANTEI_FETCH_ALLOW lets submitted URLs reach private addresses",
            "Leave it empty in production.",
        )
    if not settings.secure_cookies and not settings.is_embedded_broker:
        yield Diagnostic(
            "settings",
            Health.WARNING,
            "cookies are also sent over plain HTTP",
            "Put a TLS proxy in front of the API and set KANTEI_SECURE_COOKIES=1.",
        )


def _secret_key(settings: Settings) -> Iterator[Diagnostic]:
    if not has_secret_key(settings):
        yield Diagnostic("secret key", Health.WELL, "will be made when the first part starts")
        return
    kinds = len(set(settings.secret_key))
    if kinds < 10:
        yield Diagnostic(
            "secret key",
            Health.BROKEN,
            f"only {kinds} different characters, so it can be guessed",
            "Make one with `openssl rand -hex 32`. Everyone is then logged out, and webhook secrets must "
            "be set again.",
        )
        return
    kept = settings.data_dir / "secret_key"
    if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield Diagnostic(
            "secret key", Health.BROKEN, f"{kept} can be read by other users", f"Run: chmod 600 {kept}"
        )
        return
    yield Diagnostic("secret key", Health.WELL, f"{len(settings.secret_key)} characters")


def _no_database(settings: Settings) -> Iterator[Diagnostic]:
    yield Diagnostic("database", Health.WARNING, *advise_missing(settings.data_dir))


def _disk(settings: Settings) -> Iterator[Diagnostic]:
    folder = settings.data_dir
    while not folder.exists():  # it is made when the first part starts
        folder = folder.parent
    probe = folder / f".doctor-{os.getpid()}"
    try:
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
        yield Diagnostic(
            "disk",
            Health.BROKEN,
            f"cannot write to {folder}: {error.strerror}",
            "Free some space, or give the folder to the user that runs Kantei.",
        )
        return
    usage = shutil.disk_usage(folder)
    said = f"{usage.free / MIB:,.0f} of {usage.total / MIB:,.0f} MiB free in {folder}"
    if usage.free < max(1024 * MIB, 20 * settings.max_image_bytes):
        yield Diagnostic(
            "disk",
            Health.WARNING,
            said,
            "Free some space, or shorten KANTEI_RETENTION_DAYS and run `kantei purge`.",
        )
    else:
        yield Diagnostic("disk", Health.WELL, said)


def _trust_lists(settings: Settings) -> Iterator[Diagnostic]:
    try:
        chosen = list(chosen_texts(settings))
    except SettingsError as error:
        yield Diagnostic(
            "C2PA trust", Health.BROKEN, str(error), "Workers do not start until it is installed."
        )
        return
    said = "; ".join(f"{file.list_name}, {file.contents}" for file, _ in chosen)
    past = sum(count_expired(text, time.time()) for file, text in chosen if file.holds_roots)
    if past:
        said = f"{said}; past their time: {past}"
    if chosen:
        yield Diagnostic("C2PA trust", Health.WELL, said)


def _weights(settings: Settings) -> Iterator[Diagnostic]:
    try:
        from model.serving.info import WEIGHTS, ModelInfoError, read_model_info  # noqa: PLC0415  # the API may lack it
    except ModuleNotFoundError as error:
        yield Diagnostic(
            "classifier",
            Health.WARNING,
            f"{error.name} is not installed",
            "Only workers need the classifier.",
        )
        return
    advice = "Reinstall Kantei, or check the folder in KANTEI_MODEL."
    try:
        folder = settings.model or WEIGHTS
        info = read_model_info(folder)
        files = [info.weights] if info.native is None else [info.weights, info.native.weights]
        digest = _digest([folder / name for name in files])
    except (ModelInfoError, OSError) as error:
        yield Diagnostic("classifier", Health.BROKEN, f"could not be read ({type(error).__name__})", advice)
        return
    if digest != info.sha256:
        yield Diagnostic(
            "classifier", Health.BROKEN, f"the weights do not match version {info.version}", advice
        )
        return
    yield Diagnostic("classifier", Health.WELL, f"{info.version}, weights verified")


def _digest(paths: Sequence[Path]) -> str:
    """The SHA-256 of these files, one after the other: the version is named after it."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _sweeper(settings: Settings) -> Iterator[Diagnostic]:
    alive = settings.data_dir / "sweeper.alive"
    if not alive.exists():
        yield Diagnostic(
            "sweeper", Health.WARNING, "has never run on this machine", "Run `kantei sweep` on one machine."
        )
        return
    age = time.time() - alive.stat().st_mtime
    if age > 10 * settings.sweep_interval + 30:
        yield Diagnostic(
            "sweeper",
            Health.WARNING,
            f"last ran {age:,.0f} s ago",
            "Start `kantei sweep`. Callbacks wait until then.",
        )
    else:
        yield Diagnostic("sweeper", Health.WELL, f"last ran {max(0.0, age):.0f} s ago")
