"""The data of a server, for commands that use it: found, never created."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

import kantei
from core.settings.settings import Settings, read_settings, read_settings_as_found
from kantei.roots.joining import open_database
from kantei.roots.migrate import check_schema
from kantei.roots.start_error import StartError
from kantei.roots.starting import database_error
from store.base.database import Database

PROCESSES = Path("/proc")


@contextmanager
def server_data() -> Iterator[tuple[Settings, Database]]:
    """The settings and the database of a server that has been started before.

    Errors: StartError, where there is none, or it is another version's. Nothing is created then: a command
    in the wrong folder would else work on a database that no server reads.
    """
    settings = read_settings_as_found()
    if is_missing(settings):
        place, advice = advise_missing(settings.data_dir)
        raise StartError(f"{place}. {advice}")
    if not has_secret_key(settings):
        raise StartError(
            f"no secret key: set KANTEI_SECRET_KEY as the server does, or put its file into"
            f" {settings.data_dir}"
        )
    settings = read_settings()
    database = open_database(settings)
    try:
        check_schema(database)
    except SQLAlchemyError as error:
        database.close()
        raise database_error(error) from error
    except StartError:
        database.close()
        raise
    try:
        yield settings, database
    finally:
        database.close()


def is_missing(settings: Settings) -> bool:
    """True if the database is a file that does not exist."""
    url = make_url(settings.database_url)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def has_secret_key(settings: Settings) -> bool:
    """True if the secret key is set, or the data folder has it."""
    names = ("KANTEI_SECRET_KEY", "KANTEI_SECRET_KEY_FILE")
    return any(os.environ.get(name) for name in names) or (settings.data_dir / "secret_key").is_file()


def advise_missing(folder: Path) -> tuple[str, str]:
    """What is missing in a data folder, and what to do about it."""
    place = f"{folder} has no Kantei database"
    found = _used_folders()
    if found:
        return place, f"Your server's data is in {found[0]}: run `{_this_command(found[0])}`."
    return place, (
        f"Name the folder of your server's data, as in `{_this_command(Path('DIR'))}`, or start a server"
        " there first with `kantei serve`."
    )


def _this_command(folder: Path) -> str:
    program = "kantei" if Path(sys.argv[0]).name == "kantei" else "python -m kantei"
    return f"KANTEI_DATA_DIR={shlex.quote(str(folder))} {program} {shlex.join(sys.argv[1:])}"


def _used_folders() -> list[Path]:
    """Data folders with a database: of the servers that this user runs, then of the checkout."""
    found = [folder for folder in _folders_of_processes() if folder is not None]
    found.append(Path(kantei.__file__).parents[1] / "data")
    return [folder for folder in dict.fromkeys(found) if (folder / "kantei.sqlite3").is_file()]


def _folders_of_processes() -> Iterator[Path | None]:
    """The data folder of each process that runs `kantei serve` or a part of it (proc(5))."""
    for process in sorted(PROCESSES.glob("[0-9]*")):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if not any(Path(os.fsdecode(word)).name == "kantei" for word in words[:4]):
                continue
            environ = dict(
                one.split(b"=", 1) for one in (process / "environ").read_bytes().split(b"\0") if b"=" in one
            )
            folder = Path(os.fsdecode(environ.get(b"KANTEI_DATA_DIR") or b"data")).expanduser()
            yield (process / "cwd").resolve() / folder
        except OSError:  # it has ended, or is another user's
            yield None
