"""`kantei purge`: apply the retention settings now, or erase one picture or one person."""

from dataclasses import dataclass
from datetime import timedelta

import click

from api.v1.reports.report_routes import reader_pseudonym
from core.clock import now
from core.settings.settings import Settings
from kantei.roots.existing import server_data
from kantei.roots.joining import kept_for, open_blobs
from store.base.database import Database
from store.retention.erasure import ErasureError, erase_image, erase_person
from store.retention.purge import purge_expired
from store.retention.rights import erase_artist, erase_reader, erase_seller


@click.command()
@click.option("--image", "sha256", help="Erase only this image, given by its SHA-256, now.")
@click.option("--person", "email", help="Only remove this moderator's name from all records, now.")
@click.option("--client", "client_id", help="The client's id; needed with --seller and --reader.")
@click.option("--seller", help="Erase only this seller, by the name that the client sends, now.")
@click.option("--reader", help="Erase only this reader, by the id that the client sends with reports, now.")
@click.option("--submission", "submission_id", help="Erase only what an artist sent about this, now.")
def purge(
    sha256: str | None,
    email: str | None,
    client_id: str | None,
    seller: str | None,
    reader: str | None,
    submission_id: str | None,
) -> None:
    """Delete data older than the retention settings, or erase one picture or one person now."""
    asked = PurgeRequest(sha256, email, client_id, seller, reader, submission_id)
    if client_id is None and (seller is not None or reader is not None):
        raise click.UsageError("--seller and --reader need --client")
    with server_data() as (settings, database):
        if asked == PurgeRequest(client_id=client_id):
            _purge(settings, database)
            return
        try:
            _erase(settings, database, asked)
        except ErasureError as error:
            raise click.ClickException(str(error)) from error


@dataclass(frozen=True, slots=True)
class PurgeRequest:
    """Who or what is to be erased."""

    sha256: str | None = None
    email: str | None = None
    client_id: str | None = None
    seller: str | None = None
    reader: str | None = None
    submission_id: str | None = None


def _erase(settings: Settings, database: Database, asked: PurgeRequest) -> None:
    blobs, client_id = open_blobs(settings), asked.client_id or ""
    if asked.sha256 is not None:
        count = erase_image(database, blobs, asked.sha256.lower())
        click.echo(f"picture erased, with its submissions: {count}; decisions are kept by digest")
    if asked.email is not None:
        click.echo(f"{asked.email} is now recorded as {erase_person(database, asked.email)}")
    if asked.seller is not None:
        done = erase_seller(database, blobs, client_id, asked.seller)
        click.echo(
            f"seller erased, with listings: {done.listings}, submissions: {done.submissions}, pictures that"
            f" no one else shows: {done.images}, strikes: {done.strikes}; decisions are kept by digest"
        )
    if asked.reader is not None:
        pseudonym = reader_pseudonym(settings.secret_key, client_id, asked.reader)
        count = erase_reader(database, client_id, pseudonym)
        click.echo(f"reader erased, with reports: {count}")
    if asked.submission_id is not None:
        count = erase_artist(database, blobs, asked.submission_id)
        click.echo(f"words and files erased of appeals: {count}; their outcomes are kept")


def _purge(settings: Settings, database: Database) -> None:
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
