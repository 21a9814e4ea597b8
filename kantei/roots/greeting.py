"""What `kantei serve` prints when it is ready: where to log in, and what to do next."""

import shlex
import sys
from pathlib import Path

import click

from core.clock import now
from core.settings.settings import Settings
from core.vocabulary import Role, Scheme, Source
from kantei.roots.joining import open_database
from store.clients.clients import add_client, list_clients
from store.people.audit_notes import note_command
from store.people.moderators import add_moderator, has_moderators

FIRST_MODERATOR = "admin@kantei.local"
FIRST_CLIENT = "First client"
SUBMIT = (
    'curl -s "$KANTEI_SERVER/v1/submissions" -H "Authorization: Bearer $KANTEI_API_KEY" -F image=@picture.png'
)
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # nothing is bound here


def greet(settings: Settings, host: str, port: int) -> None:
    """Print that all is ready, and what to do next; on an empty database, make the first people.

    Moderator and client are made only now: password and key are stored nowhere, and an interrupted start must
    not lose them.
    """
    address = f"http://{ANYWHERE.get(host, f'[{host}]' if ':' in host else host)}:{port}"
    password, api_key = _first_of_all(settings)
    lines = [
        "",
        f"Kantei is ready at {address}. Press Ctrl-C to stop.",
        "",
        f"  Log in:    {address}/login",
        *([f"             {FIRST_MODERATOR}, one-time password {password}"] if password else []),
        f"  API docs:  {address}/docs",
        "",
    ]
    if api_key is not None:
        lines += [
            "In a second terminal, set the address and the first API key, which is not shown again:",
            "",
            f"  export KANTEI_SERVER={address} KANTEI_API_KEY={api_key}",
            "",
            "Then submit a picture:",
            "",
            f"  {SUBMIT}",
        ]
    else:
        program = f"KANTEI_DATA_DIR={shlex.quote(str(settings.data_dir))} {_program()}"
        lines += [
            "Add clients and moderators in a second terminal:",
            "",
            f"  {program} client add NAME",
            f"  {program} moderator add EMAIL",
        ]
    click.echo("\n".join(lines))


def _program() -> str:
    return shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "kantei" else "python -m kantei"


def _first_of_all(settings: Settings) -> tuple[str | None, str | None]:
    """The password of the first moderator and the key of the first client, as far as they are made now."""
    password = api_key = None
    database = open_database(settings)
    with database.writing() as session:
        if not has_moderators(session):
            first = add_moderator(session, email=FIRST_MODERATOR, role=Role.ADMIN)
            note_command(session, "moderator_added", at=now(), subject=FIRST_MODERATOR, role=Role.ADMIN.value)
            password = first.password
        if not list_clients(session):
            new = add_client(
                session,
                name=FIRST_CLIENT,
                source=Source.API,
                scheme=Scheme.STANDARD,
                callback_url=None,
                webhook_secret=None,
                secret_key=settings.secret_key,
            )
            note_command(session, "client_added", at=now(), subject=FIRST_CLIENT, id=new.client.id)
            api_key = new.api_key
    database.close()
    return password, api_key
