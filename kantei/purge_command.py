"""`kantei purge`: apply the retention settings now."""

from datetime import timedelta

import click

from core.clock import now
from core.settings import read_settings
from kantei.parts import open_blobs, open_database
from store import purge as store_purge


@click.command()
def purge() -> None:
    """Forget what is older than KANTEI_RETENTION_DAYS, and image bytes that no row knows."""
    settings = read_settings()
    database = open_database(settings)
    purged = store_purge.purge(
        database, open_blobs(settings), at=now(), retention=timedelta(days=settings.retention_days)
    )
    click.echo(
        f"{purged.submissions} submissions, the bytes of {purged.images} images"
        f" and {purged.files} files of appeals forgotten,"
        f" and {purged.orphans} that no row knew"
    )
