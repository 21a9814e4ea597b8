"""`kantei held`: print everything held on a seller, an artist or a reader, for them to read."""

import json
from typing import Any

import click

from api.v1.reports.report_routes import reader_pseudonym
from core.settings.settings import Settings
from kantei.roots.existing import server_data
from store.base.database import Database
from store.retention.erasure import ErasureError
from store.retention.held_data import held_on_artist, held_on_reader, held_on_seller


@click.command()
@click.option("--client", "client_id", help="The client's id; needed with --seller and --reader.")
@click.option("--seller", help="The seller, by the name that the client sends with listings.")
@click.option("--reader", help="The reader, by the id that the client sends with reports.")
@click.option("--submission", "submission_id", help="The artist who appealed on this submission.")
def held(client_id: str | None, seller: str | None, reader: str | None, submission_id: str | None) -> None:
    """Print everything held on one person, as JSON. Files of appeals are listed, not printed."""
    with server_data() as (settings, database):
        try:
            found = _find(settings, database, client_id, seller, reader, submission_id)
        except ErasureError as error:
            raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _find(
    settings: Settings,
    database: Database,
    client_id: str | None,
    seller: str | None,
    reader: str | None,
    submission_id: str | None,
) -> dict[str, Any]:
    with database.reading() as session:
        if submission_id is not None:
            return held_on_artist(session, submission_id)
        if client_id is not None and seller is not None:
            return held_on_seller(session, client_id, seller)
        if client_id is not None and reader is not None:
            pseudonym = reader_pseudonym(settings.secret_key, client_id, reader)
            return held_on_reader(session, client_id, pseudonym)
    raise click.UsageError("give --submission, or --client with --seller or --reader")
