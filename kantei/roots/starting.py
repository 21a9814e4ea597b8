"""What every process does first: look at folder, database, broker and port; wait where that may help."""

import errno
import socket
import time
from collections.abc import Callable
from typing import TypeVar

from redis.exceptions import AuthenticationError, ResponseError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from core.broker.queue import BROKER_ERRORS
from core.operations.logs import set_up_logs, without_secrets
from core.settings.settings import Settings, read_settings
from kantei.roots.joining import open_database, open_sender
from kantei.roots.migrate import ensure_schema
from kantei.roots.start_error import StartError
from store.base.database import Database

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between attempts, for what is started together with us
SHORT_PAUSES = PAUSES[:3]  # for a port, which a stopping process frees in a moment
# What PostgreSQL says while it may still come up; every other refusal (FATAL) is for good.
_PASSING = ("starting up", "shutting down", "recovery", "too many")

T = TypeVar("T")


def start(part: str) -> Settings:
    """Read the settings, set up logs, and look at what every part needs.

    Errors: SettingsError, StartError.
    """
    settings = read_settings()
    set_up_logs(settings.log_format, part)
    ready_parts(settings)
    return settings


def ready_parts(settings: Settings, prepare: Callable[[Database], None] = ensure_schema) -> None:
    """Look at folder, database and broker; an empty database is set up. Errors: StartError."""
    ready_folder(settings)
    ready_database(settings, prepare)
    ready_broker(settings)


def ready_folder(settings: Settings) -> None:
    """Make the data folder if it is missing. Errors: StartError if nothing can be written there."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".start-{time.time_ns()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"cannot write to the data folder {folder}: {error.strerror}; give it to the user that runs"
            " Kantei, free some space, or set KANTEI_DATA_DIR to another folder"
        ) from error


def ready_database(
    settings: Settings,
    prepare: Callable[[Database], None] = ensure_schema,
    pauses: tuple[float, ...] = PAUSES,
) -> None:
    """Set the database up where it is empty. Errors: StartError, also where it is another version's."""
    database = open_database(settings)
    try:
        _patiently(lambda: prepare(database), SQLAlchemyError, _may_pass, pauses)
    except SQLAlchemyError as error:
        raise database_error(error) from error
    finally:
        database.close()


def ready_broker(settings: Settings, pauses: tuple[float, ...] = PAUSES) -> None:
    """Ask the broker for an answer. Errors: StartError."""
    sender = open_sender(settings)
    try:
        _patiently(sender.ping, BROKER_ERRORS, _may_connect, pauses)
    except (*BROKER_ERRORS, ValueError) as error:  # kombu's, for a number of a database that is none
        raise StartError(
            f"the broker is not responding: {_reason(error)}; start it, or correct KANTEI_BROKER_URL"
        ) from error


def ready_port(
    host: str, port: int, option: str = "--port", pauses: tuple[float, ...] = SHORT_PAUSES
) -> None:
    """See that nobody listens on a port. Errors: StartError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        _patiently(
            lambda: socket.create_server((host, port), family=family).close(),
            OSError,
            lambda error: isinstance(error, OSError) and error.errno == errno.EADDRINUSE,
            pauses,
        )
    except OSError as error:
        raise StartError(
            f"cannot listen on port {port} of {host}: {error.strerror}; stop the program that uses it,"
            f" or choose another with {option}"
        ) from error


def database_error(error: SQLAlchemyError) -> StartError:
    """What a database that does not answer means for a program that starts."""
    return StartError(
        f"the database is not responding: {_reason(error)}; start it, or correct KANTEI_DATABASE_URL"
    )


def _patiently(
    attempt: Callable[[], T],
    errors: type[Exception] | tuple[type[Exception], ...],
    may_pass: Callable[[Exception], bool],
    pauses: tuple[float, ...],
) -> T:
    """Try again after each pause, as long as the error may pass."""
    for pause in pauses:
        try:
            return attempt()
        except errors as error:
            if not may_pass(error):
                raise
        time.sleep(pause)
    return attempt()


def _may_pass(error: Exception) -> bool:
    text = str(error)
    is_refused = "FATAL" in text and not any(one in text for one in _PASSING)
    return isinstance(error, OperationalError) and "sqlite3" not in text and not is_refused


def _may_connect(error: Exception) -> bool:
    causes = (error, error.__cause__)
    return not any(isinstance(one, AuthenticationError | ResponseError) for one in causes)


def _reason(error: Exception) -> str:
    """The driver's own words, on one line and without secrets."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return without_secrets(lines[0].removeprefix("connection failed: "))
