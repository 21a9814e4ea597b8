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
from pathlib import Path

from core.settings.settings import Settings
from kantei.operations.checked import Checked, State
from kantei.operations.checkup_servers import look_at_blobs, look_at_broker, look_at_database

MIB = 1024 * 1024


def examine_settings(settings: Settings) -> list[Checked]:
    """Look at everything, in the order in which things rest on each other."""
    looks: list[Callable[[Settings], Iterator[Checked]]] = [
        _settings,
        _secret_key,
        _disk,
        look_at_database,
        look_at_broker,
        look_at_blobs,
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


def _weights(_: Settings) -> Iterator[Checked]:
    try:
        from model.serving.info import WEIGHTS, ModelInfoError, read_model_info  # noqa: PLC0415  # the API may lack it
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
