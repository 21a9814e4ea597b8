"""`kantei migrate`: bring the configured database up to date."""

import click

from core.settings.settings import read_settings
from kantei.roots.joining import open_database
from kantei.roots.migrate import migrate


@click.command("migrate")
def migrate_command() -> None:
    """Apply every migration that is missing; `kantei serve` does it by itself."""
    database = open_database(read_settings())
    migrate(database)
    database.close()
    click.echo("The database is up to date.")
