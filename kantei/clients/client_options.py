"""Options and helpers shared by the client commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from sqlalchemy.orm import Session

from core.clients.quota import Quota, parse_quota
from core.settings.settings import Settings
from core.vocabulary import Scope
from kantei.roots.existing import server_data
from store.clients.clients import find_client
from store.tables.client_tables import Client


@dataclass(frozen=True, slots=True)
class QuotaGiven:
    """A quota given on the command line; inside is None for no limit."""

    quota: Quota | None


class QuotaType(click.ParamType[QuotaGiven]):
    """Read a quota from the command line."""

    name = "quota"

    def convert(
        self, value: str | QuotaGiven, param: click.Parameter | None, ctx: click.Context | None
    ) -> QuotaGiven:
        """Read it, or say how one is written."""
        try:
            return value if isinstance(value, QuotaGiven) else QuotaGiven(parse_quota(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


QUOTA = QuotaType()
SCOPES = click.Choice([scope.value for scope in Scope])
QUOTA_HELP = "Images the client may submit, such as 1000/day or 30000/month, or none for no limit."
SCOPES_HELP = "Scope of the key; may be repeated. If omitted, the source's usual scopes."


@contextmanager
def writing() -> Iterator[tuple[Session, Settings]]:
    """Open a session on the server's database; with the settings. Errors: StartError."""
    with server_data() as (settings, database), database.writing() as session:
        yield session, settings


def find(session: Session, client_id: str) -> Client:
    """Find a client, or say how ids are found."""
    found = find_client(session, client_id)
    if found is None:
        raise click.UsageError(f"client {client_id} not found; run `kantei client list` to see all clients")
    return found
