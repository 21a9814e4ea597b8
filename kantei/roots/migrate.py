"""`kantei migrate`, and setting up the database for this version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations
from core.settings.settings import Settings, read_settings
from kantei.roots.joining import open_database
from store.base.database import Database


@click.command("migrate")
def migrate_command() -> None:
    """Apply all pending migrations. `kantei serve` does this by itself."""
    database = open_database(read_settings())
    migrate(database)
    database.close()
    click.echo("The database is up to date.")


def migrate(database: Database, revision: str = "head") -> None:
    """Apply every migration that is missing; several processes may try at once."""
    config = _config()
    with database.engine.execution_options(writes=True).connect() as connection:
        config.attributes["connection"] = connection
        with _without_foreign_keys(connection):
            command.upgrade(config, revision)
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


class SchemaError(click.ClickException):
    """The database has not the schema of this program; the text says what to do, and ends a command."""


def ensure_schema(database: Database) -> None:
    """Set up an empty database; leave one with another schema alone, for a person to migrate.

    Errors: SchemaError.
    """
    found = find_revision(database)
    if found is None:
        migrate(database)
    elif found != head_revision():
        raise SchemaError(
            f"the database is at revision {found}, which this version does not use: stop all parts,"
            " then run `kantei migrate` with the newer version"
        )


def ready_database(settings: Settings) -> None:
    """Set the database up where it is empty. Errors: SchemaError where it is another version's."""
    database = open_database(settings)
    ensure_schema(database)
    database.close()


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
