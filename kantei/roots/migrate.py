"""Setting up the database for this version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations
from kantei.roots.start_error import StartError
from store.base.database import Database


def migrate(database: Database, revision: str = "head") -> None:
    """Apply every migration that is missing; several processes may try at once."""
    config = _config()
    with database.engine.execution_options(writes=True).connect() as connection:
        config.attributes["connection"] = connection
        with _without_foreign_keys(connection):
            command.upgrade(config, revision)
            connection.commit()


def migrate_down(database: Database, revision: str) -> None:
    """Undo migrations, newest first, down to a revision. Errors: alembic's CommandError."""
    config = _config()
    with database.engine.execution_options(writes=True).connect() as connection:
        config.attributes["connection"] = connection
        with _without_foreign_keys(connection):
            command.downgrade(config, revision)
            connection.commit()


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others reference; this can only be set outside a transaction."""
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


class SchemaError(StartError):
    """The database has not the schema of this program; the text says what to do, and ends a command."""


def ensure_schema(database: Database) -> None:
    """Set up an empty database; leave one with another schema alone, for a person to migrate.

    Errors: SchemaError.
    """
    if find_revision(database) is None:
        migrate(database)
    else:
        check_schema(database)


def check_schema(database: Database) -> None:
    """Look whether the database has the schema of this program. Errors: SchemaError."""
    found = find_revision(database)
    if found is None:
        raise SchemaError("the database is empty; start Kantei, or run `kantei migrate`, to set it up")
    if found != head_revision():
        raise SchemaError(
            f"the database is at revision {found}, which this version does not use: stop all parts,"
            " then run `kantei migrate` with the newer version"
        )


def is_current(database: Database) -> bool:
    """True if the database has exactly the schema of this version."""
    return find_revision(database) == head_revision()


def find_revision(database: Database) -> str | None:
    """Find the revision that the database stands at; None where it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The revision that this version needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    # From the package, not the working folder: an installed program has no checkout beside it.
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config
