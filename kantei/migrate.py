"""Bring the database to the schema of this program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from store.database import Database


def migrate(database: Database, revision: str = "head") -> None:
    """Apply every migration that is missing; several processes may try at once."""
    config = _config()
    with database.engine.execution_options(writes=True).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def is_current(database: Database) -> bool:
    """Tell whether the database has exactly the schema of this program."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _config() -> Config:
    config = Config()
    # From the package, not the working folder: an installed program has no checkout beside it.
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config
