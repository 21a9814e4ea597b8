"""`kantei migrate`."""

import click

from core.operations.logs import set_up_logs
from core.settings.settings import read_settings
from kantei.roots.migrate import migrate
from kantei.roots.starting import ready_database, ready_folder


@click.command("migrate")
def migrate_command() -> None:
    """Apply all pending migrations. `kantei serve` does this by itself."""
    settings = read_settings()
    set_up_logs(settings.log_format, "migrate")
    ready_folder(settings)
    ready_database(settings, migrate)
    click.echo("The database is up to date.")
