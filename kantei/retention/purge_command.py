"""`kantei purge`: apply the retention settings now, or forget one picture or one person."""

from datetime import timedelta

import click

from core.clock import now
from core.settings.settings import read_settings
from kantei.roots.joining import open_blobs, open_database
from store.retention.erasure import ErasureError, erase_image, erase_person
from store.retention.purge import purge_expired


@click.command()
@click.option("--image", "sha256", help="Forget this image now, by its SHA-256, and nothing else.")
@click.option("--person", "email", help="Take this moderator's name out of all records, and nothing else.")
def purge(sha256: str | None, email: str | None) -> None:
    """Forget what is older than KANTEI_RETENTION_DAYS and KANTEI_LOG_RETENTION_DAYS."""
    settings = read_settings()
    database = open_database(settings)
    try:
        if sha256 is not None:
            count = erase_image(database, open_blobs(settings), sha256.lower())
            click.echo(f"The picture is forgotten, with {count} submissions; its decisions stay, by digest.")
        if email is not None:
            click.echo(f"{email} is {erase_person(database, email)} from now on")
    except ErasureError as error:
        raise click.ClickException(str(error)) from error
    if sha256 is not None or email is not None:
        return
    purged = purge_expired(
        database,
        open_blobs(settings),
        at=now(),
        retention=timedelta(days=settings.retention_days),
        log_retention=timedelta(days=settings.log_retention_days),
    )
    click.echo(
        f"{purged.submissions} submissions, the bytes of {purged.images} images"
        f" and {purged.files} files of appeals forgotten,"
        f" and {purged.orphans} that no row knew,"
        f" {purged.events} lines of the log, {purged.texts} texts"
    )
