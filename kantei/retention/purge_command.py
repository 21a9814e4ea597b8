"""`kantei purge`: apply the retention settings now, or erase one picture or one person."""

from datetime import timedelta

import click

from core.clock import now
from core.settings.settings import Settings
from kantei.roots.existing import server_data
from kantei.roots.joining import kept_for, open_blobs
from store.base.database import Database
from store.retention.erasure import ErasureError, erase_image, erase_person
from store.retention.purge import purge_expired


@click.command()
@click.option("--image", "sha256", help="Erase only this image, given by its SHA-256, now.")
@click.option("--person", "email", help="Only remove this moderator's name from all records, now.")
def purge(sha256: str | None, email: str | None) -> None:
    """Delete data older than KANTEI_RETENTION_DAYS and KANTEI_LOG_RETENTION_DAYS."""
    with server_data() as (settings, database):
        _purge(settings, database, sha256, email)


def _purge(settings: Settings, database: Database, sha256: str | None, email: str | None) -> None:
    try:
        if sha256 is not None:
            count = erase_image(database, open_blobs(settings), sha256.lower())
            click.echo(f"picture erased, with its submissions: {count}; decisions are kept by digest")
        if email is not None:
            click.echo(f"{email} is now recorded as {erase_person(database, email)}")
    except ErasureError as error:
        raise click.ClickException(str(error)) from error
    if sha256 is not None or email is not None:
        return
    purged = purge_expired(
        database,
        open_blobs(settings),
        at=now(),
        retention=timedelta(days=settings.retention_days),
        kept=kept_for(settings),
    )
    click.echo(
        f"purged submissions: {purged.submissions}, image files: {purged.images},"
        f" appeal files: {purged.files}, orphaned files: {purged.orphans},"
        f" log entries: {purged.events}, texts: {purged.texts}"
    )
