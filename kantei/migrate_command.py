"""`kantei migrate`: bring the configured database up to date."""

import click

from core.settings import read_settings
from kantei.migrate import migrate
from kantei.parts import open_database


@click.command("migrate")
def migrate_command() -> None:
    """Apply every migration that is missing; `kantei serve` does it by itself."""
    database = open_database(read_settings())
    migrate(database)
    database.close()
    click.echo("The database is up to date.")
