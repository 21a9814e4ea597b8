"""`kantei migrate`."""

import click
from alembic.util import CommandError

from core.operations.logs import set_up_logs
from core.settings.settings import read_settings
from kantei.roots.existing import server_data
from kantei.roots.migrate import migrate, migrate_down
from kantei.roots.starting import ready_database, ready_folder


@click.command("migrate")
@click.option(
    "--to",
    "revision",
    metavar="REVISION",
    help="Undo migrations down to this revision, such as 0017. Back up the database first.",
)
def migrate_command(revision: str | None) -> None:
    """Apply all pending migrations. `kantei serve` does this by itself.

    Each run is one transaction: where a migration fails, the database stays as it was.
    """
    settings = read_settings()
    set_up_logs(settings.log_format, "migrate")
    if revision is not None:
        with server_data() as (_, database):
            try:
                migrate_down(database, revision)
            except CommandError as error:
                raise click.UsageError(f"--to: {error}") from error
        click.echo(f"The database is at revision {revision}. Start the version that used it.")
        return
    ready_folder(settings)
    ready_database(settings, migrate)
    click.echo("The database is up to date.")
